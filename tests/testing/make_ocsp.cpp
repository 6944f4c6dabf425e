#include "testing/make_ocsp.hpp"

#include <cstdlib>
#include <iostream>

#include "testing/must.hpp"

namespace keyway::testing {
Bytes make_ocsp(const IssuedCertificate& issuer, const Bytes& serial, const OcspOptions& options) {
  const IssuedCertificate& signer = options.delegate != nullptr ? *options.delegate : issuer;
  const x509::Certificate issuer_certificate = issuer.certificate();
  x509::SingleResponseFields single;
  single.issuer = must(x509::IssuerHashes::of(*provider(), issuer_certificate.view(), options.hash), "issuer hashes");
  single.serial_number = serial;
  single.status = options.status;
  single.revocation_time = options.revocation_time;
  single.revocation_reason = options.revocation_reason;
  single.this_update = options.this_update;
  single.next_update = options.next_update;
  single.others = options.extra_single_extensions;

  x509::OcspResponseFields fields;
  if (options.responder_by_key) {
    fields.responder_key_hash =
        x509::key_hash(*provider(), crypto::HashAlgorithm::sha1, signer.certificate().view().subject_public_key_info);
  } else {
    fields.responder_name = signer.subject;
  }
  fields.produced_at = options.this_update;
  fields.responses.assign(options.copies, single);
  fields.others = options.extra_extensions;
  fields.nonce = options.nonce;
  if (options.delegate != nullptr && !options.leave_out_delegate) fields.certificates.push_back(signer.der);
  Bytes response = must(x509::sign_ocsp_response(fields, *signer.key), "OCSP response");
  // The issuer's own signature ends the response.
  if (options.break_signature) response.back() ^= 1U;
  return response;
}

}  // namespace keyway::testing
