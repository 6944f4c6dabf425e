#include "x509/ocsp.hpp"

#include <algorithm>
#include <array>

#include "x509/crl.hpp"
#include "x509/distinguished_name.hpp"
#include "x509/extensions.hpp"
#include "x509/oid.hpp"

namespace keyway::x509 {
namespace {

using der::Tag;

/// What is read of an extension list, and whether it holds a critical stranger.
struct ReadExtensions {
  std::optional<ByteView> nonce;
  std::optional<ByteView> timestamps;
  bool has_unknown_critical = false;
};

ReadExtensions read_ocsp_extensions(der::Reader extensions) noexcept {
  ReadExtensions read;
  if (extensions.empty()) extensions.status().reject("Extensions", "an empty list");
  while (!extensions.empty()) {
    const ExtensionView extension = read_extension(extensions);
    if (oid::is(extension.oid, oid::ocsp_nonce)) {
      read.nonce = extension.value;
    } else if (oid::is(extension.oid, oid::ocsp_certificate_timestamps)) {
      read.timestamps = extension.value;
    } else if (extension.critical) {
      read.has_unknown_critical = true;
    }
  }
  return read;
}

/// `[1] EXPLICIT Extensions OPTIONAL`, as both lists of a response have it.
ReadExtensions read_optional_extensions(der::Reader& fields, std::string_view field) noexcept {
  if (!fields.next_is(der::constructed(1))) return {};
  der::Reader outer = fields.enter(der::constructed(1), field);
  const ReadExtensions read = read_ocsp_extensions(outer.enter(Tag::sequence, field));
  outer.end(field);
  return read;
}

CertId read_cert_id(der::Reader& from) noexcept {
  CertId read;
  der::Reader fields = from.enter(Tag::sequence, "certID");
  der::Reader algorithm = fields.enter(Tag::sequence, "hashAlgorithm");
  read.hash_algorithm = algorithm.identifier("hashAlgorithm");
  if (algorithm.next_is(Tag::null)) algorithm.null("hashAlgorithm");
  algorithm.end("hashAlgorithm");
  read.issuer_name_hash = fields.contents(Tag::octet_string, "issuerNameHash");
  read.issuer_key_hash = fields.contents(Tag::octet_string, "issuerKeyHash");
  read.serial_number = fields.integer("serialNumber");
  fields.end("certID");
  return read;
}

void read_revoked(der::Reader& from, SingleResponse& read) noexcept {
  read.status = SingleResponse::Status::revoked;
  der::Reader fields = from.enter(der::constructed(1), "revoked");
  read.revocation_time = fields.time("revocationTime");
  if (fields.next_is(der::constructed(0))) {
    der::Reader outer = fields.enter(der::constructed(0), "revocationReason");
    const ByteView code = outer.contents(Tag::enumerated, "revocationReason");
    outer.end("revocationReason");
    const bool is_known = code.size() == 1 && !revocation_reason(code[0]).empty();
    if (fields.ok() && !is_known) fields.status().reject("revocationReason", "an unknown reason");
    if (fields.ok()) read.revocation_reason = code[0];
  }
  fields.end("revoked");
}

void read_status(der::Reader& from, SingleResponse& read) noexcept {
  if (from.next_is(der::constructed(1))) return read_revoked(from, read);
  const bool is_good = from.next_is(der::context(0));
  const ByteView null = from.contents(is_good ? der::context(0) : der::context(2), "certStatus");
  if (from.ok() && !null.empty()) from.status().reject("certStatus", "a NULL with something in it");
  read.status = is_good ? SingleResponse::Status::good : SingleResponse::Status::unknown;
}

/// The contents of SEQUENCE OF Certificate, each of which is an element; what is in them is looked at when one is used.
ByteView read_certificates(der::Reader& fields) noexcept {
  if (!fields.next_is(der::constructed(0))) return {};
  der::Reader outer = fields.enter(der::constructed(0), "certs");
  const ByteView list = outer.contents(Tag::sequence, "certs");
  outer.end("certs");
  der::Reader each(list, fields.status());
  while (!each.empty()) (void)each.element(Tag::sequence, "certs");
  return list;
}

void read_responder(der::Reader& data, OcspResponseView& read) noexcept {
  if (data.next_is(der::constructed(1))) {
    der::Reader outer = data.enter(der::constructed(1), "responderID");
    const der::Element name = outer.element(Tag::sequence, "responderID");
    outer.end("responderID");
    check_name(der::Reader(name.contents, data.status()), "responderID");
    read.responder_name = name.whole;
    return;
  }
  der::Reader outer = data.enter(der::constructed(2), "responderID");
  read.responder_key_hash = outer.contents(Tag::octet_string, "responderID");
  outer.end("responderID");
}

void read_response_data(der::Reader data, OcspResponseView& read) noexcept {
  if (data.next_is(der::constructed(0))) {
    der::Reader version = data.enter(der::constructed(0), "version");
    // DER leaves a default out, but so many responders write it that it is let pass.
    if (version.small_integer("version") != 0) data.status().reject("version", "not 1");
    version.end("version");
  }
  read_responder(data, read);
  read.produced_at = data.time("producedAt");
  read.responses = data.contents(Tag::sequence, "responses");
  if (data.ok() && read.responses.empty()) data.status().reject("responses", "an empty list");
  der::Reader each(read.responses, data.status());
  while (!each.empty()) (void)OcspResponseView::read_single(each);
  const ReadExtensions extensions = read_optional_extensions(data, "responseExtensions");
  read.nonce = extensions.nonce;
  read.has_unknown_critical_extension = extensions.has_unknown_critical;
  data.end("tbsResponseData");
}

void read_basic(ByteView response, OcspResponseView& read, der::Status& status) noexcept {
  der::Reader outer(response, status);
  der::Reader fields = outer.enter(Tag::sequence, "BasicOCSPResponse");
  outer.end("BasicOCSPResponse");
  const der::Element data = fields.element(Tag::sequence, "tbsResponseData");
  read.tbs_response_data = data.whole;
  read.signature_algorithm = fields.element(Tag::sequence, "signatureAlgorithm").whole;
  read.signature = fields.bit_string("signature");
  read.certificates = read_certificates(fields);
  fields.end("BasicOCSPResponse");
  read_response_data(der::Reader(data.contents, status), read);
  read.is_basic = status.ok();
}

void read_response_bytes(der::Reader& fields, OcspResponseView& read) noexcept {
  der::Reader outer = fields.enter(der::constructed(0), "responseBytes");
  der::Reader bytes = outer.enter(Tag::sequence, "responseBytes");
  outer.end("responseBytes");
  const ByteView type = bytes.identifier("responseType");
  const ByteView response = bytes.contents(Tag::octet_string, "response");
  bytes.end("responseBytes");
  if (oid::is(type, oid::ocsp_basic)) read_basic(response, read, fields.status());
}

/// The subjectPublicKey's bits.
ByteView key_bits(ByteView subject_public_key_info) noexcept {
  der::Status status;
  der::Reader outer(subject_public_key_info, status);
  der::Reader fields = outer.enter(Tag::sequence, "subjectPublicKeyInfo");
  (void)fields.element(Tag::sequence, "algorithm");
  const ByteView bits = fields.bit_string("subjectPublicKey");
  return status.ok() ? bits : ByteView();
}

std::optional<crypto::HashAlgorithm> hash_algorithm(ByteView identifier) noexcept {
  if (oid::is(identifier, oid::sha1)) return crypto::HashAlgorithm::sha1;
  if (oid::is(identifier, oid::sha256)) return crypto::HashAlgorithm::sha256;
  if (oid::is(identifier, oid::sha384)) return crypto::HashAlgorithm::sha384;
  if (oid::is(identifier, oid::sha512)) return crypto::HashAlgorithm::sha512;
  return std::nullopt;
}

bool is_hash(ByteView given, const Bytes& made) noexcept {
  return !made.empty() && std::ranges::equal(given, made);
}

}  // namespace

std::string_view to_string(OcspResponseStatus status) noexcept {
  switch (status) {
    case OcspResponseStatus::successful:
      return "successful";
    case OcspResponseStatus::malformed_request:
      return "malformedRequest";
    case OcspResponseStatus::internal_error:
      return "internalError";
    case OcspResponseStatus::try_later:
      return "tryLater";
    case OcspResponseStatus::sig_required:
      return "sigRequired";
    case OcspResponseStatus::unauthorized:
      return "unauthorized";
  }
  return "unknown";
}

Bytes hash_of(const crypto::Provider& provider, crypto::HashAlgorithm algorithm, ByteView data) {
  const crypto::HashFunction* function = provider.hash(algorithm);
  if (function == nullptr) return {};
  crypto::HashState state;
  Bytes digest(function->output_size());
  function->start(state);
  function->update(state, data);
  function->finish(state, digest);
  return digest;
}

Bytes key_hash(const crypto::Provider& provider, crypto::HashAlgorithm algorithm, ByteView subject_public_key_info) {
  const ByteView bits = key_bits(subject_public_key_info);
  return bits.empty() ? Bytes() : hash_of(provider, algorithm, bits);
}

bool CertId::names(const CertificateView& certificate, const CertificateView& issuer,
                   const crypto::Provider& provider) const {
  if (!std::ranges::equal(serial_number, certificate.serial_number)) return false;
  const auto algorithm = x509::hash_algorithm(hash_algorithm);
  return algorithm && is_hash(issuer_name_hash, hash_of(provider, *algorithm, certificate.issuer.der)) &&
         is_hash(issuer_key_hash, key_hash(provider, *algorithm, issuer.subject_public_key_info));
}

SingleResponse OcspResponseView::read_single(der::Reader& responses) noexcept {
  SingleResponse read;
  der::Reader fields = responses.enter(Tag::sequence, "SingleResponse");
  read.cert_id = read_cert_id(fields);
  read_status(fields, read);
  read.this_update = fields.time("thisUpdate");
  if (fields.next_is(der::constructed(0))) {
    der::Reader outer = fields.enter(der::constructed(0), "nextUpdate");
    read.next_update = outer.time("nextUpdate");
    outer.end("nextUpdate");
  }
  const ReadExtensions extensions = read_optional_extensions(fields, "singleExtensions");
  read.has_unknown_critical_extension = extensions.has_unknown_critical;
  read.timestamps = extensions.timestamps;
  fields.end("SingleResponse");
  return read;
}

Result<OcspResponseView> OcspResponseView::parse(ByteView der) {
  OcspResponseView read;
  der::Status status;
  der::Reader outer(der, status);
  der::Reader fields = outer.enter(Tag::sequence, "OCSPResponse");
  outer.end("OCSPResponse");
  const ByteView code = fields.contents(Tag::enumerated, "responseStatus");
  if (status.ok() && (code.size() != 1 || code[0] > 6 || code[0] == 4)) {
    status.reject("responseStatus", "an unknown status");
  }
  if (status.ok()) read.response_status = static_cast<OcspResponseStatus>(code[0]);
  // RFC 6960 4.2.1: without success there is nothing else.
  if (fields.next_is(der::constructed(0))) read_response_bytes(fields, read);
  fields.end("OCSPResponse");
  if (!status.ok()) {
    const Error cause = status.error("OCSPResponse", ErrorCode::InvalidOcspResponse);
    return std::unexpected(fail(ErrorCode::InvalidOcspResponse).at(cause.where()).received(cause.received()));
  }
  if (read.response_status != OcspResponseStatus::successful) read.is_basic = false;
  return read;
}

}  // namespace keyway::x509
