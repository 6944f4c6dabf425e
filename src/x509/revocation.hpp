#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <keyway/trust.hpp>

namespace keyway::x509 {

enum class Standing : std::uint8_t { good, revoked, unknown };

/// A CRL of a Verifier, with the key that its signature once held with, so that it is not verified again. Thread-safe.
class SignedList {
 public:
  /// `place` is where it came from, for people: empty for one that was configured.
  explicit SignedList(Crl from, std::string place = {});

  [[nodiscard]] const Crl& crl() const noexcept { return crl_; }
  [[nodiscard]] const Crl::Parsed& parsed() const noexcept { return crl_.parsed(); }
  [[nodiscard]] const std::string& place() const noexcept { return place_; }
  [[nodiscard]] std::uint64_t issuer_hash() const noexcept { return issuer_hash_; }

  /// True when the certificate may sign lists, and this is one that its key signed. Each signature that is verified
  /// takes one of `signatures_left`; without any left: false.
  [[nodiscard]] bool is_signed_by(const CertificateView& signer, const crypto::PublicKey& key,
                                  std::size_t& signatures_left) const;

 private:
  Crl crl_;
  std::string place_;
  std::uint64_t issuer_hash_;
  mutable std::mutex guard_;
  mutable Bytes signer_;  ///< the SubjectPublicKeyInfo that the signature held with
};

/// What the lists at hand say of one certificate.
struct RevocationAnswer {
  Standing standing = Standing::unknown;
  std::optional<Crl::Entry> entry;   ///< where revoked
  const SignedList* list = nullptr;  ///< which one says so
  std::string reason;                ///< where unknown: why; empty when there is no list about it at all
};

/// What is asked of the lists.
struct CrlQuestion {
  const CertificateView& certificate;
  Time now;
  /// A list that is older says nothing, and one that does not say until when it holds, holds so long.
  std::optional<std::chrono::seconds> max_age;
  /// Whether one that may sign lists about the certificate, proven by the path, signed this one (RFC 5280 6.3.3 (f),
  /// (g)).
  std::function<bool(const SignedList&)> is_signed;
  /// Whether a list that breaks the rules for those who issue (Conformance) says nothing by its silence.
  bool is_strict = false;
};

/// Asks lists about a certificate as RFC 5280 6.3.3 does: over all its distribution points and over those lists of its
/// issuer that no point names, complete lists with their deltas, until the union of their reasons is all of them.
/// Stricter in one thing: an entry counts whatever its list's age and scope, unless a delta takes it back. Silence
/// counts only from a list that is fresh and speaks of this kind of certificate.
[[nodiscard]] RevocationAnswer ask_lists(std::span<const SignedList* const> lists, const CrlQuestion& question);

/// The CRLs of a Verifier.
class RevocationLists {
 public:
  explicit RevocationLists(std::vector<Crl> lists);

  [[nodiscard]] bool empty() const noexcept { return lists_.empty(); }
  [[nodiscard]] const std::vector<const SignedList*>& all() const noexcept { return all_; }

 private:
  std::deque<SignedList> lists_;
  std::vector<const SignedList*> all_;
};

}  // namespace keyway::x509
