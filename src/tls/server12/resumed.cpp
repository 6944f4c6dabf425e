#include "tls/server12/resumed.hpp"

#include <utility>

#include "core/writer.hpp"
#include "tls/handshake/proofs.hpp"
#include "tls/schedule/transcript.hpp"
#include "tls/server/client_certificate.hpp"
#include "tls/server/hello_answers.hpp"
#include "tls/server12/hello_writer.hpp"
#include "tls/wire/finished.hpp"

namespace keyway::tls::server12 {

Result<ExpectChangeCipherSpecResumed::Next> ExpectChangeCipherSpecResumed::change_cipher_spec(Flow& flow) && {
  if (auto done = flow.protect_reading(std::move(resumed_.reading)); !done) {
    return std::unexpected(std::move(done.error()));
  }
  flow.reader().allow_change_cipher_spec(false);
  return Next(ExpectFinishedResumed(std::move(resumed_), client_));
}

Result<ExpectFinishedResumed::Next> ExpectFinishedResumed::handle(Flow& flow, const HandshakeMessage& message) && {
  // The peer is done: nothing of its handshake may follow in the record.
  if (auto ends = flow.check_record_ends(); !ends) return std::unexpected(std::move(ends.error()));
  auto proof = verify_finished(resumed_.expected_finished, message.body);
  if (!proof) return std::unexpected(std::move(proof.error()));
  flow.emit(event::Finished{Direction::received});
  server::recall_client(flow, resumed_.client_scheme, resumed_.client_type, resumed_.client_proof.get());
  return Next(EstablishedTls12{*proof, resumed_.suite, std::move(resumed_.exporter), resumed_.client_random,
                               resumed_.sent_finished, resumed_.extended_master_secret});
}

Result<ExpectChangeCipherSpecResumed> send_resumed_flight(Flow& flow, const ServerConfig& server_config,
                                                          const server::HelloInHand& hello, const Choice& choice,
                                                          const ResumedSession& resumed) {
  const CommonConfig& config = server_config.common();
  const Session& session = resumed.session();
  const SuiteTls12& suite = *find_suite_tls12(session.cipher_suite);
  flow.info().version = ProtocolVersion::TLS1_2;
  flow.info().cipher_suite = suite.id;
  flow.info().group = session.group;
  flow.info().alpn = choice.alpn;
  flow.info().is_resumption = true;
  flow.emit_parameters();

  auto random = make_random(config);
  if (!random) return std::unexpected(std::move(random.error()));
  const HelloRandoms randoms{hello.hello.random, *random};
  const crypto::HashFunction& hash = *config.provider->hash(suite.hash);
  auto master = MasterSecretTls12::of_session(hash, session.secret.view());
  flow.emit_secret(SecretLabel::CLIENT_RANDOM, master.bytes(), randoms.client);
  const KeyBlockTls12 keys = master.key_block(suite, randoms);
  auto reading = ProtectionTls12::create(*config.provider, suite, keys.client);
  if (!reading) return std::unexpected(std::move(reading.error()));
  auto writing = ProtectionTls12::create(*config.provider, suite, keys.server);
  if (!writing) return std::unexpected(std::move(writing.error()));

  const auto renewal = order_renewal(server_config, hello, choice, resumed);
  Bytes messages;
  // RFC 5246 7.4.1.3: the client's session ID back says that its session is gone on with.
  write_server_hello(messages,
                     {server_config, *random, suite.id, hello.hello.legacy_session_id, hello, choice,
                      /*credential=*/nullptr, /*promises_ticket=*/renewal != nullptr, session.own_certificate_type});
  server::agree_on_record_limits(flow, server_config, hello);
  if (renewal) add_ticket(messages, server_config, *renewal, master);
  Transcript transcript(hash);
  transcript.add(hello.raw);
  transcript.add(messages);
  if (auto sent = flow.send(messages); !sent) return std::unexpected(std::move(sent.error()));
  if (auto sent = flow.send_change_cipher_spec(); !sent) return std::unexpected(std::move(sent.error()));
  flow.protect_writing(std::move(*writing));

  Bytes finished;
  Writer out(finished);
  const VerifyDataTls12 ours = master.finished(Side::server, transcript.hash());
  write_handshake(out, Finished{ours});
  transcript.add(finished);
  if (auto sent = flow.send(finished); !sent) return std::unexpected(std::move(sent.error()));
  flow.emit(event::Finished{Direction::sent});
  flow.reader().allow_change_cipher_spec(true);
  const VerifyDataTls12 theirs = master.finished(Side::client, transcript.hash());
  Resumed left{&suite,
               std::move(*reading),
               ours,
               theirs,
               std::move(master).into_exporter(randoms),
               randoms.client,
               session.extended_master_secret,
               session.peer_scheme,
               session.peer_certificate_type,
               session.client};
  return ExpectChangeCipherSpecResumed(std::move(left), resumed.client());
}

}  // namespace keyway::tls::server12
