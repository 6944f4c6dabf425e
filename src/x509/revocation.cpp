#include "x509/revocation.hpp"

#include <algorithm>
#include <utility>

#include "x509/crl.hpp"
#include "x509/distinguished_name.hpp"
#include "x509/time_text.hpp"

namespace keyway::x509 {
namespace {

bool is_about(const Crl::Parsed& list, const CertificateView& certificate, const CertificateView& issuer) {
  if (!same_name(list.issuer.der, certificate.issuer.der)) return false;
  if (!list.authority_key_identifier || !issuer.subject_key_identifier) return true;
  return std::ranges::equal(*list.authority_key_identifier, *issuer.subject_key_identifier);
}

/// Why the list's silence about a certificate says nothing; empty where it does say that all is well.
std::string why_silence_is_nothing(const Crl::Parsed& list, const CertificateView& certificate, Time now) {
  const bool is_authority = certificate.basic_constraints && certificate.basic_constraints->is_authority;
  const bool is_user = !is_authority && certificate.version == 3;
  if (list.this_update > now) return "the CRL is not in force before " + to_text(list.this_update);
  if (!list.next_update) return "the CRL does not say until when it holds";
  if (*list.next_update < now) {
    return "the CRL is out of date: a newer one was due on " + to_text(*list.next_update) + ", " +
           length_text(now - *list.next_update) + " ago";
  }
  if (list.has_unknown_critical_extension) return "the CRL has a critical extension that is not understood";
  if (list.is_delta) return "the CRL is a delta, which lists changes alone";
  if (list.only_some_reasons) return "the CRL is about some reasons alone";
  if (list.only_attribute_certificates) return "the CRL is about attribute certificates";
  if (list.only_user_certificates && !is_user) return "the CRL is not about authorities";
  if (list.only_authority_certificates && !is_authority) return "the CRL is about authorities alone";
  if (list.has_distribution_point) return "the CRL is about one distribution point alone";
  return {};
}

}  // namespace

RevocationLists::RevocationLists(std::vector<Crl> lists) {
  for (Crl& list : lists) lists_.emplace_back(std::move(list));
}

bool RevocationLists::is_signed(const List& list, const CertificateView& issuer, const crypto::PublicKey& issuer_key) {
  if (issuer.key_usage && !issuer.key_usage->crl_sign()) return false;
  {
    const std::scoped_lock lock(list.guard);
    if (std::ranges::equal(list.signer, issuer.subject_public_key_info)) return true;
  }
  if (!list.crl.parsed().is_signed_with(issuer_key)) return false;
  const std::scoped_lock lock(list.guard);
  list.signer.assign(issuer.subject_public_key_info.begin(), issuer.subject_public_key_info.end());
  return true;
}

RevocationAnswer RevocationLists::ask(const CertificateView& certificate, const CertificateView& issuer,
                                      const crypto::PublicKey& issuer_key, Time now) const {
  RevocationAnswer answer;
  for (const List& list : lists_) {
    const Crl::Parsed& parsed = list.crl.parsed();
    if (!is_about(parsed, certificate, issuer)) continue;
    if (parsed.is_indirect) {
      answer.reason = "the CRL is an indirect one, which is not supported";
      continue;
    }
    if (!is_signed(list, issuer, issuer_key)) {
      answer.reason = "the CRL is not signed by the certificate's issuer";
      continue;
    }
    auto entry = list.crl.find(certificate.serial_number);
    // removeFromCRL stands in deltas and takes a hold back.
    if (entry && entry->reason != "removeFromCRL") {
      return {Standing::revoked, std::move(entry), &list.crl, {}};
    }
    std::string silence = why_silence_is_nothing(parsed, certificate, now);
    if (silence.empty()) {
      answer.standing = Standing::good;
      answer.list = &list.crl;
    } else {
      answer.reason = std::move(silence);
    }
  }
  return answer;
}

}  // namespace keyway::x509
