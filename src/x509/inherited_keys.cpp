// DSA keys whose parameters stand in the issuer's certificate: verified from the anchor down, when a path is whole.

#include "x509/inherited_keys.hpp"

#include <utility>

#include "x509/algorithm.hpp"
#include "x509/der.hpp"
#include "x509/der_writer.hpp"
#include "x509/path_search.hpp"

namespace keyway::x509 {
namespace {

bool is_dsa_key(const CertificateView& certificate) noexcept {
  const auto facts = read_key_facts(certificate.subject_public_key_info);
  return facts && facts->type == crypto::KeyType::dsa;
}

/// The AlgorithmIdentifier of a key, parameters and all.
ByteView identifier_of(const CertificateView& certificate) noexcept {
  der::Status status;
  return der::Reader(certificate.subject_public_key_info, status)
      .enter(der::Tag::sequence, "subjectPublicKeyInfo")
      .element(der::Tag::sequence, "algorithm")
      .whole;
}

Bytes with_identifier(const CertificateView& certificate, ByteView identifier) {
  der::Status status;
  der::Reader fields =
      der::Reader(certificate.subject_public_key_info, status).enter(der::Tag::sequence, "subjectPublicKeyInfo");
  (void)fields.any("algorithm");
  const ByteView key = fields.any("subjectPublicKey").whole;
  return encode_der([&](DerWriter& writer) {
    writer.sequence([&] {
      writer.raw(identifier);
      writer.raw(key);
    });
  });
}

}  // namespace

bool inherits_parameters(const CertificateView& certificate) noexcept {
  const auto facts = read_key_facts(certificate.subject_public_key_info);
  return facts && facts->inherits_parameters;
}

std::optional<Objection> PathSearch::settle_inherited_keys() {
  if (!material_.options.takes_dsa_with_sha1) return std::nullopt;
  ByteView identifier;  // of the last key above that has parameters
  for (std::size_t depth = path_.size() - 1; depth > 0; --depth) {
    const Node& node = path_[depth].node;
    if (!is_dsa_key(*node.view)) {
      identifier = {};
      continue;
    }
    if (!inherits_parameters(*node.view)) {
      identifier = identifier_of(*node.view);
      continue;
    }
    const std::size_t index = node.element.index;
    const bool is_possible = !identifier.empty() && node.element.origin == Origin::peer;
    auto key = material_.provider.public_key(is_possible ? with_identifier(*node.view, identifier) : Bytes{});
    const CertificateView& child = *path_[depth - 1].node.view;
    if (key) {
      if (peer_keys_.size() <= index) peer_keys_.resize(peers_.back().element.index + 1U);
      peer_keys_[index] = std::move(*key);
    }
    const auto algorithm = child.algorithm();
    const bool may_verify = key && algorithm && verified_ < material_.options.budget.max_signatures;
    if (may_verify) ++verified_;
    if (may_verify && peer_keys_[index]->verify(*algorithm, child.tbs_certificate, child.signature)) continue;
    return Objection{
        CheckKind::signature,
        finding_about(child, depth - 1, ErrorCode::BadCertificateSignature, "RFC 5280 6.1.4 (d)",
                      "a signature by " + node.view->subject.to_string() + ", with the parameters of the key above it",
                      "one that this key did not make, or no parameters above it")};
  }
  return std::nullopt;
}

}  // namespace keyway::x509
