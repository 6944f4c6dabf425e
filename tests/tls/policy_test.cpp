// The named policies, which never change, and what narrowing does to them.

#include <keyway/policy.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <set>
#include <string>

namespace keyway {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

template <typename E>
std::string line_of(const std::vector<E>& values) {
  std::string line;
  for (const E value : values) line += (line.empty() ? "" : " ") + to_string(value);
  return line;
}

TEST(NamedPolicies, AreFoundByTheirNames) {
  std::set<std::string> names;
  for (const NamedPolicy& named : named_policies()) {
    const auto found = find_policy(named.policy.name);
    ASSERT_TRUE(found.has_value()) << named.policy.name;
    EXPECT_EQ(found->cipher_suites, named.policy.cipher_suites);
    EXPECT_TRUE(found->check().has_value()) << found->check().error().message();
    EXPECT_FALSE(named.purpose.empty());
    names.insert(found->name);
  }
  EXPECT_EQ(names.size(), named_policies().size());
}

TEST(NamedPolicies, AreToldWhereANameIsUnknown) {
  const auto found = find_policy("modern-1999");

  ASSERT_FALSE(found.has_value());
  EXPECT_EQ(found.error().code(), ErrorCode::InvalidArgument);
  EXPECT_THAT(found.error().expected(), HasSubstr("modern-2026"));
  EXPECT_FALSE(find_policy("").has_value());
}

// A policy that was released is frozen: who wants to change one gives it another name.
TEST(NamedPolicies, AreFrozen) {
  const Policy modern = Policy::modern_2026();
  EXPECT_EQ(line_of(modern.versions), "TLS 1.3");
  EXPECT_EQ(line_of(modern.cipher_suites),
            "TLS_AES_128_GCM_SHA256 TLS_AES_256_GCM_SHA384 TLS_CHACHA20_POLY1305_SHA256");
  const Policy compatible = Policy::compatible_2026();
  EXPECT_EQ(line_of(compatible.versions), "TLS 1.3 TLS 1.2");
  EXPECT_EQ(line_of(compatible.cipher_suites),
            line_of(modern.cipher_suites) +
                " TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"
                " TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384 TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"
                " TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256 TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");
}

// ------------------------------------------------------------------------------------------------ narrowing

TEST(ANarrowedPolicy, SaysSoInItsName) {
  const Policy policy = Policy::compatible_2026();
  constexpr std::array suites{CipherSuite::TLS_AES_256_GCM_SHA384};
  constexpr std::array groups{NamedGroup::secp256r1, NamedGroup::x25519};

  EXPECT_EQ(policy.narrowed_to({ProtocolVersion::TLS1_3}).name, "compatible-2026, TLS 1.3");
  EXPECT_EQ(policy.with_cipher_suites(suites)->name, "compatible-2026, cipher suites TLS_AES_256_GCM_SHA384");
  EXPECT_EQ(policy.with_groups(groups).name, "compatible-2026, groups secp256r1 x25519");
}

TEST(ANarrowedPolicy, KeepsItsNameWhereNothingChanges) {
  const Policy policy = Policy::compatible_2026();

  EXPECT_EQ(policy.narrowed_to(policy.versions).name, policy.name);
  EXPECT_EQ(policy.with_cipher_suites(policy.cipher_suites)->name, policy.name);
  EXPECT_EQ(policy.with_groups(policy.groups).name, policy.name);
}

TEST(ANarrowedPolicy, LeavesAVersionOfWhichNoSuiteIsNamedAsItIs) {
  constexpr std::array suites{CipherSuite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
                              CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256};

  const auto policy = Policy::compatible_2026().with_cipher_suites(suites);

  ASSERT_TRUE(policy.has_value());
  EXPECT_THAT(policy->cipher_suites,
              ElementsAre(suites[0], suites[1], CipherSuite::TLS_AES_128_GCM_SHA256,
                          CipherSuite::TLS_AES_256_GCM_SHA384, CipherSuite::TLS_CHACHA20_POLY1305_SHA256));
  EXPECT_TRUE(policy->check().has_value());
}

TEST(ANarrowedPolicy, HasNoSuiteThatThePolicyHadNot) {
  constexpr std::array suites{CipherSuite::TLS_RSA_WITH_AES_128_GCM_SHA256};

  const auto policy = Policy::compatible_2026().with_cipher_suites(suites);

  ASSERT_FALSE(policy.has_value());
  EXPECT_EQ(policy.error().code(), ErrorCode::InvalidConfiguration);
}

TEST(ANarrowedPolicy, HasNoTls12WithoutACurve) {
  constexpr std::array groups{NamedGroup::X25519MLKEM768};

  const Policy policy = Policy::compatible_2026().with_groups(groups);

  EXPECT_EQ(policy.name, "compatible-2026, TLS 1.3, groups X25519MLKEM768");
  EXPECT_TRUE(policy.check().has_value());
  EXPECT_FALSE(policy.has(ProtocolVersion::TLS1_2));
}

TEST(ANarrowedPolicy, SendsSharesOfItsGroupsAlone) {
  constexpr std::array with_share{NamedGroup::secp384r1, NamedGroup::x25519};
  constexpr std::array without{NamedGroup::secp384r1, NamedGroup::secp256r1};

  EXPECT_THAT(Policy::modern_2026().with_groups(with_share).key_shares, ElementsAre(NamedGroup::x25519));
  EXPECT_THAT(Policy::modern_2026().with_groups(without).key_shares, ElementsAre(NamedGroup::secp384r1));
  EXPECT_TRUE(Policy::compatible_2026().narrowed_to({ProtocolVersion::TLS1_2}).with_groups(without).key_shares.empty());
}

}  // namespace
}  // namespace keyway
