#include "x509/ocsp_judgement.hpp"

#include <algorithm>
#include <utility>

#include "x509/algorithm.hpp"
#include "x509/crl.hpp"
#include "x509/distinguished_name.hpp"
#include "x509/extensions.hpp"
#include "x509/ocsp.hpp"
#include "x509/oid.hpp"
#include "x509/time_text.hpp"

namespace keyway::x509 {
namespace {

OcspAnswer unusable(std::string why) {
  OcspAnswer answer;
  answer.reason = std::move(why);
  return answer;
}

/// Verifies signatures until the budget is spent.
class Signatures {
 public:
  explicit Signatures(std::size_t& left) noexcept : left_(left) {}
  [[nodiscard]] bool hold(const crypto::PublicKey& key, ByteView algorithm_identifier, ByteView data,
                          ByteView signature) {
    const auto algorithm = read_algorithm(algorithm_identifier);
    if (!algorithm || is_weak_algorithm(algorithm_identifier) || left_ == 0) return false;
    --left_;
    return key.verify(*algorithm, data, signature);
  }

 private:
  std::size_t& left_;
};

/// True when the response names this one as its signer (RFC 6960 4.2.2.3).
bool is_responder(const OcspResponseView& response, const CertificateView& who, const crypto::Provider& provider) {
  if (response.responder_name) return same_name(*response.responder_name, who.subject.der);
  const Bytes hash = key_hash(provider, crypto::HashAlgorithm::sha1, who.subject_public_key_info);
  return !hash.empty() && std::ranges::equal(response.responder_key_hash, hash);
}

/// RFC 6960 4.2.2.2: what lets a certificate speak for its issuer, its signature aside.
bool may_speak_for(const CertificateView& delegate, const OcspQuestion& question) {
  return same_name(delegate.issuer.der, question.certificate.issuer.der) && delegate.extended_key_usage &&
         lists_identifier(*delegate.extended_key_usage, oid::ocsp_signing) &&
         (!delegate.key_usage || delegate.key_usage->digital_signature()) && !delegate.has_unknown_critical_extension &&
         delegate.not_before <= question.now && question.now <= delegate.not_after;
}

bool is_signed_by_delegate(const OcspResponseView& response, const OcspQuestion& question,
                           const crypto::Provider& provider, Signatures& signatures) {
  der::Status status;
  der::Reader certificates(response.certificates, status);
  for (std::size_t tried = 0; tried < max_ocsp_delegates && !certificates.empty(); ++tried) {
    const auto delegate = CertificateView::parse(certificates.element(der::Tag::sequence, "certs").whole);
    if (!delegate || !may_speak_for(*delegate, question) || !is_responder(response, *delegate, provider)) continue;
    if (!signatures.hold(question.issuer_key, delegate->signature_algorithm, delegate->tbs_certificate,
                         delegate->signature)) {
      continue;
    }
    const auto key = provider.public_key(delegate->subject_public_key_info);
    if (key && signatures.hold(**key, response.signature_algorithm, response.tbs_response_data, response.signature)) {
      return true;
    }
  }
  return false;
}

bool is_signed(const OcspResponseView& response, const OcspQuestion& question, const crypto::Provider& provider,
               std::size_t& signatures_left) {
  Signatures signatures(signatures_left);
  if (is_responder(response, question.issuer, provider) &&
      signatures.hold(question.issuer_key, response.signature_algorithm, response.tbs_response_data,
                      response.signature)) {
    return true;
  }
  return is_signed_by_delegate(response, question, provider, signatures);
}

std::optional<SingleResponse> find_about(const OcspResponseView& response, const CertificateView& certificate,
                                         const CertificateView& issuer, const crypto::Provider& provider) {
  std::optional<SingleResponse> found;
  response.for_each([&](const SingleResponse& single) {
    if (single.cert_id.names(certificate, issuer, provider)) found = single;
    return found.has_value();
  });
  return found;
}

bool has_nonce(const OcspResponseView& response, ByteView nonce) {
  if (!response.nonce) return false;
  der::Status status;
  const ByteView given = der::Reader(*response.nonce, status).contents(der::Tag::octet_string, "nonce");
  return status.ok() && std::ranges::equal(given, nonce);
}

/// Why a good standing says nothing now; empty where it does.
std::string why_not_now(const SingleResponse& single, const OcspQuestion& question) {
  const Time now = question.now;
  if (single.this_update > now) return "the OCSP response is not in force before " + to_text(single.this_update);
  if (single.next_update && *single.next_update < now) {
    return "the OCSP response is out of date: a newer one was due on " + to_text(*single.next_update) + ", " +
           length_text(now - *single.next_update) + " ago";
  }
  if (!single.next_update && !question.max_age) return "the OCSP response does not say until when it holds";
  if (question.max_age && now - single.this_update > *question.max_age) {
    return "the OCSP response is too old: it is of " + to_text(single.this_update) + ", " +
           length_text(now - single.this_update) + " ago";
  }
  return {};
}

}  // namespace

OcspAnswer judge_ocsp_response(ByteView der, const OcspQuestion& question, const crypto::Provider& provider,
                               std::size_t& signatures_left) {
  const auto response = OcspResponseView::parse(der);
  if (!response) return unusable("the OCSP response is malformed: " + response.error().message());
  if (response->response_status != OcspResponseStatus::successful) {
    return unusable("the OCSP response says " + std::string(to_string(response->response_status)));
  }
  if (!response->is_basic) return unusable("the OCSP response is of a type that is not known");
  const auto single = find_about(*response, question.certificate, question.issuer, provider);
  if (!single) return unusable("the OCSP response is about another certificate");
  if (response->has_unknown_critical_extension || single->has_unknown_critical_extension) {
    return unusable("the OCSP response has a critical extension that is not understood");
  }
  if (!question.nonce.empty() && !has_nonce(*response, question.nonce)) {
    return unusable("the OCSP response does not have the nonce of the request: it may be an old one");
  }
  if (!is_signed(*response, question, provider, signatures_left)) {
    return unusable("the OCSP response is not signed by the certificate's issuer, nor by one that may speak for it");
  }
  OcspAnswer answer;
  answer.this_update = single->this_update;
  answer.next_update = single->next_update;
  if (single->status == SingleResponse::Status::revoked) {
    answer.standing = Standing::revoked;
    answer.revoked_at = single->revocation_time;
    answer.revocation_reason = revocation_reason(single->revocation_reason.value_or(0));
    return answer;
  }
  if (single->status == SingleResponse::Status::unknown) {
    return unusable("the OCSP responder does not know the certificate");
  }
  if (std::string why = why_not_now(*single, question); !why.empty()) return unusable(std::move(why));
  answer.standing = Standing::good;
  return answer;
}

ByteView timestamps_in(ByteView response, const CertificateView& certificate, const CertificateView& issuer,
                       const crypto::Provider& provider) {
  const auto read = OcspResponseView::parse(response);
  if (!read || !read->is_basic) return {};
  const auto single = find_about(*read, certificate, issuer, provider);
  return single ? single->timestamps.value_or(ByteView{}) : ByteView();
}

}  // namespace keyway::x509
