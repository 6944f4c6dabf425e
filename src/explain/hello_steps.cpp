#include "explain/hello_steps.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "core/text.hpp"
#include "explain/plain_words.hpp"
#include "explain/tls12_steps.hpp"
#include "tls/wire/client_hello.hpp"
#include "tls/wire/encrypted_extensions.hpp"
#include "tls/wire/extensions/pre_shared_key.hpp"
#include "tls/wire/server_hello.hpp"

namespace keyway::explain {
namespace {

template <typename E>
[[nodiscard]] std::vector<E> listed(const tls::WireList<E>& list) {
  return {list.begin(), list.end()};
}

/// `[{"name": "x25519", "code": 29}, …]`
template <typename E>
[[nodiscard]] Json codes_of(const std::vector<E>& values) {
  Json codes = Json::array();
  for (const E value : values) codes.push_back({{"name", to_string(value)}, {"code", static_cast<unsigned>(value)}});
  return codes;
}

template <typename E>
[[nodiscard]] std::vector<E> without_grease(std::vector<E> values) {
  std::erase_if(values, [](E value) { return is_grease(static_cast<std::uint16_t>(value)); });
  return values;
}

[[nodiscard]] std::vector<std::string> protocols_of(const tls::AlpnExtension& alpn) {
  std::vector<std::string> names;
  alpn.for_each([&](ByteView name) { names.push_back(printable(as_text(name))); });
  return names;
}

// ------------------------------------------------------------------------------------------------ ClientHello

void tell_compression(Step& step, const std::vector<CompressionMethod>& methods) {
  const bool null_alone = methods.size() == 1 && methods.front() == CompressionMethod::null;
  step.facts.push_back({"compression", join(names_of(methods)) + (null_alone ? ", that is none" : "")});
  step.add_aside(null_alone
                     ? "Only null: secrets that are compressed together with text that an attacker chooses show "
                       "in the size (CRIME, 2012), so TLS 1.3 forbids every other method (RFC 8446 4.1.2)."
                     : "Whatever is offered, null alone is ever chosen here: secrets that are compressed together "
                       "with text that an attacker chooses show in the size (CRIME, 2012). TLS 1.3 forbids every "
                       "other method (RFC 8446 4.1.2).");
  step.data["compression_methods"] = codes_of(methods);
}

void tell_key_shares(Step& step, const tls::KeyShareClientHello& shares) {
  std::vector<std::string> texts;
  Json json = Json::array();
  shares.for_each([&](const tls::KeyShareEntry& entry) {
    const std::string group = to_string(entry.group);
    texts.push_back(fmt::format("{} ({})", group, count_of(entry.key_exchange.size(), "byte")));
    json.push_back({{"group", group}, {"bytes", entry.key_exchange.size()}});
  });
  step.facts.push_back({"key shares", texts.empty() ? "none: the server is asked to name a group" : join(texts)});
  step.add_aside("Its half of a key exchange, made for this connection alone and sent at once, to save a round trip.");
  step.data["key_shares"] = std::move(json);
}

/// Those that are told on lines of their own are left out.
[[nodiscard]] bool is_told_elsewhere(ExtensionType type) noexcept {
  switch (type) {
    case ExtensionType::server_name:
    case ExtensionType::supported_versions:
    case ExtensionType::supported_groups:
    case ExtensionType::signature_algorithms:
    case ExtensionType::signature_algorithms_cert:
    case ExtensionType::application_layer_protocol_negotiation:
    case ExtensionType::key_share:
    case ExtensionType::cookie:
    case ExtensionType::pre_shared_key:
      return true;
    default:
      return false;
  }
}

[[nodiscard]] std::string extension_name(ExtensionType type) {
  const std::string name = to_string(type);
  return name.starts_with("0x") ? "unknown " + name : name;
}

void tell_other_extensions(Step& step, const tls::ExtensionBlock& block) {
  std::vector<std::string> others;
  Json all = Json::array();
  for (const tls::ExtensionView extension : block) {
    const std::string name = extension_name(extension.type);
    all.push_back({{"name", name}, {"code", static_cast<unsigned>(extension.type)}, {"bytes", extension.body.size()}});
    if (is_told_elsewhere(extension.type)) continue;
    others.push_back(fmt::format("{} ({})", name, count_of(extension.body.size(), "byte")));
  }
  step.data["extensions"] = std::move(all);
  if (!others.empty()) step.facts.push_back({"also", join(others)});
}

void tell_client_extensions(Step& step, Offer& offer, const tls::ClientHelloExtensions& extensions) {
  if (extensions.supported_groups) {
    const auto groups = listed(extensions.supported_groups->named_group_list);
    step.facts.push_back({"groups", join(names_of(groups))});
    step.data["groups"] = codes_of(groups);
    offer.groups = without_grease(groups);
  }
  if (extensions.key_share) tell_key_shares(step, *extensions.key_share);
  if (extensions.signature_algorithms) {
    const auto schemes = listed(extensions.signature_algorithms->supported_signature_algorithms);
    step.facts.push_back({"signatures", join(names_of(schemes))});
    step.data["signature_schemes"] = codes_of(schemes);
    offer.signature_schemes = without_grease(schemes);
  }
  if (extensions.signature_algorithms_cert) {
    const auto schemes = listed(extensions.signature_algorithms_cert->supported_signature_algorithms);
    step.facts.push_back({"… in certificates", join(names_of(schemes))});
    step.data["signature_schemes_in_certificates"] = codes_of(schemes);
  }
  if (extensions.alpn) {
    offer.alpn = protocols_of(*extensions.alpn);
    step.facts.push_back({"protocols (ALPN)", join(offer.alpn)});
    step.data["alpn"] = offer.alpn;
  }
  if (extensions.cookie) {
    step.facts.push_back({"cookie", count_of(extensions.cookie->cookie.size(), "byte") + ", given back to the server"});
  }
}

/// The sessions that the client would go on with.
void tell_sessions(Step& step, Offer& offer, const tls::ExtensionBlock& extensions) {
  step.data["offers_resumption"] = false;
  if (const auto body = extensions.find(ExtensionType::pre_shared_key)) {
    const auto psk = tls::PreSharedKeyClientHello::parse(*body);
    if (!psk) return;
    psk->for_each([&](const tls::PskIdentity&) { ++offer.psk_count; });
    step.facts.push_back(
        {"resumption", fmt::format("{} of an earlier visit, with a proof of the secret that goes with it",
                                   count_of(offer.psk_count, "ticket"))});
    step.data["offers_resumption"] = true;
  }
  const auto ticket = extensions.find(ExtensionType::session_ticket);
  if (!ticket || ticket->empty()) return;
  step.facts.push_back({"… of TLS 1.2", fmt::format("a ticket, {}", count_of(ticket->size(), "byte"))});
  step.data["offers_resumption"] = true;
}

[[nodiscard]] std::string client_headline(const Offer& offer, bool is_second) {
  if (is_second) return "ClientHello, again: the client follows the server's wish";
  if (offer.server_name.empty()) return "ClientHello: the client says what it can do; it names no server";
  return fmt::format("ClientHello: the client says whom it wants, {}, and what it can do", offer.server_name);
}

void tell_server_name(Step& step, const Offer& offer) {
  if (offer.server_name.empty()) {
    step.facts.push_back({"server name", "not sent"});
    step.data["server_name"] = nullptr;
  } else {
    step.facts.push_back({"server name", offer.server_name + ", readable to anybody on the way"});
    step.data["server_name"] = offer.server_name;
  }
}

}  // namespace

std::string out_of(const std::string& chosen, const std::vector<std::string>& offered) {
  if (offered.size() == 1 && offered.front() == chosen) return chosen + ", the only one offered";
  if (offered.empty()) return chosen;
  return fmt::format("{}, out of {}", chosen, join(offered));
}

Step tell_unreadable(std::string_view kind, std::string_view title, const Error& error) {
  Step step;
  step.kind = kind;
  step.headline = fmt::format("{}: the message can't be read", title);
  step.tone = Tone::bad;
  step.facts.push_back({"reason", error.message(), Tone::bad});
  step.data["error"] = {{"code", name(error.code())}, {"message", error.message()}};
  return step;
}

ToldClientHello tell_client_hello(ByteView body, bool is_second) {
  const auto hello = tls::ClientHello::parse(body);
  if (!hello) return {tell_unreadable("client_hello", "ClientHello", hello.error()), {}};
  const auto extensions = tls::ClientHelloExtensions::parse(hello->extensions);
  if (!extensions) return {tell_unreadable("client_hello", "ClientHello", extensions.error()), {}};

  ToldClientHello told;
  Step& step = told.step;
  Offer& offer = told.offer;
  step.kind = "client_hello";
  step.data["again"] = is_second;
  if (extensions->server_name) offer.server_name = printable(as_text(extensions->server_name->host_name));
  step.headline = client_headline(offer, is_second);

  tell_server_name(step, offer);
  auto versions = std::vector<ProtocolVersion>{hello->legacy_version};
  if (extensions->supported_versions) versions = listed(extensions->supported_versions->versions);
  offer.versions = without_grease(versions);
  step.facts.push_back({"versions", join(names_of(versions))});
  step.data["versions"] = codes_of(versions);

  const auto suites = listed(hello->cipher_suites);
  offer.cipher_suites = without_grease(suites);
  step.facts.push_back({"cipher suites", join(names_of(suites))});
  step.data["cipher_suites"] = codes_of(suites);

  offer.compression_methods = listed(hello->legacy_compression_methods);
  tell_compression(step, offer.compression_methods);
  tell_client_extensions(step, offer, *extensions);

  step.facts.push_back({"random", to_hex(ByteView(hello->random).first(8)) + "…, 32 bytes that are new each time"});
  step.data["random"] = to_hex(hello->random);
  tell_sessions(step, offer, hello->extensions);
  offer.session_id.assign(hello->legacy_session_id.begin(), hello->legacy_session_id.end());
  const bool speaks_tls13 = std::ranges::find(offer.versions, ProtocolVersion::TLS1_3) != offer.versions.end();
  if (!offer.session_id.empty() && !speaks_tls13) {
    step.facts.push_back({"session ID", count_of(offer.session_id.size(), "byte") + ": the session to go on with"});
  } else if (!offer.session_id.empty()) {
    step.facts.push_back({"session ID", fmt::format("{}, without a meaning since TLS 1.3: they make the handshake look "
                                                    "familiar to old equipment on the way",
                                                    count_of(offer.session_id.size(), "byte"))});
  }
  tell_other_extensions(step, hello->extensions);
  step.facts.push_back({"size", count_of(body.size() + 4, "byte") + ", in the clear"});
  step.data["bytes"] = body.size() + 4;
  return told;
}

// ------------------------------------------------------------------------------------------------ ServerHello

namespace {

[[nodiscard]] Step tell_hello_retry_request(const tls::ServerHello& hello, const Offer& offer) {
  Step step;
  step.kind = "hello_retry_request";
  step.headline = "HelloRetryRequest: the server asks the client to try once more";
  step.data["cipher_suite"] = to_string(hello.cipher_suite);
  if (const auto body = hello.extensions.find(ExtensionType::key_share)) {
    if (const auto share = tls::KeyShareHelloRetryRequest::parse(*body)) {
      const std::string group = to_string(share->selected_group);
      step.facts.push_back({"group wanted", out_of(group, names_of(offer.groups))});
      step.add_aside("The client sent no key share of a group that the server prefers, so it makes another.");
      step.data["group"] = group;
    }
  }
  if (const auto body = hello.extensions.find(ExtensionType::cookie)) {
    step.facts.push_back({"cookie", count_of(body->size(), "byte") + ", to be given back"});
  }
  step.facts.push_back({"cipher suite", to_string(hello.cipher_suite)});
  return step;
}

void tell_server_share(Step& step, const tls::ServerHello& hello, const Offer& offer) {
  const auto body = hello.extensions.find(ExtensionType::key_share);
  const auto share = body ? tls::KeyShareServerHello::parse(*body) : std::unexpected(fail(ErrorCode::MissingExtension));
  if (!share) return;
  const auto& [group, bytes] = share->server_share;
  step.facts.push_back({"key share", fmt::format("{} for {}", count_of(bytes.size(), "byte"),
                                                 out_of(to_string(group), names_of(offer.groups)))});
  step.add_aside(meaning_of(group));
  step.data["group"] = {{"name", to_string(group)}, {"code", static_cast<unsigned>(group)}};
  step.data["key_share_bytes"] = bytes.size();
}

/// RFC 8446 4.2.11; RFC 5246 7.4.1.3: the session ID that came is the one that was sent.
void tell_resumption(Step& step, const tls::ServerHello& hello, const Offer& offer, ProtocolVersion version) {
  const bool is_tls13 = version == ProtocolVersion::TLS1_3;
  const bool takes_it =
      is_tls13 ? hello.extensions.has(ExtensionType::pre_shared_key)
               : !offer.session_id.empty() && std::ranges::equal(hello.legacy_session_id_echo, offer.session_id);
  step.data["is_resumption"] = takes_it;
  if (takes_it) {
    step.facts.push_back({"resumption", "the server goes on with the earlier session", Tone::good});
    step.add_aside(
        is_tls13 ? "Who holds the session's secret was proven then: no certificate is shown again. A new key "
                   "exchange goes into the keys all the same, so that an old secret does not open this connection."
                 : "Who holds the session's secret was proven then: no certificate is shown, and a round trip is "
                   "saved. The keys come from the old master secret and new randoms: without forward secrecy.");
  } else if (is_tls13 && offer.psk_count > 0) {
    step.facts.push_back({"resumption", "not taken: a full handshake follows"});
  }
}

void tell_sentinel(Step& step, const tls::ServerHello& hello) {
  const auto sentinel = tls::downgrade_sentinel(hello.random);
  step.data["downgrade_sentinel"] = sentinel != tls::DowngradeSentinel::none;
  if (sentinel == tls::DowngradeSentinel::none) return;
  step.facts.push_back({"warning",
                        "the random ends in the downgrade sentinel: the server could have spoken a newer version "
                        "(RFC 8446 4.1.3)",
                        Tone::warning});
}

}  // namespace

Step tell_inner_client_hello(ByteView body, bool is_sent) {
  constexpr std::string_view kind = "inner_client_hello";
  const auto hello = tls::ClientHello::parse(body);
  if (!hello) return tell_unreadable(kind, "inner ClientHello", hello.error());
  const auto extensions = tls::ClientHelloExtensions::parse(hello->extensions);
  if (!extensions) return tell_unreadable(kind, "inner ClientHello", extensions.error());
  const auto& asked = extensions->server_name;
  const std::string name = asked ? printable(as_text(asked->host_name)) : "";
  Step step;
  step.kind = kind;
  step.headline = is_sent ? fmt::format("The client hides whom it wants, {}, within the next ClientHello",
                                        name.empty() ? "and names nobody" : name)
                          : fmt::format("The server opens what the ClientHello hides: the client wants {}",
                                        name.empty() ? "nobody by name" : name);
  step.tone = Tone::good;
  step.facts.push_back({"server name", name.empty() ? "not sent" : name + ", readable to this server alone"});
  step.facts.push_back(
      {"size", count_of(body.size(), "byte") + "; what the outer one has as well is sent once, the rest sealed"});
  step.add_aside(
      "Encrypted ClientHello (RFC 9849): sealed to a key that the server has published. Whoever listens sees "
      "the public name alone, which many servers share.");
  step.data["server_name"] = name.empty() ? Json(nullptr) : Json(name);
  step.data["bytes"] = body.size();
  return step;
}

Step tell_server_hello(ByteView body, const Offer& offer, ProtocolVersion& chosen) {
  const auto hello = tls::ServerHello::parse(body);
  if (!hello) return tell_unreadable("server_hello", "ServerHello", hello.error());
  const auto version = tls::selected_version(*hello);
  if (!version) return tell_unreadable("server_hello", "ServerHello", version.error());
  chosen = *version;
  if (hello->is_hello_retry_request()) return tell_hello_retry_request(*hello, offer);

  Step step;
  step.kind = "server_hello";
  const std::string suite = to_string(hello->cipher_suite);
  step.headline = fmt::format("ServerHello: the server chooses {} with {}", to_string(*version), suite);
  step.facts.push_back({"version", out_of(to_string(*version), names_of(offer.versions))});
  step.data["version"] = {{"name", to_string(*version)}, {"code", static_cast<unsigned>(*version)}};
  step.facts.push_back({"cipher suite", out_of(suite, names_of(offer.cipher_suites))});
  step.add_aside(meaning_of(hello->cipher_suite));
  step.data["cipher_suite"] = {{"name", suite}, {"code", static_cast<unsigned>(hello->cipher_suite)}};
  const std::string compression = to_string(hello->legacy_compression_method);
  step.facts.push_back({"compression", out_of(compression, names_of(offer.compression_methods))});
  step.data["compression_method"] = compression;
  tell_server_share(step, *hello, offer);
  tell_resumption(step, *hello, offer, *version);
  if (*version == ProtocolVersion::TLS1_2) add_tls12_facts(step, hello->extensions);
  step.facts.push_back({"random", to_hex(ByteView(hello->random).first(8)) + "…"});
  step.data["random"] = to_hex(hello->random);
  tell_sentinel(step, *hello);
  tell_other_extensions(step, hello->extensions);
  step.facts.push_back({"size", count_of(body.size() + 4, "byte") + ", in the clear"});
  step.data["bytes"] = body.size() + 4;
  return step;
}

// ------------------------------------------------------------------------------------------------ EncryptedExtensions

Step tell_encrypted_extensions(ByteView body, const Offer& offer) {
  const auto message = tls::EncryptedExtensions::parse(body);
  if (!message) return tell_unreadable("encrypted_extensions", "EncryptedExtensions", message.error());

  Step step;
  step.kind = "encrypted_extensions";
  step.headline = "EncryptedExtensions: the server's other answers; from here on all is encrypted";
  step.data["alpn"] = nullptr;
  if (const auto alpn = message->extensions.find(ExtensionType::application_layer_protocol_negotiation)) {
    if (const auto answer = tls::AlpnExtension::parse(*alpn); answer && answer->only()) {
      const std::string chosen = printable(as_text(*answer->only()));
      step.facts.push_back({"protocol (ALPN)", out_of(chosen, offer.alpn)});
      step.data["alpn"] = chosen;
    }
  } else if (!offer.alpn.empty()) {
    step.facts.push_back({"protocol (ALPN)", "none chosen out of " + join(offer.alpn)});
  }
  if (message->extensions.has(ExtensionType::server_name)) {
    step.facts.push_back({"server name", "used to choose the certificate"});
  }
  step.data["server_name_used"] = message->extensions.has(ExtensionType::server_name);
  tell_other_extensions(step, message->extensions);
  if (step.facts.empty()) step.facts.push_back({"answers", "none"});
  return step;
}

}  // namespace keyway::explain
