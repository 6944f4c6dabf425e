#include "tls/session/configuration_id.hpp"

namespace keyway::tls {

ConfigurationDigest::ConfigurationDigest(const crypto::Provider& provider, std::string_view side)
    : hash_(provider.hash(crypto::HashAlgorithm::sha256)), state_{} {
  if (hash_ != nullptr) hash_->start(state_);
  add("keyway configuration");
  add(side);
}

void ConfigurationDigest::add(ByteView part) noexcept {
  add_number(part.size());
  if (hash_ != nullptr) hash_->update(state_, part);
}

void ConfigurationDigest::add_number(std::uint64_t number) noexcept {
  std::array<std::uint8_t, 8> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(number >> (8U * i));
  if (hash_ != nullptr) hash_->update(state_, bytes);
}

void ConfigurationDigest::add_policy(const Policy& policy) noexcept {
  add_list(std::span<const ProtocolVersion>(policy.versions));
  add_list(std::span<const CipherSuite>(policy.cipher_suites));
  add_list(std::span<const NamedGroup>(policy.groups));
  add_list(std::span<const SignatureScheme>(policy.signature_schemes));
  add_list(std::span<const SignatureScheme>(policy.signature_schemes_in_certificates));
}

void ConfigurationDigest::add_protocols(std::span<const std::string> protocols) noexcept {
  add_number(protocols.size());
  for (const std::string& protocol : protocols) add(protocol);
}

void ConfigurationDigest::add_limits(const x509::AnchorLimits* limits) noexcept {
  add_number(limits != nullptr ? 1 : 0);
  if (limits == nullptr) return;
  add(limits->name_constraints);
  add_protocols(limits->policies);
  add_number(limits->require_explicit_policy ? 1 : 0);
  add_number(limits->inhibit_policy_mapping ? 1 : 0);
  add_number(limits->inhibit_any_policy ? 1 : 0);
  add_list(std::span<const x509::Purpose>(limits->purposes));
  add_number(limits->path_length ? 1 + std::uint64_t{*limits->path_length} : 0);
}

void ConfigurationDigest::add_judge(const x509::Verifier::Options& options, const x509::TrustStore* anchors,
                                    std::span<const x509::Certificate> intermediates, std::span<const x509::Crl> crls) {
  add_number(static_cast<std::uint64_t>(options.revocation));
  add_number(options.min_rsa_bits);
  add_number(static_cast<std::uint64_t>(options.profile));
  add_number(static_cast<std::uint64_t>(options.conformance));
  add_number(options.policies ? 1 : 0);
  if (options.policies) {
    add_number(options.policies->acceptable.size());
    for (const std::string& policy : options.policies->acceptable) add(policy);
    add_number(options.policies->require_explicit ? 1 : 0);
    add_number(options.policies->inhibit_mapping ? 1 : 0);
    add_number(options.policies->inhibit_any ? 1 : 0);
  }
  add_number(options.fetching.revocation ? 1 : 0);
  add_number(options.fetching.issuers ? 1 : 0);
  add_number(static_cast<std::uint64_t>(options.ct_policy));
  add_number(options.ct_logs ? options.ct_logs->size() : 0);
  if (options.ct_logs) {
    for (const auto& entry : options.ct_logs->entries()) add(entry.id);
  }
  add_number(anchors != nullptr ? anchors->size() : 0);
  for (std::size_t i = 0; anchors != nullptr && i < anchors->size(); ++i) {
    add(anchors->at(i).der());
    add_limits(anchors->limits(i));
  }
  add_number(intermediates.size());
  for (const auto& intermediate : intermediates) add(intermediate.der());
  add_number(crls.size());
  for (const auto& crl : crls) add(crl.der());
}

ConfigurationId ConfigurationDigest::finish() noexcept {
  std::array<std::uint8_t, crypto::max_hash_size> digest{};
  if (hash_ != nullptr) hash_->finish(state_, digest);
  ConfigurationId id{};
  for (std::size_t i = 0; i < id.size(); ++i) id[i] = digest[i];
  return id;
}

}  // namespace keyway::tls
