// What a CRL is about: distribution points, reasons, other issuers, deltas, and who may sign it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "x509/crl_builder.hpp"
#include "x509/der_writer.hpp"
#include "x509/shop.hpp"
#include "x509/testing_verifier.hpp"

namespace keyway::testing {
namespace {

using ::testing::HasSubstr;
using x509::DerWriter;
using x509::encode_der;
using x509::RawExtension;

constexpr auto here = "http://crl.localhost/a.crl";
constexpr auto there = "http://crl.localhost/b.crl";

void write_uri(DerWriter& writer, std::string_view uri) {
  writer.context(0, [&] { writer.context(0, [&] { writer.context_primitive(6, as_bytes(uri)); }); });
}

/// A list's issuingDistributionPoint.
struct Scope {
  std::string_view uri = {};
  std::optional<std::uint16_t> reasons = {};
  bool is_indirect = false;
};

void write_reasons(DerWriter& writer, std::uint8_t number, std::uint16_t reasons) {
  const Bytes bits = encode_der([&](DerWriter& inner) { inner.named_bits(reasons); });
  writer.context_primitive(number, ByteView(bits).subspan(2));
}

RawExtension scope_extension(const Scope& scope) {
  return {"2.5.29.28", true, encode_der([&](DerWriter& writer) {
            writer.sequence([&] {
              if (!scope.uri.empty()) write_uri(writer, scope.uri);
              if (scope.reasons) write_reasons(writer, 3, *scope.reasons);
              if (scope.is_indirect) writer.context_primitive(4, Bytes{0xff});
            });
          })};
}

/// A certificate's cRLDistributionPoints with one point.
RawExtension point_extension(std::string_view uri, const Bytes& crl_issuer = {}) {
  return {"2.5.29.31", false, encode_der([&](DerWriter& writer) {
            writer.sequence([&] {
              writer.sequence([&] {
                if (!uri.empty()) write_uri(writer, uri);
                if (!crl_issuer.empty()) writer.context(2, [&] { writer.context(4, [&] { writer.raw(crl_issuer); }); });
              });
            });
          })};
}

RawExtension number_extension(const char* oid, std::uint64_t number) {
  return {oid, true, encode_der([&](DerWriter& writer) { writer.integer(number); })};
}
RawExtension delta_of(std::uint64_t base) {
  return number_extension("2.5.29.27", base);
}

RawExtension certificate_issuer(const Bytes& name) {
  return {"2.5.29.29", true, encode_der([&](DerWriter& writer) {
            writer.sequence([&] { writer.context(4, [&] { writer.raw(name); }); });
          })};
}

/// A root that issues the leaf itself, so that one list decides.
struct Scene {
  IssuedCertificate root = make_self_signed({.common_name = "Root", .is_ca = true});
  IssuedCertificate leaf = make_certificate(root, {.names = {shop}});

  [[nodiscard]] IssuedCertificate crl_signer(const Bytes& serial = {}) const {
    return make_certificate(root, {.common_name = "Signer", .serial = serial, .key_usage = 1U << 6U});
  }
  [[nodiscard]] x509::Verdict ask(const std::vector<Bytes>& lists, const std::vector<Bytes>& others = {}) const {
    Judge judge(root.der);
    for (const Bytes& list : lists) judge.crl(list);
    for (const Bytes& other : others) judge.intermediate(other);
    judge.options.revocation = x509::RevocationPolicy::hard_fail;
    return judge.ask({leaf.der}, shop);
  }
  [[nodiscard]] std::string why_unknown(const std::vector<Bytes>& lists, const std::vector<Bytes>& others = {}) const {
    const auto verdict = ask(lists, others);
    EXPECT_EQ(code_of(verdict), ErrorCode::RevocationUnknown);
    return verdict.accepted() ? "" : verdict.finding()->received;
  }
};

TEST(CrlScope, OfOneDistributionPointIsTheCertificatesOwn) {
  Scene scene;
  scene.leaf = make_certificate(scene.root, {.names = {shop}, .extra_extensions = {point_extension(here)}});
  const Bytes of_here = make_crl(scene.root, {}, {.extra_extensions = {scope_extension({.uri = here})}});
  const Bytes of_there = make_crl(scene.root, {}, {.extra_extensions = {scope_extension({.uri = there})}});

  EXPECT_TRUE(scene.ask({of_here}).accepted());
  EXPECT_THAT(scene.why_unknown({of_there}), HasSubstr("another distribution point"));
}

TEST(CrlScope, OfADistributionPointSaysNothingOfACertificateWithoutOne) {
  const Scene scene;
  const Bytes of_here = make_crl(scene.root, {}, {.extra_extensions = {scope_extension({.uri = here})}});
  EXPECT_THAT(scene.why_unknown({of_here}), HasSubstr("another distribution point"));
}

TEST(CrlScope, DoesNotMatterForAnEntry) {
  const Scene scene;
  const Bytes of_there =
      make_crl(scene.root, {scene.leaf.serial}, {.extra_extensions = {scope_extension({.uri = there})}});
  EXPECT_EQ(code_of(scene.ask({of_there})), ErrorCode::CertificateRevoked);
}

TEST(CrlScope, OfSomeReasonsAddsUpToAllOfThem) {
  const Scene scene;
  const Bytes some =
      make_crl(scene.root, {}, {.extra_extensions = {scope_extension({.reasons = std::uint16_t{0x006}})}});
  const Bytes rest =
      make_crl(scene.root, {}, {.extra_extensions = {scope_extension({.reasons = std::uint16_t{0x1f8}})}});

  EXPECT_THAT(scene.why_unknown({some}), HasSubstr("some reasons"));
  EXPECT_THAT(scene.why_unknown({some, some}), HasSubstr("some reasons"));
  EXPECT_TRUE(scene.ask({some, rest}).accepted());
}

TEST(IndirectCrl, CountsWhereTheCertificateNamesItsIssuer) {
  Scene scene;
  const IssuedCertificate signer = scene.crl_signer();
  scene.leaf =
      make_certificate(scene.root, {.names = {shop}, .extra_extensions = {point_extension({}, signer.subject)}});
  const Bytes plain = make_crl(signer, {});
  const Bytes indirect = make_crl(signer, {}, {.extra_extensions = {scope_extension({.is_indirect = true})}});

  EXPECT_TRUE(scene.ask({indirect}, {signer.der}).accepted());
  EXPECT_THAT(scene.why_unknown({plain}, {signer.der}), HasSubstr("not an indirect one"));
  EXPECT_THAT(scene.why_unknown({indirect}), HasSubstr("not signed by"));
}

TEST(IndirectCrl, OfSomebodyWhomTheCertificateDoesNotNameIsNothing) {
  const Scene scene;
  const IssuedCertificate signer = scene.crl_signer();
  const Bytes indirect =
      make_crl(signer, {scene.leaf.serial}, {.extra_extensions = {scope_extension({.is_indirect = true})}});
  EXPECT_THAT(scene.why_unknown({indirect}, {signer.der}), HasSubstr("no CRL"));
}

TEST(IndirectCrl, ItsEntriesAreOfTheIssuerThatWasNamedLast) {
  Scene scene;
  const IssuedCertificate signer = scene.crl_signer();
  const IssuedCertificate other = make_certificate(scene.root, {.common_name = "Other", .is_ca = true});
  scene.leaf =
      make_certificate(scene.root, {.names = {shop}, .extra_extensions = {point_extension({}, signer.subject)}});
  const auto list = [&](const Bytes& first_issuer, const Bytes& second_issuer) {
    x509::CrlFields fields;
    fields.issuer = signer.subject;
    fields.this_update = test_now - hour;
    fields.next_update = test_now + hour;
    fields.others = {scope_extension({.is_indirect = true})};
    fields.entries = {{{0x01}, test_now - hour, {}, {certificate_issuer(first_issuer)}},
                      {{0x02}, test_now - hour, {}, {certificate_issuer(second_issuer)}},
                      {scene.leaf.serial, test_now - hour, {}, {}}};
    return x509::sign_crl(fields, *signer.key).value();
  };

  EXPECT_EQ(code_of(scene.ask({list(other.subject, scene.root.subject)}, {signer.der})), ErrorCode::CertificateRevoked);
  EXPECT_TRUE(scene.ask({list(scene.root.subject, other.subject)}, {signer.der}).accepted());
}

TEST(DeltaCrl, ChangesItsBase) {
  const Scene scene;
  const Bytes base = make_crl(scene.root, {}, {.number = 3});
  const Bytes held = make_crl(scene.root, {scene.leaf.serial}, {.number = 3, .reason = 6});
  const Bytes adds = make_crl(scene.root, {scene.leaf.serial}, {.number = 4, .extra_extensions = {delta_of(2)}});
  const Bytes removes =
      make_crl(scene.root, {scene.leaf.serial}, {.number = 4, .reason = 8, .extra_extensions = {delta_of(3)}});

  EXPECT_TRUE(scene.ask({base}).accepted());
  EXPECT_EQ(code_of(scene.ask({base, adds})), ErrorCode::CertificateRevoked);
  EXPECT_EQ(code_of(scene.ask({held})), ErrorCode::CertificateRevoked);
  EXPECT_TRUE(scene.ask({held, removes}).accepted());
  EXPECT_TRUE(scene.ask({removes, held}).accepted());
}

TEST(DeltaCrl, IsNothingByItselfButForItsEntries) {
  const Scene scene;
  const Bytes silent = make_crl(scene.root, {}, {.number = 4, .extra_extensions = {delta_of(2)}});
  const Bytes entry = make_crl(scene.root, {scene.leaf.serial}, {.number = 4, .extra_extensions = {delta_of(2)}});

  EXPECT_THAT(scene.why_unknown({silent}), HasSubstr("a delta"));
  EXPECT_EQ(code_of(scene.ask({entry})), ErrorCode::CertificateRevoked);
}

TEST(DeltaCrl, MakesAnOldBaseNewOnlyWhereItGoesOnFromIt) {
  const Scene scene;
  const Bytes old =
      make_crl(scene.root, {}, {.this_update = test_now - 9 * hour, .next_update = test_now - hour, .number = 3});
  const Bytes next = make_crl(scene.root, {}, {.number = 5, .extra_extensions = {delta_of(3)}});
  const Bytes later = make_crl(scene.root, {}, {.number = 9, .extra_extensions = {delta_of(7)}});

  EXPECT_TRUE(scene.ask({old, next}).accepted());
  EXPECT_THAT(scene.why_unknown({old, later}), HasSubstr("out of date"));
}

TEST(RevocationHold, IsTakenBackByANewerListAlone) {
  const Scene scene;
  const Bytes held = make_crl(scene.root, {scene.leaf.serial}, {.number = 3, .reason = 6});
  const Bytes stolen = make_crl(scene.root, {scene.leaf.serial}, {.number = 3, .reason = 1});
  const Bytes older = make_crl(scene.root, {}, {.number = 2});
  const Bytes newer = make_crl(scene.root, {}, {.number = 4});

  EXPECT_EQ(code_of(scene.ask({held, older})), ErrorCode::CertificateRevoked);
  EXPECT_TRUE(scene.ask({held, newer}).accepted());
  EXPECT_EQ(code_of(scene.ask({stolen, newer})), ErrorCode::CertificateRevoked);
}

/// Another key for lists of the authority "Sub", by whoever claims it to be that.
IssuedCertificate list_key(const IssuedCertificate& by, const Bytes& serial) {
  return make_certificate(by, {.common_name = "Sub", .serial = serial, .key_usage = std::uint16_t{1U << 6U}});
}

TEST(CrlSigners, MayBeAnotherKeyOfTheIssuerThatItsIssuerVouchesFor) {
  const auto root = make_self_signed({.common_name = "Root", .is_ca = true});
  const auto sub = make_certificate(root, {.common_name = "Sub", .is_ca = true});
  const auto leaf = make_certificate(sub, {.names = {shop}});
  const Bytes serial{0x22};
  const auto signer = list_key(root, serial);
  ASSERT_EQ(signer.subject, sub.subject);
  Judge judge(root.der);
  judge.options.revocation = x509::RevocationPolicy::hard_fail;
  judge.intermediate(signer.der).crl(make_crl(signer, {}));

  Judge well = judge;
  well.crl(make_crl(root, {}));
  Judge revoked = judge;
  revoked.crl(make_crl(root, {serial}));

  EXPECT_TRUE(well.ask(leaf.chain, shop).accepted());
  EXPECT_EQ(code_of(revoked.ask(leaf.chain, shop)), ErrorCode::RevocationUnknown);
}

TEST(CrlSigners, AreNotThoseOfAnotherBranchUnderTheSameAnchor) {
  const auto root = make_self_signed({.common_name = "Root", .is_ca = true});
  const auto sub = make_certificate(root, {.common_name = "Sub", .is_ca = true});
  const auto foreign = make_certificate(root, {.common_name = "Foreign", .is_ca = true});
  const auto leaf = make_certificate(sub, {.names = {shop}});
  const auto imposter = list_key(foreign, {0x22});
  ASSERT_EQ(imposter.subject, sub.subject);
  Judge judge(root.der);
  judge.options.revocation = x509::RevocationPolicy::hard_fail;
  judge.intermediate(foreign.der).intermediate(imposter.der).crl(make_crl(root, {})).crl(make_crl(imposter, {}));

  EXPECT_EQ(code_of(judge.ask(leaf.chain, shop)), ErrorCode::RevocationUnknown);
}

}  // namespace
}  // namespace keyway::testing
