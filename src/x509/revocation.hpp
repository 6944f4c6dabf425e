#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <keyway/trust.hpp>

namespace keyway::x509 {

enum class Standing : std::uint8_t { good, revoked, unknown };

/// What the lists at hand say of one certificate.
struct RevocationAnswer {
  Standing standing = Standing::unknown;
  std::optional<Crl::Entry> entry;  ///< where revoked
  const Crl* list = nullptr;        ///< which one says so
  std::string reason;               ///< where unknown: why; empty when there is no list of this issuer at all
};

/// The CRLs of a Verifier. A signature that once held is not verified again. Thread-safe.
class RevocationLists {
 public:
  explicit RevocationLists(std::vector<Crl> lists);

  [[nodiscard]] bool empty() const noexcept { return lists_.empty(); }

  /// Asks every list of the certificate's issuer. An entry counts whatever the list's age and scope; silence counts
  /// only from a list that is fresh, whole and speaks of this kind of certificate.
  [[nodiscard]] RevocationAnswer ask(const CertificateView& certificate, const CertificateView& issuer,
                                     const crypto::PublicKey& issuer_key, Time now) const;

 private:
  struct List {
    explicit List(Crl from) : crl(std::move(from)) {}
    Crl crl;
    mutable std::mutex guard;
    mutable Bytes signer;  ///< the SubjectPublicKeyInfo that the signature held with
  };

  [[nodiscard]] static bool is_signed(const List& list, const CertificateView& issuer,
                                      const crypto::PublicKey& issuer_key);

  std::deque<List> lists_;
};

}  // namespace keyway::x509
