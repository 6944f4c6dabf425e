// What configurations hold certificates to beside the path itself.

#include <gtest/gtest.h>

#include "testing/client_identity.hpp"

namespace keyway {
namespace {

using namespace keyway::testing;
using enum ProtocolVersion;

TEST(CertificateRules, DemandAPolicyWhereAsked) {
  const auto demanding = build(std::move(client_builder().certificate_policies({.require_explicit = true})));

  Pair refused = make_tls_pair(demanding);
  Pair accepted = make_tls_pair();

  EXPECT_FALSE(refused.run());
  ASSERT_NE(refused.client.error(), nullptr);
  EXPECT_EQ(refused.client.error()->code(), ErrorCode::PolicyNotAccepted);
  EXPECT_TRUE(accepted.run());
}

TEST(CertificateRules, DemandAPolicyOfClientsToo) {
  const auto server = build(std::move(server_builder_of(TLS1_3)
                                          .require_client_certificate(shared_trust())
                                          .client_certificate_policies({.require_explicit = true})));

  Pair pair = make_tls_pair(client_that_shows(TLS1_3, shared_client_credential()), server);

  EXPECT_FALSE(pair.run());
  ASSERT_NE(pair.server.error(), nullptr);
  EXPECT_EQ(pair.server.error()->code(), ErrorCode::PolicyNotAccepted);
}

TEST(CertificateRules, OfRfc5280AloneAreListedAsAWeakening) {
  const auto client = build(std::move(client_builder().certificate_rules(x509::Profile::rfc5280)));
  const auto server = build(std::move(server_builder().client_certificate_rules(x509::Profile::rfc5280)));
  const auto strict =
      build(std::move(client_builder().certificate_rules(x509::Profile::web_pki, x509::Conformance::strict)));

  EXPECT_EQ(client->weakenings().size(), 1U);
  EXPECT_EQ(server->weakenings().size(), 1U);
  EXPECT_TRUE(strict->weakenings().empty());
}

TEST(CertificateRules, BindSessionsToThemselves) {
  const auto usual = build(client_builder());
  const auto same = build(client_builder());
  const auto strict =
      build(std::move(client_builder().certificate_rules(x509::Profile::web_pki, x509::Conformance::strict)));
  const auto demanding = build(std::move(client_builder().certificate_policies({.acceptable = {"1.2.3"}})));

  EXPECT_EQ(usual->id(), same->id());
  EXPECT_NE(usual->id(), strict->id());
  EXPECT_NE(usual->id(), demanding->id());
}

}  // namespace
}  // namespace keyway
