#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include <keyway/certificate.hpp>
#include <keyway/trust.hpp>
#include <keyway/verdict.hpp>

#include "x509/host_name.hpp"

namespace keyway::x509 {

/// A rule that a certificate breaks, and which check of the verdict that is.
struct Objection {
  CheckKind kind = CheckKind::issuer;
  Finding finding;
};

/// What the rules need to know of the question that is asked.
struct Question {
  const ServerName* name = nullptr;
  const EmailAddress* address = nullptr;
  Purpose purpose = Purpose::server;
  Time now;
  Verifier::Staples staples;
  Suffixes suffixes = Suffixes::registries;
  std::span<const Fetched> fetched = {};
  std::size_t sent = SIZE_MAX;                   ///< of the chain, how many the peer sent: the others were fetched
  ByteView sct_list = {};                        ///< the leaf's, of the handshake
  const CertificateView* parsed_leaf = nullptr;  ///< the chain's first, where somebody has parsed it

  [[nodiscard]] bool has_name() const noexcept { return name != nullptr || address != nullptr; }
  /// True also where no name is asked for.
  [[nodiscard]] bool is_covered_by(const CertificateView& leaf) const;
};

/// A finding about `certificate`, with its subject filled in.
[[nodiscard, gnu::cold]] Finding finding_about(const CertificateView& certificate, std::size_t depth, ErrorCode code,
                                    std::string rule, std::string expected, std::string received,
                                    std::string advice = {});

/// Each looks at one certificate of a path by one rule; nothing is wrong when nothing is returned. All are cheap: no
/// signature, no allocation unless there is something to say.
[[nodiscard]] std::optional<Objection> check_validity(const CertificateView& certificate, std::size_t depth, Time now);
[[nodiscard]] std::optional<Objection> check_critical_extensions(const CertificateView& certificate, std::size_t depth);
[[nodiscard]] std::optional<Objection> check_serial_number(const CertificateView& certificate, std::size_t depth);
/// The certificate's own signature's algorithm: known and strong.
[[nodiscard]] std::optional<Objection> check_algorithm(const CertificateView& certificate, std::size_t depth,
                                                       bool takes_dsa = false);
/// The certificate's key: known and strong.
[[nodiscard]] std::optional<Objection> check_key(const CertificateView& certificate, std::size_t depth,
                                                 std::size_t min_rsa_bits, bool takes_dsa = false);
/// Whether the leaf may be used for the purpose: not an authority (web_pki), keyUsage, extKeyUsage.
[[nodiscard]] std::optional<Objection> check_leaf_purpose(const CertificateView& leaf, Purpose purpose,
                                                          Profile profile);
/// The part of it that also holds for a leaf which the trust store itself vouches for.
[[nodiscard]] std::optional<Objection> check_leaf_usage(const CertificateView& leaf, Purpose purpose, Profile profile);
[[nodiscard]] std::optional<Objection> check_name(const CertificateView& leaf, const Question& question,
                                                  bool name_holds);
/// Whether the certificate may issue one that has `authorities_below` authorities, self-issued ones not counted,
/// between it and the leaf.
[[nodiscard]] std::optional<Objection> check_authority(const CertificateView& issuer, std::size_t depth, bool is_anchor,
                                                       std::size_t authorities_below, Purpose purpose);

}  // namespace keyway::x509
