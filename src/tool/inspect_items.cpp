#include "tool/inspect_items.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include <keyway/certificate.hpp>
#include <keyway/secret.hpp>
#include <keyway/trust.hpp>

#include "core/text.hpp"
#include "explain/plain_words.hpp"
#include "explain/trust_steps.hpp"
#include "x509/der.hpp"

namespace keyway::tool {
namespace {

using explain::Step;
using explain::Tone;
using explain::Viewpoint;
using x509::der::Reader;
using x509::der::Status;
using x509::der::Tag;

/// Which of how many.
struct Place {
  std::size_t number = 1;
  std::size_t count = 1;
};

/// "2 of 3: Certificate"; without numbers where there is but one.
[[nodiscard]] std::string title(std::string_view what, const Place& place) {
  if (place.count == 1) return std::string(what);
  return fmt::format("{} of {}: {}", place.number, place.count, what);
}

[[nodiscard]] Step tell_certificate(const x509::CertificateView& certificate, const Place& place,
                                    const Viewpoint& from) {
  Step step;
  step.kind = "certificate";
  step.headline = fmt::format("{}: {}", title("Certificate", place), explain::holder_text(certificate.subject));
  if (from.now > certificate.not_after) {
    step.headline += " (EXPIRED)";
    step.tone = Tone::bad;
  }
  step.facts = explain::full_facts(certificate, from);
  step.data = explain::certificate_json(certificate, from);
  return step;
}

[[nodiscard]] Step tell_broken(std::string_view what, const Place& place, const Error& error) {
  Step step;
  step.kind = "unreadable";
  step.headline = fmt::format("{}: can't be read", title(what, place));
  step.tone = Tone::bad;
  step.facts.push_back({"reason", error.message(), Tone::bad});
  step.data["error"] = explain::error_json(error);
  return step;
}

[[nodiscard]] Step tell_crl(const x509::Crl& crl, const Place& place, const Viewpoint& from) {
  Step step;
  step.kind = "crl";
  step.headline = fmt::format("{}: {}", title("Certificate revocation list", place),
                              explain::count_of(crl.size(), "revoked certificate"));
  step.facts.push_back({"issued by", explain::holder_text(crl.issuer())});
  step.facts.push_back({"issuer", crl.issuer().to_string()});
  step.facts.push_back({"signed on", explain::time_text(crl.this_update())});
  step.data = {{"issuer", crl.issuer().to_string()},
               {"this_update", explain::time_json(crl.this_update())},
               {"next_update", nullptr},
               {"entries", crl.size()}};
  if (const auto next = crl.next_update()) {
    const bool is_stale = from.now > *next;
    step.facts.push_back({"next one by",
                          fmt::format("{} ({})", explain::time_text(*next),
                                      is_stale ? "overdue: this list no longer counts"
                                               : explain::time_left(crl.this_update(), *next, from.now)),
                          is_stale ? Tone::bad : Tone::plain});
    step.data["next_update"] = explain::time_json(*next);
  }
  const std::string fingerprint = explain::fingerprint_text(crl.der(), from.provider);
  if (!fingerprint.empty()) step.facts.push_back({"SHA-256", fingerprint});
  return step;
}

/// The fields of a request that are shown (RFC 2986 4).
struct Request {
  x509::DistinguishedNameView subject;
  ByteView subject_public_key_info;
};
[[nodiscard]] std::optional<Request> read_request(ByteView der) {
  Status status;
  Reader file(der, status);
  Reader request = file.enter(Tag::sequence, "CertificationRequest");
  Reader info = request.enter(Tag::sequence, "CertificationRequestInfo");
  (void)info.integer("version");
  Request read;
  read.subject.der = info.element(Tag::sequence, "subject").whole;
  read.subject_public_key_info = info.element(Tag::sequence, "subjectPKInfo").whole;
  (void)info.element(x509::der::constructed(0), "attributes");
  info.end("CertificationRequestInfo");
  (void)request.element(Tag::sequence, "signatureAlgorithm");
  (void)request.bit_string("signature");
  request.end("CertificationRequest");
  file.end("CertificationRequest");
  if (!status.ok()) return std::nullopt;
  return read;
}

void add_key_fingerprint(Step& step, ByteView subject_public_key_info, const Viewpoint& from) {
  const std::string fingerprint = explain::fingerprint_text(subject_public_key_info, from.provider);
  if (fingerprint.empty()) return;
  step.facts.push_back({"SHA-256 of key", fingerprint});
  step.data["key_sha256"] = fingerprint;
}

[[nodiscard]] Step tell_request(const Request& request, const Place& place, const Viewpoint& from) {
  Step step;
  step.kind = "certificate_request";
  step.headline = fmt::format("{}: somebody asks an authority to certify {}", title("Certificate request (CSR)", place),
                              explain::holder_text(request.subject));
  const std::string key = explain::public_key_text(request.subject_public_key_info);
  step.facts.push_back({"subject", request.subject.to_string()});
  step.facts.push_back({"key", key});
  step.data = {{"subject", request.subject.to_string()}, {"key", key}};
  add_key_fingerprint(step, request.subject_public_key_info, from);
  return step;
}

[[nodiscard]] Step tell_private_key(ByteView der, const Place& place, const Viewpoint& from) {
  Step step;
  step.kind = "private_key";
  const auto key = from.provider->private_key(der);
  const std::string text = key ? explain::key_text((*key)->type(), (*key)->bits()) : fail(key.error().code()).message();
  step.headline = fmt::format("{}: {}; not shown", title("This is a private key", place), text);
  step.data = {{"key", text}, {"usable", key.has_value()}};
  if (key) {
    add_key_fingerprint(step, (*key)->subject_public_key_info(), from);
    step.facts.push_back(
        {"", "The same fingerprint stands under the certificate that this key belongs to.", Tone::aside});
  } else {
    step.tone = Tone::warning;
    if (!key.error().advice().empty()) step.facts.push_back({"what to do", key.error().advice()});
  }
  return step;
}

[[nodiscard]] Step tell_public_key(ByteView der, const Place& place, const Viewpoint& from) {
  Step step;
  step.kind = "public_key";
  const std::string key = explain::public_key_text(der);
  step.headline = fmt::format("{}: {}", title("This is a public key", place), key);
  step.data = {{"key", key}};
  add_key_fingerprint(step, der, from);
  return step;
}

[[nodiscard]] Step tell_other(std::string_view label, std::size_t size, const Place& place) {
  Step step;
  step.kind = "other";
  step.headline = fmt::format("{}: “{}”, {}", title("Something that keyway does not read", place), printable(label),
                              explain::count_of(size, "byte"));
  step.data = {{"label", printable(label)}, {"bytes", size}};
  return step;
}

[[nodiscard]] Step tell_block(const PemBlock& block, const Place& place, const Viewpoint& from) {
  const std::string& label = block.label;
  if (label == "CERTIFICATE" || label == "X509 CERTIFICATE") {
    const auto certificate = x509::CertificateView::parse(block.data);
    return certificate ? tell_certificate(*certificate, place, from)
                       : tell_broken("Certificate", place, certificate.error());
  }
  if (label == "X509 CRL") {
    const auto crl = x509::Crl::from_der(block.data);
    return crl ? tell_crl(*crl, place, from) : tell_broken("Certificate revocation list", place, crl.error());
  }
  if (label == "CERTIFICATE REQUEST" || label == "NEW CERTIFICATE REQUEST") {
    const auto request = read_request(block.data);
    return request ? tell_request(*request, place, from)
                   : tell_broken("Certificate request (CSR)", place, fail(ErrorCode::InvalidDer));
  }
  if (label == "PUBLIC KEY") return tell_public_key(block.data, place, from);
  if (label.ends_with("PRIVATE KEY")) return tell_private_key(block.data, place, from);
  return tell_other(label, block.data.size(), place);
}

/// True for the block that `openssl ecparam` puts before a key, which says nothing that the key doesn't.
[[nodiscard]] bool is_superfluous(const PemBlock& block) noexcept {
  return block.label == "EC PARAMETERS";
}

[[nodiscard]] Result<std::vector<Step>> inspect_pem(ByteView contents, std::string_view name, const Viewpoint& from) {
  auto blocks = parse_pem(as_text(contents));
  if (!blocks) {
    return std::unexpected(std::move(blocks).error().at(name).advice(
        "see that the file was copied whole, with its -----BEGIN and -----END lines"));
  }
  std::erase_if(*blocks, is_superfluous);
  std::vector<Step> steps;
  for (PemBlock& block : *blocks) {
    steps.push_back(tell_block(block, {steps.size() + 1, blocks->size()}, from));
    wipe(block.data);
  }
  return steps;
}

/// A SubjectPublicKeyInfo is an AlgorithmIdentifier and a BIT STRING.
[[nodiscard]] bool is_public_key(ByteView der) {
  Status status;
  Reader file(der, status);
  Reader info = file.enter(Tag::sequence, "SubjectPublicKeyInfo");
  (void)info.element(Tag::sequence, "algorithm");
  (void)info.bit_string("subjectPublicKey");
  info.end("SubjectPublicKeyInfo");
  file.end("SubjectPublicKeyInfo");
  return status.ok();
}

/// "where: what" of a file that is nothing known: the reason is that of a certificate, the likeliest meaning.
[[nodiscard]] Error not_recognised(ByteView contents, std::string_view name, const Error& as_certificate) {
  const bool is_text = std::ranges::all_of(
      contents.first(std::min<std::size_t>(contents.size(), 512)),
      [](std::uint8_t byte) { return byte == '\n' || byte == '\r' || byte == '\t' || (byte >= 0x20 && byte != 0x7f); });
  return fail(is_text ? ErrorCode::InvalidPem : ErrorCode::InvalidDer)
      .at(name)
      .expected("a certificate, CRL, certificate request or key, in PEM or DER")
      .received(is_text ? "text without a -----BEGIN …----- line"
                        : "binary data; read as a certificate: " + as_certificate.message())
      .advice("see that this is the right file, and that it was copied whole");
}

}  // namespace

Result<std::vector<Step>> inspect_bytes(ByteView contents, std::string_view name, const Viewpoint& from) {
  if (as_text(contents).find("-----BEGIN ") != std::string_view::npos) return inspect_pem(contents, name, from);

  const auto certificate = x509::CertificateView::parse(contents);
  if (certificate) return std::vector{tell_certificate(*certificate, {}, from)};
  if (const auto crl = x509::Crl::from_der(Bytes(contents.begin(), contents.end()))) {
    return std::vector{tell_crl(*crl, {}, from)};
  }
  if (const auto request = read_request(contents)) return std::vector{tell_request(*request, {}, from)};
  if (is_public_key(contents)) return std::vector{tell_public_key(contents, {}, from)};
  const auto key = from.provider->private_key(contents);
  if (key || key.error().code() == ErrorCode::EncryptedKey) return std::vector{tell_private_key(contents, {}, from)};
  return std::unexpected(not_recognised(contents, name, certificate.error()));
}

std::vector<Step> inspect_chain(const std::vector<Bytes>& chain, const Viewpoint& from) {
  std::vector<Step> steps;
  for (const Bytes& der : chain) {
    const Place place{steps.size() + 1, chain.size()};
    const auto certificate = x509::CertificateView::parse(der);
    steps.push_back(certificate ? tell_certificate(*certificate, place, from)
                                : tell_broken("Certificate", place, certificate.error()));
  }
  return steps;
}

}  // namespace keyway::tool
