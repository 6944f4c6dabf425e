// Attacks on parsers (docs/attacks.md, rows 1 to 4), tried on every codec of wire/.

#include <gtest/gtest.h>

#include <functional>

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "tls/wire/expect_error.hpp"
#include "tls/wire/extension_rules.hpp"
#include "tls/wire/handshake.hpp"
#include "tls/wire/sample_messages.hpp"

namespace keyway::tls::testing {
namespace {

template <typename M>
class AttackOnParser : public ::testing::Test {};

using Messages =
    ::testing::Types<ClientHello, ServerHello, EncryptedExtensions, CertificateRequest, CertificateMessage,
                     CertificateVerify, NewSessionTicket, ServerNameExtension, SupportedVersionsExtension,
                     SupportedGroupsExtension, SignatureAlgorithmsExtension, SignatureAlgorithmsCertExtension,
                     AlpnExtension, KeyShareClientHello, KeyShareServerHello, CookieExtension>;
TYPED_TEST_SUITE(AttackOnParser, Messages);

/// True when `inner` lies within `outer`, or is empty. `std::less` orders pointers to different objects too.
bool is_inside(ByteView inner, ByteView outer) {
  if (inner.empty()) return true;
  const std::less_equal<const std::uint8_t*> not_after;
  return not_after(&outer.front(), &inner.front()) && not_after(&inner.back(), &outer.back());
}

/// The views that point into the message; a hello's random is a copy.
template <typename M>
std::vector<ByteView> views_of(const M& message) {
  std::vector<ByteView> views = Codec<M>::fields(message).views;
  if constexpr (std::is_same_v<M, ClientHello> || std::is_same_v<M, ServerHello>) views.erase(views.begin());
  return views;
}

// 1. Heartbleed: whatever two neighbouring bytes claim as a length, nothing beyond the message is ever seen.
TYPED_TEST(AttackOnParser, AFalseLengthNeverReachesBeyondTheMessage) {
  using C = Codec<TypeParam>;
  for (std::uint64_t seed = 100; seed < 108; ++seed) {
    SampleMaker maker(seed);
    const Bytes original = encode(C::make(maker));
    for (std::size_t at = 0; at + 1 < original.size(); ++at) {
      for (const unsigned claim : {0U, 1U, 0x00ffU, 0x3fffU, 0x7fffU, 0xffffU}) {
        Bytes forged = original;
        forged[at] = static_cast<std::uint8_t>(claim >> 8U);
        forged[at + 1] = static_cast<std::uint8_t>(claim);

        const auto parsed = C::parse(forged);

        if (!parsed) continue;
        for (const ByteView view : views_of(*parsed)) ASSERT_TRUE(is_inside(view, forged)) << "byte " << at;
      }
    }
  }
}

// 2. Every truncation, and every extension by bytes, of the message and of each length inside it.
TYPED_TEST(AttackOnParser, BytesCutOutOrPutInGiveADefinedError) {
  using C = Codec<TypeParam>;
  for (std::uint64_t seed = 200; seed < 208; ++seed) {
    SampleMaker maker(seed);
    const Bytes original = encode(C::make(maker));
    for (std::size_t at = 0; at < original.size(); ++at) {
      Bytes shorter = original;
      shorter.erase(shorter.begin() + static_cast<std::ptrdiff_t>(at));
      Bytes longer = original;
      longer.insert(longer.begin() + static_cast<std::ptrdiff_t>(at), static_cast<std::uint8_t>(maker.number(0, 255)));
      for (const Bytes& altered : {shorter, longer}) {
        const auto parsed = C::parse(altered);

        // A change that makes another well-formed message is that message; all else is refused, with an alert.
        if (parsed) {
          ASSERT_EQ(encode(*parsed), altered) << "byte " << at;
          continue;
        }
        const auto alert = parsed.error().alert();
        ASSERT_TRUE(alert == AlertDescription::decode_error || alert == AlertDescription::illegal_parameter);
        ASSERT_TRUE(parsed.error().where().starts_with(C::where)) << parsed.error().where();
      }
    }
  }
}

// 3. Duplicate, unsolicited and misplaced extensions, with the right alert.
TEST(AttackOnExtensions, ADuplicateIsRefusedInEveryMessage) {
  const Bytes twice =
      hex("0010000101"
          "00100000");
  const ExtensionBlock block = ExtensionBlock::of_own(twice);
  SampleMaker maker(300);
  ClientHello client_hello = Codec<ClientHello>::make(maker);
  client_hello.extensions = block;
  ServerHello server_hello = Codec<ServerHello>::make(maker);
  server_hello.extensions = block;
  CertificateMessage certificate;
  certificate.certificate_list.push_back({maker.bytes(1, 10), block});
  NewSessionTicket ticket = Codec<NewSessionTicket>::make(maker);
  ticket.extensions = block;

  const auto refused = [](const auto& message, AlertDescription alert = AlertDescription::illegal_parameter) {
    using M = std::remove_cvref_t<decltype(message)>;
    expect_error(M::parse(encode(message)), ErrorCode::DuplicateExtension, Codec<M>::where, alert);
  };
  refused(client_hello, AlertDescription::decode_error);
  refused(server_hello);
  refused(EncryptedExtensions{block}, AlertDescription::decode_error);
  refused(CertificateRequest{{}, block});
  refused(certificate);
  refused(ticket);
}

TEST(AttackOnExtensions, AnUnsolicitedOneIsUnsupportedAndAMisplacedOneIllegal) {
  const Bytes alpn = hex("00100000");
  const Bytes key_share = hex("00330000");
  const Bytes grease = hex("2a2a0000");
  const auto in_encrypted_extensions = [](ByteView contents, const ExtensionSet& asked) {
    return check_extensions(ExtensionBlock::of_own(contents), ExtensionHome::encrypted_extensions, asked,
                            "EncryptedExtensions");
  };
  ExtensionSet asked;
  asked.add(ExtensionType::key_share);

  expect_error(in_encrypted_extensions(alpn, asked), ErrorCode::UnsolicitedExtension, "EncryptedExtensions, extension",
               AlertDescription::unsupported_extension);
  expect_error(in_encrypted_extensions(grease, asked), ErrorCode::UnsolicitedExtension,
               "EncryptedExtensions, extension", AlertDescription::unsupported_extension);
  expect_error(in_encrypted_extensions(key_share, asked), ErrorCode::MisplacedExtension,
               "EncryptedExtensions, extension key_share", AlertDescription::illegal_parameter);
}

/// How much memory from the system `work` makes the heap hold at once, in bytes, as far as the C library tells.
std::size_t heap_growth(const std::function<void()>& work) {
#ifdef __GLIBC__
  // With neither mapped blocks nor trimming the heap never shrinks, so its size afterwards is its peak.
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  const std::size_t before = mallinfo2().arena;
  work();
  return mallinfo2().arena - before;
#else
  work();
  return 0;
#endif
}

// 4. A size that is only declared allocates nothing.
TEST(AttackOnAllocation, ADeclaredSizeCostsNothingBeforeItsBytesArrive) {
  const Bytes huge_list =
      hex("00"
          "ffffff"
          "ffffff"
          "30");
  const Bytes huge_entry =
      hex("00"
          "000006"
          "ffffff"
          "300000");

  const std::size_t growth = heap_growth([&] {
    expect_error(CertificateMessage::parse(huge_list), ErrorCode::Truncated, "Certificate, certificate_list",
                 AlertDescription::decode_error);
    expect_error(CertificateMessage::parse(huge_entry), ErrorCode::Truncated, "Certificate, entry 1",
                 AlertDescription::decode_error);
  });

  EXPECT_LT(growth, 1U << 20U);
}

// 4. The most that a list of certificates makes the parser keep is bounded, however many tiny entries come.
TEST(AttackOnAllocation, AMillionTinyCertificatesAreGivenUpEarly) {
  Bytes body;
  Writer out(body);
  out.u8(0);
  out.vector24([&] {
    for (int i = 0; i < 1'000'000; ++i) out.bytes(hex("000001300000"));
  });

  const std::size_t growth = heap_growth([&] {
    expect_error(CertificateMessage::parse(body), ErrorCode::LengthOutOfRange, "Certificate, certificate_list",
                 AlertDescription::decode_error);
  });

  EXPECT_LT(growth, 1U << 20U);
}

}  // namespace
}  // namespace keyway::tls::testing
