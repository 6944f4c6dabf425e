#pragma once
/// \file
/// What the tests of the record layer share: protections with made-up secrets, patterned data, records from raw parts.

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tls/record/protection.hpp"
#include "tls/record/protection_tls12.hpp"
#include "tls/record/record_reader.hpp"
#include "tls/record/record_writer.hpp"
#include "tls/suites.hpp"

namespace keyway::tls {

/// Reaches into a protection, to places that no test could count up to.
struct ProtectionTls13TestAccess {
  static void set_sequence(ProtectionTls13& protection, std::uint64_t sequence) { protection.advance_to(sequence); }
  static std::uint64_t hard_limit(const ProtectionTls13& protection) { return protection.hard_limit_; }
  static std::uint64_t soft_limit(const ProtectionTls13& protection) { return protection.soft_limit_; }
};

struct ProtectionTls12TestAccess {
  static void set_sequence(ProtectionTls12& protection, std::uint64_t sequence) { protection.sequence_ = sequence; }
  static std::uint64_t hard_limit(const ProtectionTls12& protection) { return protection.hard_limit_; }
  static std::uint64_t soft_limit(const ProtectionTls12& protection) { return protection.soft_limit_; }
};

}  // namespace keyway::tls

namespace keyway::testing {

inline const crypto::Provider& record_provider() {
  static const auto shared = crypto::make_provider().value();
  return *shared;
}

inline const crypto::HashFunction& hash_of(crypto::HashAlgorithm algorithm) {
  return *record_provider().hash(algorithm);
}

/// A traffic secret of the right size; the same for the same seed.
inline tls::TrafficSecret traffic_secret(const tls::SuiteTls13& suite, std::uint8_t seed = 7) {
  const auto& hash = hash_of(suite.hash);
  return {hash, HashSecret(Bytes(hash.output_size(), seed))};
}

inline const tls::SuiteTls13& suite(CipherSuite id = CipherSuite::TLS_AES_128_GCM_SHA256) {
  return *tls::find_suite_tls13(id);
}

inline tls::ProtectionTls13 protection(const tls::SuiteTls13& of = suite(), std::uint8_t seed = 7) {
  return tls::ProtectionTls13::create(record_provider(), of, traffic_secret(of, seed)).value();
}

/// Bytes that tell their place, so that a piece put in the wrong one shows.
inline Bytes pattern(std::size_t size, std::size_t from = 0) {
  Bytes out(size);
  for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<std::uint8_t>((from + i) * 31 + ((from + i) >> 8U));
  return out;
}

inline Bytes copy(ByteView view) {
  return {view.begin(), view.end()};
}

inline Bytes join(std::initializer_list<ByteView> parts) {
  Bytes out;
  for (const ByteView part : parts) out.insert(out.end(), part.begin(), part.end());
  return out;
}

/// A record as `writer` would make it, in a buffer of its own.
inline Bytes sealed(tls::ProtectionTls13& writer, ContentType type, ByteView content, std::size_t padding = 0) {
  Bytes out(content.size() + padding + tls::ProtectionTls13::overhead);
  const std::array<ByteView, 1> parts{content};
  const auto written = writer.seal(type, parts, padding, out);
  EXPECT_TRUE(written.has_value());
  EXPECT_EQ(written.value_or(0), out.size());
  return out;
}

inline Bytes plaintext_record(ContentType type, ByteView content, std::uint16_t version = 0x0303) {
  Bytes out(tls::record_header_size);
  const tls::RecordHeader header{.type = type,
                                 .legacy_record_version = static_cast<ProtocolVersion>(version),
                                 .length = static_cast<std::uint16_t>(content.size())};
  header.write_to(out);
  out.insert(out.end(), content.begin(), content.end());
  return out;
}

/// A TLSCiphertext around any inner bytes, well-formed or not, as record number `sequence` of `secret`.
inline Bytes record_around(const tls::SuiteTls13& of, const tls::TrafficSecret& secret, std::uint64_t sequence,
                           ByteView inner) {
  const auto keys = secret.keys(crypto::limits(of.aead).key_size);
  const auto aead = record_provider().aead(of.aead, keys.key.view()).value();
  crypto::Nonce nonce = keys.iv;
  for (std::size_t i = 0; i < 8; ++i) nonce[11 - i] ^= static_cast<std::uint8_t>(sequence >> (8U * i));
  Bytes out(tls::record_header_size + inner.size() + crypto::aead_tag_size);
  const tls::RecordHeader header{.type = ContentType::application_data,
                                 .length = static_cast<std::uint16_t>(out.size() - tls::record_header_size)};
  header.write_to(out);
  const std::array<ByteView, 1> parts{inner};
  EXPECT_TRUE(aead->seal(nonce, ByteView(out).first(5), parts, ByteSpan(out).subspan(5)).has_value());
  return out;
}

inline tls::RecordReader protected_reader(const tls::SuiteTls13& of = suite(), std::uint8_t seed = 7) {
  tls::RecordReader reader;
  reader.set_protection(protection(of, seed));
  return reader;
}

inline tls::RecordWriter protected_writer(tls::PaddingPolicy padding = {}, const tls::SuiteTls13& of = suite(),
                                          std::uint8_t seed = 7) {
  tls::RecordWriter writer(padding);
  writer.set_protection(protection(of, seed));
  return writer;
}

/// The code of what next() refuses; nothing when it takes the record.
inline std::optional<ErrorCode> refusal(tls::RecordReader& reader, Bytes record) {
  const auto incoming = reader.next(record);
  if (incoming) return std::nullopt;
  return incoming.error().code();
}

/// All content in `stream`, which has whole records alone. Fails the test on an error.
inline Bytes read_all(tls::RecordReader& reader, Bytes stream, std::vector<std::size_t>* sizes = nullptr) {
  Bytes out;
  ByteSpan rest = stream;
  while (!rest.empty()) {
    const auto incoming = reader.next(rest);
    if (!incoming || !incoming->complete) {
      ADD_FAILURE() << (incoming ? "incomplete" : incoming.error().message());
      return out;
    }
    out.insert(out.end(), incoming->content.begin(), incoming->content.end());
    if (sizes != nullptr) sizes->push_back(incoming->content.size());
    rest = rest.subspan(incoming->consumed);
  }
  return out;
}

inline std::string suite_name(const ::testing::TestParamInfo<CipherSuite>& info) {
  return to_string(info.param);
}

}  // namespace keyway::testing
