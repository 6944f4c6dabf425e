#include <algorithm>
#include <array>
#include <utility>

#include "core/wiped_at_end.hpp"
#include "core/writer.hpp"
#include "tls/connection_core.hpp"
#include "tls/session/psk_set.hpp"
#include "tls/suites.hpp"
#include "tls/wire/certificate.hpp"

namespace keyway {
namespace {

constexpr std::uint8_t sealed_format = 1;
static_assert(tls::max_late_contexts == tls::client::LateAuthentication::max_requests);
constexpr std::size_t sealed_overhead = 1 + crypto::aead_nonce_size + crypto::aead_tag_size;

/// What the seal holds besides: that these bytes are a connection, of this format.
Bytes associated_data() {
  const ByteView purpose = as_bytes("keyway idle connection");
  Bytes data(purpose.begin(), purpose.end());
  data.push_back(sealed_format);
  return data;
}

/// The format, a random nonce, and `plaintext` under AES-256-GCM.
Result<Bytes> seal_idle(const CommonConfig& config, const HandoverKey& key, ByteView plaintext) {
  auto aead = config.provider->aead(crypto::AeadAlgorithm::aes_256_gcm, key.bytes());
  if (!aead) return std::unexpected(std::move(aead.error()));
  crypto::Nonce nonce{};
  if (auto filled = config.randomness().fill(nonce); !filled) return std::unexpected(std::move(filled.error()));
  Bytes sealed{sealed_format};
  sealed.insert(sealed.end(), nonce.begin(), nonce.end());
  const std::size_t at = sealed.size();
  sealed.resize(sealed_overhead + plaintext.size());
  const std::array<ByteView, 1> parts{plaintext};
  if (auto done = (*aead)->seal(nonce, associated_data(), parts, ByteSpan(sealed).subspan(at)); !done) {
    return std::unexpected(std::move(done.error()));
  }
  return sealed;
}

/// What seal_idle() sealed. Errors: InvalidHandover, CryptoFailed.
Result<tls::IdleConnection> open_idle(const CommonConfig& config, const HandoverKey& key, ByteView sealed) {
  const auto refuse = [](std::string_view expected) {
    return std::unexpected(fail(ErrorCode::InvalidHandover).at("import_idle").expected(expected));
  };
  if (sealed.size() <= sealed_overhead || sealed.size() > Connection::max_exported) return refuse("an idle connection");
  if (sealed.front() != sealed_format) return refuse("this version of the format");
  crypto::Nonce nonce{};
  std::ranges::copy(sealed.subspan(1, nonce.size()), nonce.begin());
  auto aead = config.provider->aead(crypto::AeadAlgorithm::aes_256_gcm, key.bytes());
  if (!aead) return std::unexpected(std::move(aead.error()));
  const ByteView ciphertext = sealed.subspan(1 + nonce.size());
  Bytes plaintext(ciphertext.begin(), ciphertext.end());
  const WipedAtEnd wiped{plaintext};
  if (!(*aead)->open(nonce, associated_data(), plaintext)) return refuse("bytes as they were sealed, and their key");
  auto idle = tls::IdleConnection::parse(ByteView(plaintext).first(plaintext.size() - crypto::aead_tag_size));
  if (!idle) return refuse(idle.error().message());
  return idle;
}

DirectionSecrets secrets_of(const tls::TrafficSecret& secret, crypto::AeadAlgorithm aead, std::uint64_t sequence) {
  const tls::TrafficSecret::Keys keys = secret.keys(crypto::limits(aead).key_size);
  return {.key = keys.key.clone(),
          .iv = SecretBuffer<12>(ByteView(keys.iv)),
          .sequence_number = sequence,
          .traffic_secret = HashSecret(secret.bytes())};
}

DirectionSecrets secrets_of(tls::DirectionKeysTls12 keys, std::uint64_t sequence) {
  return {.key = std::move(keys.key), .iv = std::move(keys.iv), .sequence_number = sequence, .traffic_secret = {}};
}

struct DirectionsTls12 {
  tls::DirectionKeysTls12 reading;
  tls::DirectionKeysTls12 writing;
};

/// The keys, made anew from what they came from.
DirectionsTls12 keys_of(const tls::ExporterTls12& exporter, const tls::SuiteTls12& suite, Side side) {
  const auto master = tls::MasterSecretTls12::of_session(exporter.hash(), exporter.master_secret());
  tls::KeyBlockTls12 keys = master.key_block(suite, exporter.randoms());
  if (side == Side::client) return {std::move(keys.server), std::move(keys.client)};
  return {std::move(keys.client), std::move(keys.server)};
}

Error too_large() {
  return fail(ErrorCode::InvalidConfiguration)
      .at("export_idle")
      .expected("at most " + std::to_string(Connection::max_exported) + " bytes");
}

}  // namespace

// ------------------------------------------------------------------------------------------------ the key

Result<HandoverKey> HandoverKey::generate(const crypto::Provider& provider) {
  SecretBuffer<size> secret(size);
  if (auto filled = provider.random().fill(secret.span()); !filled) return std::unexpected(std::move(filled.error()));
  return HandoverKey(std::move(secret));
}

Result<HandoverKey> HandoverKey::from(ByteView bytes) {
  if (bytes.size() == size) return HandoverKey(SecretBuffer<size>(bytes));
  return std::unexpected(fail(ErrorCode::InvalidArgument)
                             .at("HandoverKey")
                             .expected(std::to_string(size) + " bytes")
                             .received(std::to_string(bytes.size())));
}

// ------------------------------------------------------------------------------------------------ out

Result<void> Connection::Core::check_idle(std::string_view call) const {
  if (!config().allows_secret_extraction) {
    return std::unexpected(fail(ErrorCode::InvalidConfiguration)
                               .at(call)
                               .expected("a configuration that lets keys leave")
                               .advice("build it with allow_secret_extraction()"));
  }
  if (auto carries = check_carries_records(call); !carries) return carries;
  if (error_) return std::unexpected(*error_);
  if (closed_ || peer_closed_) return std::unexpected(fail(ErrorCode::AlreadyClosed).at(call));
  const auto refuse = [&](std::string_view expected) {
    return std::unexpected(fail(ErrorCode::NotReady).at(call).expected(expected));
  };
  if (machine_ || !is_established()) return refuse("a finished handshake");
  if (pause()) return refuse("no pause");
  if (is_handed_over_) return refuse("a connection that seals its own records");
  if (!outbox_.empty()) return refuse("output() to be sent first");
  if (joiner_.has_rest()) return refuse("the rest of a handshake message");
  if (early_) return refuse("take_refused_early_data() first");
  if (const auto* late = late_of_server(); late != nullptr && late->is_open()) {
    return refuse("the answer to request_client_certificate() first");
  }
  return {};
}

Result<ConnectionSecrets> Connection::Core::extract_secrets() {
  if (auto idle = check_idle("extract_secrets"); !idle) return std::unexpected(std::move(idle.error()));
  ConnectionSecrets secrets;
  secrets.version = info_.version;
  secrets.cipher_suite = info_.cipher_suite;
  if (const auto* tls13 = std::get_if<TrafficTls13>(&traffic_)) {
    secrets.aead = tls13->suite->aead;
    secrets.reading = secrets_of(tls13->reading, secrets.aead, reader_.sequence_number());
    secrets.writing = secrets_of(tls13->writing, secrets.aead, writer_.sequence_number());
  } else {
    const tls::SuiteTls12& suite = *tls::find_suite_tls12(info_.cipher_suite);
    DirectionsTls12 keys = keys_of(std::get<TrafficTls12>(traffic_).exporter, suite, side_);
    secrets.aead = suite.aead;
    secrets.reading = secrets_of(std::move(keys.reading), reader_.sequence_number());
    secrets.writing = secrets_of(std::move(keys.writing), writer_.sequence_number());
  }
  reader_.opens_elsewhere();
  writer_.clear_protection();
  is_handed_over_ = true;
  if (auto* tls13 = std::get_if<TrafficTls13>(&traffic_); tls13 != nullptr && key_update_answer_waits_) {
    // Nobody will ask here before data is sealed. The keys that it changes to come by take_changed_secrets().
    auto queued = queue_key_update(*tls13, tls::KeyUpdateRequest::update_not_requested);
    if (!queued) return die(std::move(queued.error()));
  }
  return secrets;
}

RecordShape Connection::Core::record_shape() const noexcept {
  RecordShape shape{.max_sent = writer_.max_fragment(),
                    .max_taken = reader_.max_protected(),
                    .padding_block = config().padding_block,
                    .max_records_per_key = config().max_records_per_key};
  if (const auto* tls13 = std::get_if<TrafficTls13>(&traffic_)) shape.aead = tls13->suite->aead;
  if (const auto* suite = tls::find_suite_tls12(info_.cipher_suite)) shape.aead = suite->aead;
  return shape;
}

std::optional<DirectionSecrets> Connection::Core::take_changed_secrets(Direction direction) {
  bool& changed = direction == Direction::sent ? writing_keys_changed_ : reading_keys_changed_;
  const auto* tls13 = std::get_if<TrafficTls13>(&traffic_);
  if (!std::exchange(changed, false) || tls13 == nullptr) return std::nullopt;
  return secrets_of(direction == Direction::sent ? tls13->writing : tls13->reading, tls13->suite->aead, 0);
}

void Connection::Core::describe_late(tls::IdleTls13& idle) const {
  if (!late_) return;
  const auto* client = std::get_if<tls::client::LateAuthentication>(late_.get());
  const auto* server = std::get_if<tls::server::LateAuthentication>(late_.get());
  idle.transcript = (client != nullptr ? client->transcript : server->transcript()).written().value_or(Bytes());
  if (client != nullptr) idle.late_contexts = client->contexts;
}

tls::IdleConnection Connection::Core::describe_idle() const {
  tls::IdleConnection idle;
  idle.side = side_;
  idle.info = info_;
  if (const auto* tls13 = std::get_if<TrafficTls13>(&traffic_)) {
    idle.traffic.emplace<tls::IdleTls13>(
        tls::IdleDirectionTls13{HashSecret(tls13->reading.bytes()), tls13->reading_generation},
        tls::IdleDirectionTls13{HashSecret(tls13->writing.bytes()), tls13->writing_generation},
        HashSecret(tls13->exporter.bytes()), tls13->client_random, Bytes(), std::vector<Bytes>());
    describe_late(std::get<tls::IdleTls13>(idle.traffic));
  } else {
    const auto& tls12 = std::get<TrafficTls12>(traffic_);
    idle.traffic.emplace<tls::IdleTls12>(SecretBuffer<tls::master_secret_size>(tls12.exporter.master_secret()),
                                         tls12.exporter.randoms(), tls12.first_finished, tls12.extended_master_secret);
  }
  idle.info.psk = nullptr;
  idle.reading_sequence = reader_.sequence_number();
  idle.writing_sequence = writer_.sequence_number();
  idle.max_sent = static_cast<std::uint16_t>(writer_.max_protected());
  idle.max_taken = static_cast<std::uint16_t>(reader_.max_protected());
  idle.key_update_answer_waits = key_update_answer_waits_;
  if (info_.psk != nullptr && config().psks) {
    const auto known = std::ranges::find(config().psks->ready(), info_.psk, &tls::ReadyPsk::psk);
    if (known != config().psks->ready().end()) idle.psk_digest = known->digest;
  }
  if (ech_) idle.ech_public_name = ech_->told.public_name;
  idle.peer_chain = peer_chain_;
  idle.peer_proofs = peer_proofs_;
  if (verdict_ && verdict_->accepted()) {
    idle.verdict = tls::KeptVerdict{verdict_->path(), verdict_->checks()};
    for (const std::string& policy : verdict_->policies()) {
      const ByteView text = as_bytes(policy);
      idle.policies.emplace_back(text.begin(), text.end());
    }
  }
  return idle;
}

Result<Bytes> Connection::Core::export_idle(const HandoverKey& key) {
  if (auto idle = check_idle("export_idle"); !idle) return std::unexpected(std::move(idle.error()));
  const tls::IdleConnection idle = describe_idle();
  const auto* tls13 = std::get_if<tls::IdleTls13>(&idle.traffic);
  if (late_ && side_ == Side::client && tls13 != nullptr && tls13->transcript.empty()) {
    return std::unexpected(fail(ErrorCode::NotReady)
                               .at("export_idle")
                               .expected("a client that can't be asked for a certificate later, or a provider whose "
                                         "running hashes can be written"));
  }
  if (info_.psk != nullptr && !idle.psk_digest) {
    // Who takes over would have to be told whom it is connected with, and a resolver can't be asked for that again.
    return std::unexpected(fail(ErrorCode::InvalidConfiguration)
                               .at("export_idle")
                               .expected("a key from outside that the configuration has itself"));
  }
  if (idle.policies.size() > tls::max_certificate_entries) return std::unexpected(too_large());
  Bytes plaintext;
  const WipedAtEnd wiped{plaintext};
  // Room for all, so that no copy of the secrets is left behind by a buffer that grows.
  constexpr std::size_t most_beside_lists = 8192;
  plaintext.reserve(most_beside_lists + tls::written_size(idle.peer_chain) + tls::written_size(idle.policies) +
                    tls::written_size(idle.peer_proofs.ocsp_responses) + tls::written_size(idle.peer_proofs.sct_lists));
  Writer out(plaintext);
  idle.write(out);
  if (!out.ok() || plaintext.size() + sealed_overhead > max_exported) return std::unexpected(too_large());
  auto sealed = seal_idle(config(), key, plaintext);
  if (!sealed) return sealed;
  // From here on the other end of the handover has the keys, and nobody else.
  traffic_ = std::monostate();
  reader_.opens_elsewhere();
  writer_.clear_protection();
  error_ = fail(ErrorCode::AlreadyClosed).at("connection").expected("one that was not handed over to another process");
  return sealed;
}

// ------------------------------------------------------------------------------------------------ in

Result<void> Connection::Core::import_idle(const HandoverKey& key, ByteView exported) {
  auto idle = open_idle(config(), key, exported);
  if (!idle) return std::unexpected(std::move(idle.error()));
  const auto wrong = [](ErrorCode code, std::string_view expected) {
    return std::unexpected(fail(code).at("import_idle").expected(expected));
  };
  if (idle->side != side_) return wrong(ErrorCode::InvalidHandover, "a connection of this side's");
  const Policy& policy = config().policy;
  if (!policy.has(idle->info.version) ||
      std::ranges::find(policy.cipher_suites, idle->info.cipher_suite) == policy.cipher_suites.end()) {
    return wrong(ErrorCode::InvalidConfiguration,
                 "a policy with " + to_string(idle->info.version) + " and " + to_string(idle->info.cipher_suite));
  }
  info_ = std::move(idle->info);
  if (idle->psk_digest) {
    const tls::ReadyPsk* psk = config().psks ? config().psks->find(*idle->psk_digest) : nullptr;
    if (psk == nullptr) return wrong(ErrorCode::InvalidConfiguration, "the key from outside that the connection has");
    info_.psk = psk->psk;
  }
  auto restored = std::visit([&](const auto& traffic) { return restore(traffic, *idle); }, idle->traffic);
  if (!restored) return restored;
  reader_.go_on_after_handshake();
  reader_.limit_protected(idle->max_taken);
  writer_.limit_protected(idle->max_sent);
  key_update_answer_waits_ = idle->key_update_answer_waits;
  peer_chain_ = std::move(idle->peer_chain);
  peer_proofs_ = std::move(idle->peer_proofs);
  if (idle->verdict) {
    std::vector<std::string> policies;
    for (const Bytes& oid : idle->policies) policies.emplace_back(as_text(oid));
    verdict_ = x509::Verdict::accept(std::move(idle->verdict->path), std::move(idle->verdict->checks), {},
                                     std::move(policies));
  }
  if (idle->ech_public_name) {
    ech_ = std::make_unique<tls::EchProgress>();
    ech_->told.public_name = std::move(*idle->ech_public_name);
  }
  const auto& weakenings = side_ == Side::client ? client_config_->weakenings() : server_config_->weakenings();
  for (const std::string& weakening : weakenings) emit_(event::Weakened{weakening});
  return {};
}

Result<void> Connection::Core::restore(const tls::IdleTls13& idle, const tls::IdleConnection& common) {
  const crypto::Provider& provider = *config().provider;
  const tls::SuiteTls13& suite = *tls::find_suite_tls13(info_.cipher_suite);
  const crypto::HashFunction& hash = *provider.hash(suite.hash);
  tls::TrafficSecret reading(hash, idle.reading.secret.clone());
  tls::TrafficSecret writing(hash, idle.writing.secret.clone());
  auto opens = tls::ProtectionTls13::create(provider, suite, reading, common.reading_sequence);
  if (!opens) return std::unexpected(std::move(opens.error()));
  auto seals = tls::ProtectionTls13::create(provider, suite, writing, common.writing_sequence);
  if (!seals) return std::unexpected(std::move(seals.error()));
  reader_.set_protection(std::move(*opens));
  writer_.set_protection(std::move(*seals));
  traffic_.emplace<TrafficTls13>(&suite, std::move(reading), std::move(writing),
                                 tls::Exporter(hash, idle.exporter_secret.clone()), idle.client_random,
                                 idle.reading.generation, idle.writing.generation);
  return restore_late(idle, hash);
}

Result<void> Connection::Core::restore_late(const tls::IdleTls13& idle, const crypto::HashFunction& hash) {
  const bool is_server = side_ == Side::server;
  const bool is_allowed = is_server ? server_config_->late_client_authentication() != nullptr
                                    : client_config_->allows_late_authentication();
  if (is_server && (idle.transcript.empty() || !is_allowed)) {
    if (info_.late_authentication == ClientProofLater::possible) info_.late_authentication = ClientProofLater::off;
    return {};
  }
  if (idle.transcript.empty()) return {};
  if (!is_allowed) {
    return std::unexpected(fail(ErrorCode::InvalidConfiguration)
                               .at("import_idle")
                               .expected("a client that may be asked for a certificate later, as the server was told"));
  }
  auto transcript = tls::Transcript::read(hash, idle.transcript);
  if (!transcript) {
    return std::unexpected(
        fail(ErrorCode::InvalidHandover).at("import_idle").expected("a running hash that the provider goes on with"));
  }
  if (is_server) {
    late_ = std::make_unique<Late>(tls::server::LateAuthentication(*transcript));
  } else {
    late_ = std::make_unique<Late>(tls::client::LateAuthentication{*transcript, idle.late_contexts});
  }
  return {};
}

Result<void> Connection::Core::restore(const tls::IdleTls12& idle, const tls::IdleConnection& common) {
  const crypto::Provider& provider = *config().provider;
  const tls::SuiteTls12& suite = *tls::find_suite_tls12(info_.cipher_suite);
  tls::ExporterTls12 exporter(*provider.hash(suite.hash), idle.master_secret.clone(), idle.randoms);
  const DirectionsTls12 keys = keys_of(exporter, suite, side_);
  auto opens = tls::ProtectionTls12::create(provider, suite, keys.reading, common.reading_sequence);
  if (!opens) return std::unexpected(std::move(opens.error()));
  auto seals = tls::ProtectionTls12::create(provider, suite, keys.writing, common.writing_sequence);
  if (!seals) return std::unexpected(std::move(seals.error()));
  reader_.set_protection(std::move(*opens));
  writer_.set_protection(std::move(*seals));
  traffic_.emplace<TrafficTls12>(std::move(exporter), idle.first_finished, idle.extended_master_secret);
  return {};
}

}  // namespace keyway
