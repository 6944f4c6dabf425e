#pragma once
/// \file
/// Which versions and algorithms a configuration takes: one immutable, named, dated value.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <keyway/error.hpp>
#include <keyway/types.hpp>

namespace keyway {

/// All lists are in order of preference.
struct Policy {
  std::string name;  ///< shown in logs
  std::vector<ProtocolVersion> versions;
  std::vector<CipherSuite> cipher_suites;
  std::vector<NamedGroup> groups;
  /// The groups for which a client sends a share at once; a subset of `groups`. Empty: none, which asks the server
  /// for a HelloRetryRequest.
  std::vector<NamedGroup> key_shares;
  /// In handshakes (`signature_algorithms`). PKCS#1 among them is for TLS 1.2 alone.
  std::vector<SignatureScheme> signature_schemes;
  /// In one's own handshake signatures; empty: `signature_schemes`.
  std::vector<SignatureScheme> signing_schemes = {};
  /// In certificates (`signature_algorithms_cert`); left out of the ClientHello when equal to `signature_schemes`.
  std::vector<SignatureScheme> signature_schemes_in_certificates;

  /// TLS 1.2 and 1.3, AEAD and forward secrecy, X25519MLKEM768 first; the default.
  [[nodiscard]] static Policy compatible_2026();
  /// TLS 1.3 alone, AEAD and forward secrecy.
  [[nodiscard]] static Policy modern_2026();

  /// compatible_2026() and, behind everything else, TLS 1.2's RSA key transport: no forward secrecy, and a padding
  /// whose secrecy hangs by constant time. For peers that have nothing better; a configuration lists it as a weakening.
  [[nodiscard]] static Policy classic_rsa_2026();

  /// True when a suite of the RSA key transport is among `cipher_suites`.
  [[nodiscard]] bool allows_rsa_transport() const noexcept;
  [[nodiscard]] bool has(ProtocolVersion version) const noexcept;
  /// The same with these versions alone, and without what then no longer serves: suites, groups, key shares, schemes.
  /// Its name says so.
  [[nodiscard]] Policy narrowed_to(const std::vector<ProtocolVersion>& kept) const;
  /// The same with these suites alone, in this order of preference. A version of which none is among them keeps its own
  /// suites, behind them. Its name says so. Errors: InvalidConfiguration, for a suite that the policy has not.
  [[nodiscard]] Result<Policy> with_cipher_suites(std::span<const CipherSuite> kept) const;
  /// The same with these groups alone, in this order; also ones that the policy leaves out. Shares are sent for those
  /// that had one, else for the first. TLS 1.2 goes where no curve is left for it. Its name says so.
  [[nodiscard]] Policy with_groups(std::span<const NamedGroup> chosen) const;

  /// True when the policy holds together: no list empty (but key_shares), a suite for each version and a version for
  /// each suite, key_shares within groups, nothing twice, nothing that Keyway lacks. Errors: InvalidConfiguration.
  [[nodiscard]] Result<void> check() const;
};

/// A policy with a name of its own. Frozen once released: a better one gets another name.
struct NamedPolicy {
  Policy policy;
  std::string_view purpose;  ///< for whom it is, in words
};

/// All of them; the first is what configurations have when nothing is said.
[[nodiscard]] std::span<const NamedPolicy> named_policies();

/// The policy of this name. Errors: InvalidArgument, with the names that there are.
[[nodiscard]] Result<Policy> find_policy(std::string_view name);

}  // namespace keyway
