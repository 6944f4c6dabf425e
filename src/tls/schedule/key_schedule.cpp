#include "tls/schedule/key_schedule.hpp"

#include <string>
#include <utility>

#include "crypto/hkdf.hpp"
#include "tls/schedule/constants.hpp"

namespace keyway::tls {

namespace {

using crypto::HashFunction;
using crypto::HmacKey;

// HKDF-Expand-Label of one hash output. The labels and contexts here are all within its bounds, so it can't refuse.
HashSecret expand(const HmacKey& key, std::string_view label, ByteView context) noexcept {
  HashSecret out(key.output_size());
  (void)crypto::hkdf_expand_label(key, label, context, out.span());
  return out;
}

TrafficSecret traffic_secret(const HmacKey& key, std::string_view label, const TranscriptHash& transcript) noexcept {
  return {key.function(), expand(key, label, transcript.view())};
}

HashSecret extract(const HashFunction& hash, ByteView salt, ByteView input) noexcept {
  HashSecret out;
  crypto::hkdf_extract(hash, salt, input, out);
  return out;
}

// RFC 8446 7.1: where there is no secret to put in, as many zeros as the hash is long.
HashSecret zeros(const HashFunction& hash) noexcept {
  return HashSecret(hash.output_size());
}

// The salt of the next stage: Derive-Secret(., "derived", "").
HashSecret derived(const HmacKey& key) noexcept {
  return expand(key, "derived", empty_hash(key.function()).view());
}

ByteView or_zeros(ByteView input, const HashSecret& zeros_of_hash) noexcept {
  return input.empty() ? zeros_of_hash.view() : input;
}

}  // namespace

// ------------------------------------------------------------------------------------------------ traffic secrets

TrafficSecret TrafficSecret::next() const noexcept {
  return {*hash_, expand(HmacKey(*hash_, bytes()), "traffic upd", {})};
}

TrafficSecret::Keys TrafficSecret::keys(std::size_t key_size) const noexcept {
  const HmacKey secret(*hash_, bytes());
  Keys keys{.key = SecretBuffer<32>(key_size)};
  (void)crypto::hkdf_expand_label(secret, "key", {}, keys.key.span());
  (void)crypto::hkdf_expand_label(secret, "iv", {}, keys.iv);
  return keys;
}

HashSecret TrafficSecret::finished(const TranscriptHash& transcript) const noexcept {
  const HashSecret finished_key = expand(HmacKey(*hash_, bytes()), "finished", {});
  HashSecret verify_data(hash_->output_size());
  HmacKey(*hash_, finished_key.view()).mac(transcript.view(), verify_data.span());
  return verify_data;
}

// ------------------------------------------------------------------------------------------------ exporters

Result<void> Exporter::derive(std::string_view label, ByteView context, ByteSpan out) const {
  if (label.size() > crypto::max_hkdf_label) {
    return std::unexpected(fail(ErrorCode::InvalidArgument)
                               .at("exporter")
                               .expected("a label of at most 249 bytes")
                               .received(std::to_string(label.size())));
  }
  if (out.size() > 255 * hash_->output_size()) {
    return std::unexpected(fail(ErrorCode::InvalidArgument)
                               .at("exporter")
                               .expected("at most " + std::to_string(255 * hash_->output_size()) + " bytes of output")
                               .received(std::to_string(out.size())));
  }
  const HashSecret secret = expand(HmacKey(*hash_, bytes()), label, empty_hash(*hash_).view());
  Transcript context_hash(*hash_);
  context_hash.add(context);
  (void)crypto::hkdf_expand_label(HmacKey(*hash_, secret.view()), "exporter", context_hash.hash().view(), out);
  return {};
}

// ------------------------------------------------------------------------------------------------ early

namespace {

std::string_view binder_label(PskKind kind) noexcept {
  switch (kind) {
    case PskKind::resumption:
      return "res binder";
    case PskKind::external:
      return "ext binder";
    case PskKind::imported:
      return "imp binder";
  }
  return {};
}

}  // namespace

EarlySchedule::EarlySchedule(const HashFunction& hash) noexcept : hash_(&hash) {}

EarlySchedule::EarlySchedule(const HashFunction& hash, ByteView psk) noexcept
    : hash_(&hash), with_psk_(HmacKey(hash, extract(hash, {}, psk).view())) {}

HmacKey EarlySchedule::key() const noexcept {
  if (with_psk_) return *with_psk_;
  return {*hash_, extract(*hash_, {}, zeros(*hash_).view()).view()};
}

TrafficSecret EarlySchedule::binder_key(PskKind kind) const noexcept {
  return traffic_secret(key(), binder_label(kind), empty_hash(*hash_));
}

TrafficSecret EarlySchedule::client_early_traffic_secret(const TranscriptHash& client_hello) const noexcept {
  return traffic_secret(key(), "c e traffic", client_hello);
}

Exporter EarlySchedule::early_exporter(const TranscriptHash& client_hello) const noexcept {
  return {*hash_, expand(key(), "e exp master", client_hello.view())};
}

HandshakeSchedule EarlySchedule::into_handshake(ByteView shared_secret) && noexcept {
  const HashSecret no_secret = zeros(*hash_);
  const ByteView input = or_zeros(shared_secret, no_secret);
  const ByteView known_salt = derived_without_psk(*hash_);
  if (!with_psk_ && !known_salt.empty()) return {*hash_, extract(*hash_, known_salt, input)};
  return {*hash_, extract(*hash_, derived(key()).view(), input)};
}

// ------------------------------------------------------------------------------------------------ handshake

HandshakeSchedule::HandshakeSchedule(const HashFunction& hash, HashSecret secret) noexcept
    : key_(hash, secret.view()) {}

TrafficSecrets HandshakeSchedule::traffic_secrets(const TranscriptHash& transcript) const noexcept {
  return {.client = traffic_secret(key_, "c hs traffic", transcript),
          .server = traffic_secret(key_, "s hs traffic", transcript)};
}

MasterSchedule HandshakeSchedule::into_master() && noexcept {
  const HashFunction& hash = key_.function();
  return {hash, extract(hash, derived(key_).view(), zeros(hash).view())};
}

// ------------------------------------------------------------------------------------------------ master

MasterSchedule::MasterSchedule(const HashFunction& hash, HashSecret secret) noexcept : key_(hash, secret.view()) {}

TrafficSecrets MasterSchedule::traffic_secrets(const TranscriptHash& transcript) const noexcept {
  return {.client = traffic_secret(key_, "c ap traffic", transcript),
          .server = traffic_secret(key_, "s ap traffic", transcript)};
}

Exporter MasterSchedule::exporter(const TranscriptHash& transcript) const noexcept {
  return {key_.function(), expand(key_, "exp master", transcript.view())};
}

HashSecret MasterSchedule::resumption_master_secret(const TranscriptHash& transcript) const noexcept {
  return expand(key_, "res master", transcript.view());
}

HashSecret resumption_psk(const HashFunction& hash, ByteView resumption_master_secret, ByteView ticket_nonce) noexcept {
  return expand(HmacKey(hash, resumption_master_secret), "resumption", ticket_nonce);
}

}  // namespace keyway::tls
