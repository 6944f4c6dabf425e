#include "tool/demo_recording.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <variant>

#include "core/text.hpp"
#include "explain/plain_words.hpp"
#include "tls/handshake/fingerprint.hpp"
#include "tls/schedule/premaster_rsa.hpp"
#include "tls/schedule/prf_tls12.hpp"
#include "tls/schedule/transcript.hpp"
#include "tls/suites.hpp"
#include "tls/wire/client_hello.hpp"
#include "tls/wire/client_key_exchange.hpp"
#include "tls/wire/handshake.hpp"
#include "tls/wire/server_hello.hpp"

namespace keyway::tool {
namespace {

/// The body of the first message of this type.
[[nodiscard]] Result<ByteView> find_body(const Recording& recording, HandshakeType type) {
  for (const Bytes& message : recording.messages()) {
    const bool is_it = message.size() >= tls::handshake_header_size && message[0] == static_cast<std::uint8_t>(type);
    if (is_it) return ByteView(message).subspan(tls::handshake_header_size);
  }
  return std::unexpected(fail(ErrorCode::InvalidArgument).at("the recording").expected(to_string(type)));
}

/// Parses the first message of a type.
template <typename M>
[[nodiscard]] Result<M> find(const Recording& recording) {
  const auto body = find_body(recording, M::type);
  if (!body) return std::unexpected(body.error());
  return M::parse(*body);
}

}  // namespace

void Recording::on(const EventOrigin&, const Event& event) noexcept {
  if (const auto* message = std::get_if<event::HandshakeMessage>(&event); message != nullptr && !is_complete_) {
    messages_.emplace_back(message->raw.begin(), message->raw.end());
    is_complete_ = message->type == HandshakeType::client_key_exchange;
  } else if (const auto* secret = std::get_if<event::SecretDerived>(&event)) {
    if (secret->label == SecretLabel::CLIENT_RANDOM) master_secret_ = secret->fingerprint;
  }
}

Result<Recording::Fingerprint> open_recording(const Recording& recording, const crypto::PrivateKey& key,
                                              const crypto::Provider& provider) {
  const auto client_hello = find<tls::ClientHello>(recording);
  if (!client_hello) return std::unexpected(client_hello.error());
  const auto server_hello = find<tls::ServerHello>(recording);
  if (!server_hello) return std::unexpected(server_hello.error());
  const auto sent = find<tls::EncryptedPremasterSecret>(recording);
  if (!sent) return std::unexpected(sent.error());
  const tls::SuiteTls12* suite = tls::find_suite_tls12(server_hello->cipher_suite);
  if (suite == nullptr) return std::unexpected(fail(ErrorCode::InvalidArgument).at("the recording, cipher_suite"));

  const auto premaster = tls::receive_premaster(provider.random(), key, sent->encrypted, client_hello->legacy_version);
  if (!premaster) return std::unexpected(premaster.error());
  const crypto::HashFunction& hash = *provider.hash(suite->hash);
  tls::Transcript transcript(hash);
  for (const Bytes& message : recording.messages()) transcript.add(message);
  const auto master = tls::MasterSecretTls12::extended(hash, premaster->view(), transcript.hash());
  return tls::fingerprint_of(provider, master.bytes());
}

bool is_opened(const Recording& recording, const Result<Recording::Fingerprint>& opened) noexcept {
  return opened && recording.master_secret() && *opened == *recording.master_secret();
}

explain::Step tell_theft(const Recording& recording, const Result<Recording::Fingerprint>& opened) {
  explain::Step step;
  step.kind = "recording_opened";
  const bool is_open = is_opened(recording, opened);
  step.headline = is_open ? "Years later: whoever has the server's key opens what was recorded"
                          : "The recording did not open with the server's key";
  step.tone = is_open ? explain::Tone::warning : explain::Tone::bad;
  step.facts.push_back(
      {"recorded", explain::count_of(recording.messages().size(), "message") + ", all of them in the clear"});
  if (opened) step.facts.push_back({"master secret", "fingerprint " + to_hex(*opened) + ", out of recording and key"});
  if (recording.master_secret()) {
    step.facts.push_back({"… of both sides", "fingerprint " + to_hex(*recording.master_secret())});
  }
  if (is_open) step.facts.push_back({"so", "every byte of this connection can be read", explain::Tone::warning});
  step.data = {{"opened", is_open}, {"messages", recording.messages().size()}};
  return step;
}

}  // namespace keyway::tool
