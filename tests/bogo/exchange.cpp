#include "exchange.hpp"

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>

#include "checks.hpp"
#include "configuration.hpp"
#include "core/text.hpp"
#include "early.hpp"
#include "quic_stream.hpp"
#include "session_check.hpp"
#include "stream.hpp"
#include "witness.hpp"

namespace keyway::bogo {
namespace {

/// Small, so that a record comes in several reads.
constexpr std::size_t default_read_size = 512;

// --- the two sides

Outcome<Answer> judge_peer(const Settings& settings, const Connection& connection) {
  const ConnectionInfo& info = connection.info();
  if (auto named = check_name_override(settings, connection); !named) return std::unexpected(std::move(named.error()));
  if (settings.use_ocsp_callback && settings.fail_ocsp_callback) {
    return answer::Refuse{AlertDescription::bad_certificate_status_response};
  }
  // Without -verify-peer or the like the handshake goes on whatever comes of it.
  const bool is_raw_key = info.peer_certificate_type == CertificateType::RawPublicKey;
  const bool counts = settings.verify_peer || settings.require_any_client_certificate || is_raw_key;
  const bool is_refused = settings.verify_fail && counts;
  if (!is_refused) return answer::Verified{x509::Verdict::accept({}, {})};
  // The tests know two kinds of callback by their alerts.
  return answer::Refuse{settings.use_custom_verify_callback ? AlertDescription::certificate_unknown
                                                            : AlertDescription::handshake_failure};
}

/// What a connection is opened with.
struct Opening {
  const Settings& settings;
  const Settings& retry;  ///< once early data was refused
  const std::vector<Choice>& credentials;
  const Lasting& lasting;
  Transport& transport;
  Witness& witness;
};

Outcome<std::unique_ptr<Stream>> open_client(const Opening& opening) {
  const Settings& settings = opening.settings;
  auto config = make_client_config(settings, opening.credentials, opening.lasting);
  if (!config) return std::unexpected(std::move(config.error()));
  const auto name = ServerName::parse(settings.host_name.empty() ? "localhost" : settings.host_name);
  if (!name) return broke(name.error());
  auto answers = [opening](const Connection& paused, Pause) {
    return judge_peer(is_refused(paused.info().early_data) ? opening.retry : opening.settings, paused);
  };
  const ConnectionOptions options{.observer = &opening.witness};
  if (settings.quic) {
    auto parameters = from_base64(settings.quic_transport_params);
    if (!parameters) return broke(std::move(parameters.error()));
    auto quic = QuicConnection::client(std::move(*config), *name, *parameters, options);
    if (!quic) return broke(std::move(quic.error()));
    return std::make_unique<QuicStream>(opening.transport, std::move(*quic), answers, settings.async);
  }
  auto connection = Connection::client(std::move(*config), *name, options);
  if (!connection) return broke(std::move(connection.error()));
  return std::make_unique<RecordStream>(opening.transport, std::move(*connection), answers, settings.async);
}

Outcome<Answer> look_at(const Settings& settings, const ClientHelloView& hello) {
  if (auto ok = check_client_hello(settings, hello); !ok) return std::unexpected(std::move(ok.error()));
  if (settings.use_ocsp_callback && settings.fail_ocsp_callback) {
    return answer::Refuse{AlertDescription::internal_error};
  }
  return answer::Proceed{};
}

/// `curves` with those of one rank in the client's order: a flag of 1 puts a curve beside the next. The library has no
/// such ranks; an application that wants them answers the hello with a configuration made for it.
std::vector<int> ranked(const Settings& settings, const std::vector<NamedGroup>& theirs) {
  std::vector<int> curves = settings.curves;
  const auto place = [&](int code) { return std::ranges::find(theirs, static_cast<NamedGroup>(code)); };
  for (std::size_t begin = 0; begin < curves.size();) {
    std::size_t end = begin + 1;
    while (end < curves.size() && end <= settings.curves_flags.size() && settings.curves_flags[end - 1] == 1) ++end;
    std::ranges::sort(std::span(curves).subspan(begin, end - begin), {}, place);
    begin = end;
  }
  return curves;
}

Outcome<Answer> answer_ranked(const Opening& opening, const ClientHelloView& hello) {
  Settings settings = opening.settings;
  settings.curves = ranked(settings, hello.groups());
  auto config = make_server_config(settings, opening.credentials, opening.lasting);
  if (!config) return std::unexpected(std::move(config.error()));
  return answer::UseConfig{std::move(*config)};
}

Outcome<std::unique_ptr<Stream>> open_server(const Opening& opening) {
  const Settings& settings = opening.settings;
  auto config = make_server_config(settings, opening.credentials, opening.lasting);
  if (!config) return std::unexpected(std::move(config.error()));
  auto answers = [opening](const Connection& paused, Pause pause) -> Outcome<Answer> {
    if (pause == Pause::verification) return judge_peer(opening.settings, paused);
    if (!opening.settings.curves_flags.empty()) return answer_ranked(opening, *paused.pending_client_hello());
    return look_at(opening.settings, *paused.pending_client_hello());
  };
  const ConnectionOptions options{.observer = &opening.witness};
  if (settings.quic) {
    auto parameters = from_base64(settings.quic_transport_params);
    if (!parameters) return broke(std::move(parameters.error()));
    auto quic = QuicConnection::server(std::move(*config), *parameters, options);
    if (!quic) return broke(std::move(quic.error()));
    return std::make_unique<QuicStream>(opening.transport, std::move(*quic), std::move(answers), settings.async);
  }
  auto connection = Connection::server(std::move(*config), options);
  if (!connection) return broke(std::move(connection.error()));
  return std::make_unique<RecordStream>(opening.transport, std::move(*connection), std::move(answers), settings.async);
}

// --- what is done on a connection

Outcome<void> write_exports(const Settings& settings, Stream& stream, const Witness& witness) {
  if (settings.export_keying_material) {
    Bytes material(static_cast<std::size_t>(*settings.export_keying_material));
    std::optional<ByteView> context;
    if (settings.use_export_context) context = as_bytes(settings.export_context);
    const auto exported = stream.connection().export_keying_material(settings.export_label, context, material);
    if (!exported) return broke(exported.error());
    if (auto written = stream.write(material); !written) return written;
  }
  if (settings.tls_unique) {
    const auto binding = stream.connection().channel_binding(ChannelBinding::tls_unique);
    if (!binding) return broke(binding.error());
    if (auto written = stream.write(*binding); !written) return written;
  }
  if (!settings.export_traffic_secrets) return {};
  const Bytes& reading = settings.server ? witness.client_secret() : witness.server_secret();
  const Bytes& writing = settings.server ? witness.server_secret() : witness.client_secret();
  Bytes out{static_cast<std::uint8_t>(reading.size()), 0};
  out.insert(out.end(), reading.begin(), reading.end());
  out.insert(out.end(), writing.begin(), writing.end());
  return stream.write(out);
}

Outcome<void> write_first(const Settings& settings, Stream& stream) {
  if (settings.read_with_unfinished_write) return stream.begin_write(as_bytes(settings.shim_initial_write));
  if (!settings.shim_writes_first) return {};
  for (int i = 0; i < settings.repeat_shim_initial_write.value_or(1); ++i) {
    if (auto written = stream.write(as_bytes(settings.shim_initial_write)); !written) return written;
  }
  return {};
}

Outcome<void> check_transport_parameters(const Settings& settings, const Stream& stream) {
  if (!settings.quic || settings.expect_quic_transport_params.empty()) return {};
  const auto expected = from_base64(settings.expect_quic_transport_params);
  const auto got = stream.peer_transport_parameters();
  if (expected && got && std::ranges::equal(*expected, *got)) return {};
  return mismatch("the peer's transport parameters are not those expected");
}

/// Sends back whatever comes, each byte inverted.
Outcome<void> echo(const Settings& settings, Stream& stream) {
  Bytes buffer(static_cast<std::size_t>(settings.read_size.value_or(default_read_size)));
  while (true) {
    const auto got = stream.read(buffer);
    if (!got) return std::unexpected(got.error());
    if (got->end == Stream::End::close_notify) return {};
    if (got->end == Stream::End::truncated) {
      // The library says so as an error; whether it matters is the flags' to say.
      if (settings.check_close_notify) return broke(fail(ErrorCode::TruncatedStream));
      return {};
    }
    if (settings.key_update) {
      if (auto updated = stream.update_keys(); !updated) return updated;
    }
    const ByteSpan data = ByteSpan(buffer).first(got->size);
    for (std::uint8_t& byte : data) byte ^= 0xff;
    if (auto written = stream.write(data); !written) return written;
  }
}

/// After our own close_notify, waits for the peer's. The tests hold that data is an error then.
Outcome<void> wait_for_close(Stream& stream) {
  Bytes buffer(default_read_size);
  const auto got = stream.read(buffer);
  if (!got) return std::unexpected(got.error());
  if (got->end == Stream::End::truncated) return broke(fail(ErrorCode::TruncatedStream));
  if (got->size > 0) return mismatch(":DataAfterClose: application data came after close_notify");
  return {};
}

/// What there is to hold a connection against, beside the flags.
struct Evidence {
  const Witness& witness;
  std::span<const Choice> credentials;
  SessionCheck& sessions;
};

/// `has_written`: early, what is written first.
Outcome<void> exchange(const Settings& settings, Stream& stream, const Evidence& evidence, bool has_written) {
  const auto& [witness, credentials, sessions] = evidence;
  if (!settings.implicit_handshake) {
    if (auto done = stream.handshake(); !done) return done;
    if (auto checked = check_handshake(settings, stream.connection(), witness, credentials); !checked) return checked;
    if (auto checked = check_transport_parameters(settings, stream); !checked) return checked;
    if (auto checked = sessions.after_handshake(stream.connection()); !checked) return checked;
  }
  // An implicit handshake is one that reading or writing brings about.
  const bool writes_before_reading = settings.export_keying_material || settings.export_traffic_secrets ||
                                     settings.shim_writes_first || settings.tls_unique || settings.send_alert ||
                                     settings.read_with_unfinished_write;
  if (settings.implicit_handshake && writes_before_reading) {
    if (auto done = stream.handshake(); !done) return done;
  }
  if (settings.send_alert) return stream.abort(AlertDescription{30});  // decompression_failure
  if (auto written = write_exports(settings, stream, witness); !written) return written;
  if (!has_written) {
    if (auto written = write_first(settings, stream); !written) return written;
  }
  if (!settings.shim_shuts_down) {
    if (auto echoed = echo(settings, stream); !echoed) return echoed;
  }
  if (auto checked = sessions.after_data(stream.connection()); !checked) return checked;
  // What the runner lists of messages ends with its own close_notify, unless a closure is what it tests.
  const bool is_quiet =
      !settings.expect_msg_callback.empty() && !settings.check_close_notify && !settings.shim_shuts_down;
  if (is_quiet) return {};
  if (auto closed = stream.close(); !closed) return closed;
  if (settings.shim_shuts_down && settings.check_close_notify) return wait_for_close(stream);
  return {};
}

}  // namespace

namespace {

/// As the runner lists them: a ChangeCipherSpec that comes means nothing in TLS 1.3, and is left out there.
std::string messages_of(const Witness& witness, ProtocolVersion version) {
  constexpr std::string_view passed_over = "read ccs\n";
  std::string messages = witness.messages();
  const std::size_t at = messages.find(passed_over);
  if (version == ProtocolVersion::TLS1_3 && at != std::string::npos) messages.erase(at, passed_over.size());
  return messages;
}

/// A rejected hidden ClientHello ends the handshake: what the server sent with that is looked at there.
Failure look_at_rejection(Failure failure, const Settings& settings, const Settings& retry,
                          const Connection& connection) {
  if (!failure.error || failure.error->code() != ErrorCode::EchRejected) return failure;
  const Settings& now = is_refused(connection.info().early_data) ? retry : settings;
  if (auto checked = check_retry_configs(now, connection); !checked) return std::move(checked.error());
  return failure;
}

}  // namespace

Outcome<void> run_connection(const Settings& settings, const Settings& retry, Lasting& lasting, bool is_resumption) {
  // A Connection has nowhere to put them: the library's types say what is an error elsewhere.
  if (!settings.quic && !settings.server && !settings.quic_transport_params.empty()) {
    return mismatch(":InvalidConfiguration: transport parameters are a QuicConnection's");
  }
  auto transport = Transport::connect(settings);
  if (!transport) return std::unexpected(std::move(transport.error()));
  Witness witness(settings.export_traffic_secrets);
  auto credentials = load_credentials(settings, *lasting.provider);
  if (!credentials) return std::unexpected(std::move(credentials.error()));
  const Opening opening{settings, retry, *credentials, lasting, *transport, witness};
  auto stream = settings.server ? open_server(opening) : open_client(opening);
  if (!stream) return std::unexpected(std::move(stream.error()));
  EarlyPart early;
  if ((*stream)->early_data_left() > 0) {
    auto begun = begin_early(settings, **stream, witness);
    if (!begun) {
      return std::unexpected(look_at_rejection(std::move(begun.error()), settings, retry, (*stream)->connection()));
    }
    early = *begun;
  }
  // What was sent early and refused is lost: from there on, the flags of a retry count.
  if (early.is_refused && !settings.expect_reject_early_data) return mismatch("early data was refused");
  const Settings& now = early.is_refused ? retry : settings;
  SessionCheck sessions(now, lasting, is_resumption);
  const bool has_written = early.has_written && !early.is_refused;
  if (auto exchanged = exchange(now, **stream, {witness, *credentials, sessions}, has_written); !exchanged) {
    return std::unexpected(look_at_rejection(std::move(exchanged.error()), now, now, (*stream)->connection()));
  }
  if (is_resumption) {
    if (auto checked = check_ticket_age(now, lasting, witness); !checked) return checked;
  }
  const std::string messages = messages_of(witness, (*stream)->connection().info().version);
  if (!settings.expect_msg_callback.empty() && settings.expect_msg_callback != messages) {
    return mismatch("expected the messages\n" + settings.expect_msg_callback + "got\n" + messages);
  }
  return {};
}

}  // namespace keyway::bogo
