// Attacks 2, 7, 8 and 40 of docs/attacks.md: what parses certificates meets hostile bytes.

#include <chrono>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "testing/make_certificate.hpp"
#include "testing/make_sct.hpp"
#include "testing/vectors.hpp"
#include "x509/der.hpp"
#include "x509/testing_verifier.hpp"

namespace keyway::testing {
namespace {

using x509::der::Problem;
using x509::der::Reader;
using x509::der::Status;
using x509::der::Tag;

Problem problem_of_any(std::string_view text) {
  const Bytes bytes = hex(text);
  Status status;
  Reader reader(bytes, status);
  (void)reader.any("test");
  reader.end("test");
  return status.problem();
}

TEST(AttackDer, RefusesWhatIsBerAndNotDer) {
  EXPECT_EQ(problem_of_any("30 80 00 00"), Problem::indefinite_length);
  EXPECT_EQ(problem_of_any("04 81 05 0102030405"), Problem::long_length);
  EXPECT_EQ(problem_of_any("04 82 0005 0102030405"), Problem::long_length);
  EXPECT_EQ(problem_of_any("04 85 0000000001 00"), Problem::long_length);
  EXPECT_EQ(problem_of_any("1f 81 01 00"), Problem::long_tag);
  EXPECT_EQ(problem_of_any("bf 1f 01 00"), Problem::long_tag);
  EXPECT_EQ(problem_of_any("04 01 00"), Problem::none);
}

TEST(AttackDer, RefusesALengthBeyondTheBytes) {
  EXPECT_EQ(problem_of_any("04 02 00"), Problem::truncated);
  EXPECT_EQ(problem_of_any("04 84 ffffffff 00"), Problem::truncated);
  EXPECT_EQ(problem_of_any("04 84 7fffffff"), Problem::truncated);
  EXPECT_EQ(problem_of_any("04"), Problem::truncated);
  EXPECT_EQ(problem_of_any("04 82 01"), Problem::truncated);
  EXPECT_EQ(problem_of_any("04 01 00 00"), Problem::trailing);
}

template <typename Read>
Problem problem_of(std::string_view text, Read read) {
  const Bytes bytes = hex(text);
  Status status;
  Reader reader(bytes, status);
  read(reader);
  return status.problem();
}

TEST(AttackDer, HoldsEveryTypeToItsOneForm) {
  const auto boolean = [](Reader& r) { (void)r.boolean("b"); };
  const auto integer = [](Reader& r) { (void)r.integer("i"); };
  const auto small = [](Reader& r) { (void)r.small_integer("i"); };
  const auto bits = [](Reader& r) { (void)r.named_bits("n"); };
  const auto whole = [](Reader& r) { (void)r.bit_string("s"); };
  const auto oid = [](Reader& r) { (void)r.identifier("o"); };
  const auto time = [](Reader& r) { (void)r.time("t"); };
  EXPECT_EQ(problem_of("01 01 ff", boolean), Problem::none);
  EXPECT_EQ(problem_of("01 01 01", boolean), Problem::bad_boolean);
  EXPECT_EQ(problem_of("01 02 ffff", boolean), Problem::bad_boolean);
  EXPECT_EQ(problem_of("02 02 0080", integer), Problem::none);
  EXPECT_EQ(problem_of("02 02 0001", integer), Problem::bad_integer);
  EXPECT_EQ(problem_of("02 02 ff80", integer), Problem::bad_integer);
  EXPECT_EQ(problem_of("02 00", integer), Problem::bad_integer);
  EXPECT_EQ(problem_of("02 01 ff", small), Problem::bad_integer);
  EXPECT_EQ(problem_of("02 05 0100000000", small), Problem::bad_integer);
  EXPECT_EQ(problem_of("03 02 0780", bits), Problem::none);
  EXPECT_EQ(problem_of("03 02 0780", whole), Problem::bad_bit_string);
  EXPECT_EQ(problem_of("03 02 0781", bits), Problem::bad_bit_string);
  EXPECT_EQ(problem_of("03 02 0880", bits), Problem::bad_bit_string);
  EXPECT_EQ(problem_of("03 02 0680", bits), Problem::bad_bit_string);
  EXPECT_EQ(problem_of("03 01 01", bits), Problem::bad_bit_string);
  EXPECT_EQ(problem_of("03 00", whole), Problem::bad_bit_string);
  EXPECT_EQ(problem_of("06 03 551d0f", oid), Problem::none);
  EXPECT_EQ(problem_of("06 03 558001", oid), Problem::bad_identifier);
  EXPECT_EQ(problem_of("06 02 5580", oid), Problem::bad_identifier);
  EXPECT_EQ(problem_of("06 00", oid), Problem::bad_identifier);
  EXPECT_EQ(problem_of("17 0d 3236313132313132303030305a", time), Problem::none);
  EXPECT_EQ(problem_of("17 0d 3236313332313132303030305a", time), Problem::bad_time);
  EXPECT_EQ(problem_of("17 0d 3235303232393132303030305a", time), Problem::bad_time);
  EXPECT_EQ(problem_of("17 0b 323631313231313230305a", time), Problem::bad_time);
  EXPECT_EQ(problem_of("17 0d 2d36313132313132303030305a", time), Problem::bad_time);
}

TEST(AttackDer, BoundsNesting) {
  Bytes nested;
  for (int i = 0; i < 60; ++i) nested.insert(nested.begin(), {0x30, static_cast<std::uint8_t>(nested.size())});
  Status status;
  Reader reader(nested, status);

  for (int i = 0; i < 60; ++i) reader = reader.enter(Tag::sequence, "nest");

  EXPECT_EQ(status.problem(), Problem::nesting);
}

TEST(AttackDer, SticksToItsFirstFailure) {
  const Bytes bytes = hex("02 01 05 30 80 02 01 06");
  Status status;
  Reader reader(bytes, status);

  (void)reader.integer("first");
  (void)reader.any("second");
  const auto third = reader.integer("third");

  EXPECT_EQ(status.field(), "second");
  EXPECT_TRUE(third.empty());
  EXPECT_TRUE(reader.empty());
}

TEST(AttackDer, PrintsOverlongIdentifiersInLinearTimeOrRefusesThem) {
  // CVE-2023-2650: an arc of any length, printed in decimal, is quadratic work.
  Bytes arc(50'000, 0x81);
  arc.back() = 0x01;
  EXPECT_FALSE(x509::der::is_identifier(arc));
  const auto start = std::chrono::steady_clock::now();
  EXPECT_TRUE(x509::oid_to_string(arc).starts_with("#"));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(1));

  const Bytes uuid = hex("69 82a7a7dbd6e1d5bd8fc3e5f3d1a1c0e1a1c001");
  EXPECT_FALSE(x509::oid_to_string(uuid).empty());
  EXPECT_EQ(x509::oid_to_string(hex("551d11")), "2.5.29.17");
  EXPECT_EQ(x509::oid_to_string(hex("2a864886f70d010101")), "1.2.840.113549.1.1.1");
  EXPECT_EQ(x509::oid_to_string(hex("883703")), "2.999.3");
}

TEST(AttackCertificate, RefusesEveryTruncationAndEveryExtension) {
  const TestAuthority authority;
  const Bytes der = authority.issue({.names = {"shop.localhost"}}).der;

  for (std::size_t size = 0; size < der.size(); ++size) {
    EXPECT_FALSE(x509::CertificateView::parse(ByteView(der).first(size)).has_value()) << size;
  }
  Bytes longer = der;
  longer.push_back(0);
  EXPECT_FALSE(x509::CertificateView::parse(longer).has_value());
}

TEST(AttackCertificate, AcceptsNoChangedBitAnywhere) {
  const TestAuthority authority;
  const auto leaf = authority.issue({.names = {"shop.localhost"}, .key_type = crypto::KeyType::ed25519});
  const Judge judge(authority.root().der);
  const auto verifier = judge.verifier();
  const auto name = ServerName::parse("shop.localhost").value();

  for (std::size_t i = 0; i < leaf.der.size(); ++i) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      Bytes changed = leaf.der;
      changed[i] = static_cast<std::uint8_t>(changed[i] ^ 1U << bit);
      const std::vector<ByteView> chain{changed, authority.intermediate().der};
      const auto verdict = verifier->verify(chain, &name, x509::Purpose::server, test_now);
      EXPECT_FALSE(verdict.accepted()) << "byte " << i << " bit " << bit;
    }
  }
}

TEST(AttackCertificate, TakesNoNameWithANulByteForTheNameBeforeIt) {
  const TestAuthority authority;
  std::string name = "shop.localhost";
  name += '\0';
  name += ".evil.example";
  const auto leaf = authority.issue({.names = {name}});

  const auto verdict = Judge(authority.root().der).ask(leaf.chain, "shop.localhost");

  EXPECT_EQ(code_of(verdict), ErrorCode::NameMismatch);
  EXPECT_EQ(verdict.finding()->received.find('\0'), std::string::npos);
}

TEST(AttackCertificate, PrintsNamesThatCanHarmNoTerminal) {
  const TestAuthority authority;
  const auto leaf = authority.issue({.names = {"a.example"}, .common_name = "x\x1b[2J\r\nCN=shop,O=Bank"});

  const std::string text = leaf.certificate().view().subject.to_string();

  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_EQ(text.find('\n'), std::string::npos);
  EXPECT_THAT(text, ::testing::HasSubstr("CN=shop\\,O=Bank"));
}

TEST(AttackCertificate, ComparesPunycodeAsBytes) {
  // CVE-2022-3602 struck a decoder; here nothing is decoded.
  const TestAuthority authority;
  const std::string label = "xn--" + std::string(59, 'a');
  const auto leaf = authority.issue({.names = {label + ".example"}});
  const Judge judge(authority.root().der);

  EXPECT_TRUE(judge.ask(leaf.chain, label + ".example").accepted());
  EXPECT_EQ(code_of(judge.ask(leaf.chain, "xn--b.example")), ErrorCode::NameMismatch);
}

TEST(AttackCertificate, LeavesAnOverlongSctListAlone) {
  const TestAuthority authority;
  const Bytes list(60'000, 0xff);
  const auto leaf = authority.issue(
      {.names = {"shop.localhost"}, .extra_extensions = {{.oid = "1.3.6.1.4.1.11129.2.4.2", .value = list}}});

  EXPECT_TRUE(Judge(authority.root().der).ask(leaf.chain, "shop.localhost").accepted());
}

TEST(AttackCertificate, BoundsTheWorkOnTimestamps) {
  const auto root = make_self_signed({.common_name = "Root", .is_ca = true});
  const auto authority = make_certificate(root, {.common_name = "Authority", .is_ca = true});
  const auto leaf = make_certificate(authority, {.names = {"shop.localhost"}});
  std::vector<Bytes> chain{leaf.der};
  for (int twin = 0; twin < 12; ++twin) {
    chain.push_back(make_certificate(root, {.common_name = "Authority", .key = authority.key, .is_ca = true}).der);
  }
  const TestLog log("One", "Operator");
  Judge judge(root.der);
  judge.options.ct_logs = log_list({log.facts()});
  judge.options.ct_policy = x509::CtPolicy::chrome;
  judge.sct_list = sct_list(std::vector<Bytes>(500, log.sct(certificate_entry(leaf.der))));

  const auto verdict = judge.ask(chain, "shop.localhost");

  // Four paths have all the signatures that are verified; the others are left with none.
  ASSERT_EQ(verdict.candidates().size(), 12U);
  EXPECT_THAT(verdict.candidates()[3].finding.received, ::testing::HasSubstr("1 of 1 operators beside it"));
  EXPECT_THAT(verdict.candidates()[4].finding.received, ::testing::HasSubstr("0 of 0 operators beside it"));
}

TEST(AttackCertificate, BoundsTheNumberOfExtensionsAndRefusesTwins) {
  const TestAuthority authority;
  std::vector<x509::RawExtension> many;
  for (int i = 0; i < 80; ++i) many.push_back({.oid = "1.3.6.1.4.1.99999." + std::to_string(i), .value = {0x05, 0x00}});
  const auto crowded = authority.issue({.names = {"shop.localhost"}, .extra_extensions = many});
  const auto twin = authority.issue({.names = {"shop.localhost"},
                                     .extra_extensions = {{.oid = "1.3.6.1.4.1.99999.1", .value = {0x05, 0x00}},
                                                          {.oid = "1.3.6.1.4.1.99999.1", .value = {0x05, 0x00}}}});

  EXPECT_FALSE(x509::CertificateView::parse(crowded.der).has_value());
  EXPECT_FALSE(x509::CertificateView::parse(twin.der).has_value());
}

}  // namespace
}  // namespace keyway::testing
