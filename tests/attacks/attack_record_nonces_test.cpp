// Attack 28: a nonce is never used twice, through key updates, errors and retries; AEAD limits force a key update.

#include <limits>
#include <set>

#include <gtest/gtest.h>

#include "tls/record/record_testing.hpp"

namespace keyway::tls {
namespace {

using testing::pattern;

// What an AEAD was asked for: one key of it, and each nonce under it.
struct Use {
  Bytes key;
  crypto::Nonce nonce;
  auto operator<=>(const Use&) const = default;
};

struct Record {
  std::set<Use> seen;
  std::size_t calls = 0;
  std::size_t fails_at = std::numeric_limits<std::size_t>::max();
};

class RecordingAead final : public crypto::Aead {
 public:
  RecordingAead(Record& record, Bytes key) : record_(&record), key_(std::move(key)) {}

  Result<void> seal(const crypto::Nonce& nonce, ByteView, std::span<const ByteView>, ByteSpan) override {
    const bool is_new = record_->seen.insert({key_, nonce}).second;
    EXPECT_TRUE(is_new) << "a nonce came twice";
    if (record_->calls++ == record_->fails_at) return std::unexpected(fail(ErrorCode::CryptoFailed));
    return {};
  }
  bool open(const crypto::Nonce&, ByteView, ByteSpan) override { return false; }

 private:
  Record* record_;
  Bytes key_;
};

class RecordingProvider final : public crypto::Provider {
 public:
  explicit RecordingProvider(Record& record) : record_(&record) {}

  std::string description() const override { return "a recorder of nonces"; }
  const crypto::Random& random() const noexcept override { return testing::record_provider().random(); }
  const crypto::HashFunction* hash(crypto::HashAlgorithm which) const noexcept override {
    return testing::record_provider().hash(which);
  }
  const crypto::KeyExchangeGroup* group(NamedGroup) const noexcept override { return nullptr; }
  bool has_aead(crypto::AeadAlgorithm) const noexcept override { return true; }
  bool has_signature(crypto::SignatureAlgorithm) const noexcept override { return false; }
  Result<std::unique_ptr<crypto::Aead>> aead(crypto::AeadAlgorithm, ByteView key) const override {
    return std::make_unique<RecordingAead>(*record_, testing::copy(key));
  }
  Result<std::unique_ptr<crypto::PublicKey>> public_key(ByteView) const override {
    return std::unexpected(fail(ErrorCode::UnsupportedKey));
  }
  Result<std::unique_ptr<crypto::PrivateKey>> private_key(ByteView) const override {
    return std::unexpected(fail(ErrorCode::UnsupportedKey));
  }
  Result<std::unique_ptr<crypto::PrivateKey>> generate_key(crypto::KeyType, std::size_t) const override {
    return std::unexpected(fail(ErrorCode::UnsupportedKey));
  }

 private:
  Record* record_;
};

class Nonces : public ::testing::Test {
 protected:
  ProtectionTls13 made_of(const TrafficSecret& secret) {
    return ProtectionTls13::create(provider, testing::suite(), secret).value();
  }
  static Result<RecordWriter::Sealed> seal(RecordWriter& writer, std::size_t size, std::size_t room) {
    const Bytes data = pattern(size);
    const std::array<ByteView, 1> parts{data};
    Bytes out(room);
    return writer.seal(parts, out);
  }

  Record record;
  RecordingProvider provider{record};
};

TEST_F(Nonces, AreNewForEachRecordOfEachKindThroughKeyUpdates) {
  RecordWriter writer({});
  TrafficSecret secret = testing::traffic_secret(testing::suite());
  for (int update = 0; update < 5; ++update) {
    writer.set_protection(made_of(secret));
    Bytes out;
    ASSERT_TRUE(writer.append(ContentType::handshake, pattern(40000), out).has_value());
    ASSERT_TRUE(seal(writer, 50000, 60000).has_value());
    ASSERT_TRUE(writer.append(ContentType::alert, Bytes{1, 0}, out).has_value());
    secret = secret.next();
  }
  EXPECT_EQ(record.seen.size(), 5U * (3 + 4 + 1));
}

TEST_F(Nonces, AreNotUsedAgainAfterAFailure) {
  record.fails_at = 2;
  RecordWriter writer({});
  writer.set_protection(made_of(testing::traffic_secret(testing::suite())));
  EXPECT_FALSE(seal(writer, 60000, 70000).has_value());
  EXPECT_TRUE(seal(writer, 60000, 70000).has_value());
  EXPECT_EQ(record.seen.size(), record.calls);
}

TEST_F(Nonces, AreNotSpentOnOutputThatIsTooSmallAndThenUsedOnce) {
  RecordWriter writer({});
  writer.set_protection(made_of(testing::traffic_secret(testing::suite())));
  EXPECT_FALSE(seal(writer, 100, 10).has_value());
  EXPECT_TRUE(seal(writer, 100, 200).has_value());
  EXPECT_EQ(record.calls, 1U);
}

TEST_F(Nonces, AreTheIvWithTheSequenceNumberInItsEnd) {
  const auto secret = testing::traffic_secret(testing::suite());
  auto protection = made_of(secret);
  ProtectionTls13TestAccess::set_sequence(protection, 0x0102);
  (void)testing::sealed(protection, ContentType::alert, Bytes{1, 0});
  crypto::Nonce wanted = secret.keys(16).iv;
  wanted[10] ^= 0x01;
  wanted[11] ^= 0x02;
  ASSERT_EQ(record.seen.size(), 1U);
  EXPECT_EQ(record.seen.begin()->nonce, wanted);
}

TEST(AeadLimits, MakeNewKeysDueBeforeTheyAreReached) {
  for (const SuiteTls13& suite : suites_tls13()) {
    auto protection = testing::protection(suite);
    const auto soft = ProtectionTls13TestAccess::soft_limit(protection);
    const auto hard = ProtectionTls13TestAccess::hard_limit(protection);
    EXPECT_LT(soft, hard);
    EXPECT_LE(hard, crypto::limits(suite.aead).max_records_sealed);
    EXPECT_FALSE(protection.needs_key_update());
    ProtectionTls13TestAccess::set_sequence(protection, soft - 1);
    EXPECT_FALSE(protection.needs_key_update());
    (void)testing::sealed(protection, ContentType::application_data, pattern(1));
    EXPECT_TRUE(protection.needs_key_update());
  }
}

TEST(AeadLimits, OfAesGcmAreThoseOfTheRfc) {
  // RFC 8446 5.5: 2^24.5 full-size records.
  for (const auto algorithm : {crypto::AeadAlgorithm::aes_128_gcm, crypto::AeadAlgorithm::aes_256_gcm}) {
    EXPECT_LE(crypto::limits(algorithm).max_records_sealed, 23726566U);
  }
}

TEST(AeadLimits, StopSealingForGood) {
  auto protection = testing::protection();
  ProtectionTls13TestAccess::set_sequence(protection, ProtectionTls13TestAccess::hard_limit(protection) - 1);
  (void)testing::sealed(protection, ContentType::handshake, pattern(5));
  const Bytes data = pattern(5);
  const std::array<ByteView, 1> parts{data};
  Bytes out(100);
  const auto refused = protection.seal(ContentType::handshake, parts, 0, out);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code(), ErrorCode::SequenceExhausted);
}

TEST(AeadLimits, SequenceNumbersNeverWrap) {
  for (const SuiteTls13& suite : suites_tls13()) {
    auto protection = testing::protection(suite);
    ProtectionTls13TestAccess::set_sequence(protection, std::numeric_limits<std::uint64_t>::max());
    Bytes out(100);
    const auto sealed = protection.seal(ContentType::handshake, {}, 0, out);
    ASSERT_FALSE(sealed.has_value());
    EXPECT_EQ(sealed.error().code(), ErrorCode::SequenceExhausted);
    const auto opened = protection.open(ByteView(out).first(5), out);
    ASSERT_FALSE(opened.has_value());
    EXPECT_EQ(opened.error().code(), ErrorCode::SequenceExhausted);
  }
}

/// TLS 1.2 has no new keys to go on with: data ends before the limit, and the alert that says so still goes out.
TEST(AeadLimits, EndTheDataOfTls12AndLeaveRoomForItsAlert) {
  for (const SuiteTls12& suite : suites_tls12()) {
    const crypto::AeadLimits limits = crypto::limits(suite.aead);
    const std::size_t iv_size = suite.aead == crypto::AeadAlgorithm::chacha20_poly1305 ? 12 : 4;
    const DirectionKeysTls12 keys{SecretBuffer<32>(limits.key_size), SecretBuffer<12>(iv_size)};
    auto protection = ProtectionTls12::create(testing::record_provider(), suite, keys).value();
    const auto soft = ProtectionTls12TestAccess::soft_limit(protection);
    const auto hard = ProtectionTls12TestAccess::hard_limit(protection);
    EXPECT_LE(hard, limits.max_records_sealed);
    const auto seal = [&](ContentType type, std::uint64_t at) {
      ProtectionTls12TestAccess::set_sequence(protection, at);
      const Bytes data = pattern(2);
      const std::array<ByteView, 1> parts{data};
      Bytes out(100);
      return protection.seal(type, parts, 0, out);
    };
    EXPECT_TRUE(seal(ContentType::application_data, soft - 1));
    const auto refused = seal(ContentType::application_data, soft);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::SequenceExhausted);
    EXPECT_TRUE(seal(ContentType::alert, soft));
    EXPECT_TRUE(seal(ContentType::alert, hard - 1));
    EXPECT_FALSE(seal(ContentType::alert, hard));
    EXPECT_FALSE(seal(ContentType::alert, std::numeric_limits<std::uint64_t>::max()));
  }
}

}  // namespace
}  // namespace keyway::tls
