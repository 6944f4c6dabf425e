#pragma once

#include <string>
#include <vector>

#include <keyway/authority.hpp>
#include <keyway/certificate.hpp>

#include "authority/names.hpp"
#include "x509/certificate_builder.hpp"

namespace keyway::authority {

/// When a certificate begins and ends, both included.
struct Validity {
  Time not_before;
  Time not_after;
};

/// So far do certificates begin in the past, for the peers whose clocks are slow.
inline constexpr std::chrono::hours backdating{1};

/// The validity of something that lasts `lifetime` from `now`: never more than `longest` in all, never outside
/// `issuer`.
[[nodiscard]] Validity validity_within(const Validity& issuer, Time now, std::chrono::seconds lifetime,
                                       std::chrono::seconds longest) noexcept;

/// An issuer as what stands under it needs it.
struct IssuerIdentity {
  Bytes name;  ///< DER of its Name
  Bytes key_identifier;
};

/// A random serial of 128 bits, big-endian, without leading zeros, never zero. Errors: RandomFailed.
[[nodiscard]] Result<Bytes> make_serial(const crypto::Random& random);

/// `O=…, CN=…`; without a common name where that is empty or too long for one.
[[nodiscard]] Bytes make_subject(const std::string& organization, const std::string& common_name);

/// What is common to the certificates below: serial, names, validity, key, key identifiers.
struct CertificateBasis {
  Bytes serial;
  Bytes subject;
  IssuerIdentity issuer;  ///< the subject's own, for the root
  Validity validity;
  Bytes subject_public_key_info;
  Bytes key_identifier;
};

/// Signs one level of authorities below itself.
[[nodiscard]] x509::TbsCertificateFields root_profile(CertificateBasis basis);
/// Signs certificates of TLS and CRLs, and no authorities.
[[nodiscard]] x509::TbsCertificateFields intermediate_profile(CertificateBasis basis);
/// A server's certificate as today's browsers accept it. `may_delegate`: with RFC 9345's delegationUsage.
[[nodiscard]] x509::TbsCertificateFields server_profile(CertificateBasis basis,
                                                        const std::vector<CertificateName>& names, crypto::KeyType key,
                                                        const std::string& crl_url, bool may_delegate = false);

}  // namespace keyway::authority
