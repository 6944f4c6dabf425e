// What holds for every codec of wire/: round trips, truncation, trailing bytes, altered bytes.

#include <gtest/gtest.h>

#include "tls/wire/expect_error.hpp"
#include "tls/wire/more_samples.hpp"

namespace keyway::tls::testing {
namespace {

template <typename M>
class EveryCodec : public ::testing::Test {};

using Codecs = ::testing::Types<
    ClientHello, ServerHello, EncryptedExtensions, CertificateRequest, CertificateMessage, CertificateVerify, Finished,
    KeyUpdate, NewSessionTicket, Alert, ServerNameExtension, SupportedVersionsExtension, SelectedVersionExtension,
    SupportedGroupsExtension, SignatureAlgorithmsExtension, SignatureAlgorithmsCertExtension, AlpnExtension,
    KeyShareClientHello, KeyShareServerHello, KeyShareHelloRetryRequest, CookieExtension, PskKeyExchangeModesExtension,
    PreSharedKeyClientHello, PreSharedKeyServerHello, EarlyDataNewSessionTicket, CertificateTls12,
    CertificateRequestTls12, ServerKeyExchange, ServerHelloDone, EndOfEarlyData, HelloRequest, ClientKeyExchange,
    EcPointFormatsExtension, ExtendedMasterSecretExtension, RenegotiationInfoExtension, CompressedCertificate,
    CompressCertificateExtension, CertificateStatus, StatusRequestExtension, SctRequestExtension, SctListExtension,
    RecordSizeLimitExtension, MaxFragmentLengthExtension, NewSessionTicketTls12, ServerCertificateTypesOffered,
    ClientCertificateTypeChosen, EncryptedClientHelloExtension, EchConfirmationExtension, EchOuterExtensions,
    EchConfig>;
TYPED_TEST_SUITE(EveryCodec, Codecs);

TYPED_TEST(EveryCodec, ReadsBackWhatItWrote) {
  using C = Codec<TypeParam>;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    SampleMaker maker(seed);
    const TypeParam value = C::make(maker);

    const Bytes encoded = encode(value);
    const auto parsed = C::parse(encoded);

    ASSERT_TRUE(parsed.has_value()) << "seed " << seed << ": " << parsed.error().message();
    EXPECT_EQ(C::fields(*parsed), C::fields(value)) << "seed " << seed;
    EXPECT_EQ(encode(*parsed), encoded) << "seed " << seed;
  }
}

TYPED_TEST(EveryCodec, RefusesEveryTruncation) {
  using C = Codec<TypeParam>;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SampleMaker maker(seed);
    const TypeParam value = C::make(maker);
    const Bytes encoded = encode(value);
    for (std::size_t size = 0; size < encoded.size(); ++size) {
      // A buffer of exactly this size, so that a sanitizer sees a read beyond it.
      const Bytes cut(encoded.begin(), encoded.begin() + static_cast<std::ptrdiff_t>(size));

      const auto parsed = C::parse(cut);

      SCOPED_TRACE("seed " + std::to_string(seed) + ", the first " + std::to_string(size) + " bytes");
      if (C::is_whole_after(value, size)) {
        EXPECT_TRUE(parsed.has_value());
        continue;
      }
      expect_error(parsed, C::too_short, C::where, AlertDescription::decode_error);
    }
  }
}

TYPED_TEST(EveryCodec, RefusesBytesAfterTheEnd) {
  using C = Codec<TypeParam>;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SampleMaker maker(seed);
    Bytes encoded = encode(C::make(maker));
    for (std::size_t more = 1; more <= 8; ++more) {
      encoded.push_back(static_cast<std::uint8_t>(maker.number(0, 255)));

      const auto parsed = C::parse(encoded);

      SCOPED_TRACE("seed " + std::to_string(seed) + ", " + std::to_string(more) + " bytes more");
      expect_error(parsed, C::too_long, C::where, AlertDescription::decode_error);
    }
  }
}

// A codec that takes several spellings for one value would make a transcript ambiguous.
TYPED_TEST(EveryCodec, WritesBackWhateverItAccepts) {
  using C = Codec<TypeParam>;
  std::size_t refused = 0;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    SampleMaker maker(seed);
    const Bytes original = encode(C::make(maker));
    for (std::size_t i = 0; i < original.size(); ++i) {
      for (const unsigned flip : {0x01U, 0x02U, 0x80U, 0xffU}) {
        Bytes altered = original;
        altered[i] = static_cast<std::uint8_t>(altered[i] ^ flip);

        const auto parsed = C::parse(altered);

        if (parsed.has_value()) {
          ASSERT_EQ(encode(*parsed), altered) << "seed " << seed << ", byte " << i;
        } else {
          ++refused;
          ASSERT_TRUE(parsed.error().alert().has_value()) << "seed " << seed << ", byte " << i;
          ASSERT_TRUE(parsed.error().where().starts_with(C::where)) << parsed.error().where();
        }
      }
    }
  }
  constexpr bool takes_any_bytes =
      std::is_same_v<TypeParam, Finished> || std::is_same_v<TypeParam, SelectedVersionExtension> ||
      std::is_same_v<TypeParam, KeyShareHelloRetryRequest> || std::is_same_v<TypeParam, PreSharedKeyServerHello> ||
      std::is_same_v<TypeParam, EchConfirmationExtension> || std::is_same_v<TypeParam, EarlyDataNewSessionTicket> ||
      std::is_same_v<TypeParam, ClientCertificateTypeChosen> || std::is_empty_v<TypeParam>;  // no byte to alter
  EXPECT_EQ(refused == 0, takes_any_bytes);
}

}  // namespace
}  // namespace keyway::tls::testing
