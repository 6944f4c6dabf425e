#include <keyway/credential.hpp>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>
#include <utility>

#include <keyway/secret.hpp>

#include "core/text.hpp"
#include "tls/certificate_messages.hpp"
#include "tls/wire/certificate.hpp"
#include "tls/wire/extensions/signed_certificate_timestamp.hpp"

namespace keyway {
namespace {

constexpr std::uintmax_t max_file_size = 1U << 20U;

std::string subject_of(const x509::Certificate& certificate) {
  std::string text = certificate.view().subject.to_string();
  return text.empty() ? "(no subject)" : text;
}

/// RFC 8446 4.4.2: each certificate SHOULD certify the one before it. Peers that build no paths need it so.
Result<void> check_order(const std::vector<x509::Certificate>& chain) {
  for (std::size_t i = 1; i < chain.size(); ++i) {
    if (std::ranges::equal(chain[i - 1].view().issuer.der, chain[i].view().subject.der)) continue;
    return std::unexpected(fail(ErrorCode::InvalidArgument)
                               .at("certificate chain, entry " + std::to_string(i))
                               .expected("the issuer of the one before: " + chain[i - 1].view().issuer.to_string())
                               .received(subject_of(chain[i]))
                               .advice("Put the server's own certificate first, then its issuer's, then that one's "
                                       "issuer's; the root may be left out."));
  }
  return {};
}

Result<void> check_proofs(const CarriedProofs& proofs, std::size_t chain_size) {
  constexpr std::size_t max_response = 65536;  // far above what any responder says
  const std::size_t entries = std::max(proofs.ocsp_responses.size(), proofs.sct_lists.size());
  if (entries > chain_size) {
    return std::unexpected(fail(ErrorCode::InvalidArgument)
                               .at("CarriedProofs")
                               .expected("at most " + std::to_string(chain_size) + " entries, one for each certificate")
                               .received(std::to_string(entries)));
  }
  for (const Bytes& response : proofs.ocsp_responses) {
    if (response.size() <= max_response) continue;
    return std::unexpected(fail(ErrorCode::InvalidArgument)
                               .at("CarriedProofs, ocsp_responses")
                               .expected("at most " + std::to_string(max_response) + " bytes")
                               .received(std::to_string(response.size())));
  }
  for (const Bytes& list : proofs.sct_lists) {
    if (list.empty()) continue;
    if (auto parsed = tls::SctListExtension::parse(list); !parsed) {
      return std::unexpected(
          fail(ErrorCode::InvalidSctList).at("CarriedProofs, sct_lists").received(parsed.error().message()));
    }
  }
  return {};
}

/// That the key is the one that was delegated, and may be used so.
Result<void> check_delegation(const Delegation& delegation, const crypto::PrivateKey& key) {
  constexpr std::string_view where = "delegated credential";
  if (!std::ranges::equal(key.subject_public_key_info(), delegation.subject_public_key_info)) {
    return std::unexpected(fail(ErrorCode::KeyMismatch).at(where));
  }
  if (!is_delegable(delegation.scheme) || !crypto::fits_tls13(delegation.scheme, key.type())) {
    return std::unexpected(
        fail(ErrorCode::InvalidDelegatedCredential)
            .at(where)
            .expected("a scheme for a key of type " + crypto::to_string(key.type()) + ", and not rsa_pss_rsae_*")
            .received(to_string(delegation.scheme)));
  }
  return {};
}

Result<Bytes> read_file(const std::filesystem::path& path, std::string_view what) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) {
    return std::unexpected(fail(ErrorCode::FileNotFound).at(path.string()).expected(what));
  }
  if (std::filesystem::is_directory(status)) {
    return std::unexpected(fail(ErrorCode::FileUnreadable).at(path.string()).expected(what).received("a folder"));
  }
  const auto size = std::filesystem::is_regular_file(status) ? std::filesystem::file_size(path, error) : 0;
  if (!error && size > max_file_size) {
    return std::unexpected(fail(ErrorCode::FileTooLarge).at(path.string()).expected("at most 1 MiB"));
  }
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    return std::unexpected(
        fail(ErrorCode::FileUnreadable).at(path.string()).advice("Check who owns the file and its permissions."));
  }
  Bytes bytes;
  bytes.reserve(static_cast<std::size_t>(size));
  for (std::istreambuf_iterator<char> at(in), end; at != end && bytes.size() <= max_file_size; ++at) {
    bytes.push_back(static_cast<std::uint8_t>(*at));
  }
  if (bytes.empty()) return std::unexpected(fail(ErrorCode::FileEmpty).at(path.string()).expected(what));
  return bytes;
}

/// The one private key of a PEM text.
Result<std::shared_ptr<const crypto::PrivateKey>> key_from_pem(std::string_view pem, const crypto::Provider& provider) {
  auto blocks = parse_pem(pem);
  if (!blocks) return std::unexpected(std::move(blocks.error()).at("private key"));
  Result<std::shared_ptr<const crypto::PrivateKey>> found =
      std::unexpected(fail(ErrorCode::InvalidKey)
                          .at("private key")
                          .expected("a PEM block PRIVATE KEY")
                          .received(blocks->empty() ? "no PEM block" : "a block " + printable(blocks->front().label)));
  for (PemBlock& block : *blocks) {
    if (block.label.ends_with("PRIVATE KEY")) {
      auto key = provider.private_key(block.data);
      if (key) {
        found = std::shared_ptr<const crypto::PrivateKey>(std::move(*key));
      } else {
        found = std::unexpected(std::move(key.error()).at("private key"));
      }
    }
    wipe(block.data);
  }
  return found;
}

}  // namespace

Result<std::shared_ptr<const Credential>> Credential::assemble(std::vector<x509::Certificate> chain,
                                                               std::shared_ptr<const crypto::PrivateKey> key,
                                                               const crypto::Provider& provider) {
  if (chain.empty()) return std::unexpected(fail(ErrorCode::InvalidArgument).at("certificate chain").received("none"));
  if (chain.size() > tls::max_certificate_entries) {
    return std::unexpected(fail(ErrorCode::InvalidArgument)
                               .at("certificate chain")
                               .expected("at most " + std::to_string(tls::max_certificate_entries) + " certificates")
                               .received(std::to_string(chain.size())));
  }
  const ByteView leaf_spki = chain.front().view().subject_public_key_info;
  auto leaf_key = provider.public_key(leaf_spki);
  if (!leaf_key) return std::unexpected(std::move(leaf_key.error()).at("certificate chain, entry 0"));
  if (key && !std::ranges::equal(key->subject_public_key_info(), leaf_spki)) {
    return std::unexpected(fail(ErrorCode::KeyMismatch)
                               .at(subject_of(chain.front()))
                               .advice("Use the key that the certificate was requested with, or issue a new "
                                       "certificate for this key. Is the server's own certificate the first in its "
                                       "file?"));
  }
  if (auto order = check_order(chain); !order) return std::unexpected(std::move(order.error()));
  const std::shared_ptr<Credential> credential(new Credential());
  credential->key_type_ = (*leaf_key)->type();
  credential->messages_ = std::make_shared<const tls::CertificateMessages>(chain, CarriedProofs{});
  credential->chain_ = std::move(chain);
  credential->key_ = std::move(key);
  return credential;
}

Result<std::shared_ptr<const Credential>> Credential::raw_public_key(std::shared_ptr<const crypto::PrivateKey> key,
                                                                     const crypto::Provider& provider) {
  if (!key) return std::unexpected(fail(ErrorCode::InvalidArgument).at("private key").received("none"));
  auto public_key = provider.public_key(key->subject_public_key_info());
  if (!public_key) return std::unexpected(std::move(public_key.error()).at("private key"));
  const std::shared_ptr<Credential> credential(new Credential());
  credential->key_type_ = (*public_key)->type();
  credential->messages_ = std::make_shared<const tls::CertificateMessages>(key->subject_public_key_info());
  credential->key_ = std::move(key);
  return credential;
}

Result<std::shared_ptr<const Credential>> Credential::raw_public_key_from_pem(std::string_view key_pem,
                                                                              const crypto::Provider& provider) {
  auto key = key_from_pem(key_pem, provider);
  if (!key) return std::unexpected(std::move(key.error()));
  return raw_public_key(std::move(*key), provider);
}

ByteView Credential::name() const noexcept {
  return chain_.empty() ? key_->subject_public_key_info() : chain_.front().der();
}

Result<std::shared_ptr<const Credential>> Credential::with_proofs(CarriedProofs proofs) const {
  if (auto checked = check_proofs(proofs, chain_.size()); !checked) return std::unexpected(std::move(checked.error()));
  if (chain_.empty()) return std::shared_ptr<const Credential>(new Credential(*this));
  const std::shared_ptr<Credential> credential(new Credential(*this));
  const ByteView delegation = delegation_ ? ByteView(delegation_->encoded) : ByteView();
  credential->messages_ = std::make_shared<const tls::CertificateMessages>(chain_, proofs, delegation);
  credential->proofs_ = std::move(proofs);
  return credential;
}

std::shared_ptr<const Credential> Credential::with_terms(CredentialTerms terms) const {
  std::shared_ptr<Credential> other(new Credential(*this));
  other->terms_ = std::move(terms);
  if (chain_.empty()) other->terms_.only_to_named_issuers = false;  // nobody issued it
  return other;
}

ByteView Credential::certificate_message_tls13() const noexcept {
  return messages_->tls13(tls::ProofsAsked{});
}

ByteView Credential::certificate_message_tls12() const noexcept {
  return messages_->tls12();
}

Result<std::shared_ptr<const Credential>> Credential::create(std::vector<x509::Certificate> chain,
                                                             std::shared_ptr<const crypto::PrivateKey> key,
                                                             const crypto::Provider& provider) {
  if (!key) return std::unexpected(fail(ErrorCode::InvalidArgument).at("private key").received("none"));
  return assemble(std::move(chain), std::move(key), provider);
}

Result<std::shared_ptr<const Credential>> Credential::with_remote_key(std::vector<x509::Certificate> chain,
                                                                      const crypto::Provider& provider) {
  return assemble(std::move(chain), nullptr, provider);
}

Result<std::shared_ptr<const Credential>> Credential::delegated(std::vector<x509::Certificate> chain,
                                                                Delegation delegation,
                                                                std::shared_ptr<const crypto::PrivateKey> key,
                                                                const crypto::Provider& provider) {
  if (!key) return std::unexpected(fail(ErrorCode::InvalidArgument).at("private key").received("none"));
  auto assembled = assemble(std::move(chain), nullptr, provider);
  if (!assembled) return assembled;
  if (auto checked = check_delegation(delegation, *key); !checked) {
    return std::unexpected(std::move(checked.error()));
  }
  const std::shared_ptr<Credential> credential(new Credential(**assembled));
  credential->key_type_ = key->type();
  credential->messages_ =
      std::make_shared<const tls::CertificateMessages>(credential->chain_, CarriedProofs{}, delegation.encoded);
  credential->key_ = std::move(key);
  credential->delegation_ = std::make_shared<const Delegation>(std::move(delegation));
  return credential;
}

Result<std::shared_ptr<const Credential>> Credential::delegated_from_pem(std::string_view chain_pem,
                                                                         std::string_view delegation_pem,
                                                                         const crypto::Provider& provider) {
  auto chain = x509::Certificate::all_from(as_bytes(chain_pem));
  if (!chain) return std::unexpected(std::move(chain.error()).at("certificate chain"));
  auto delegation = Delegation::from_pem(delegation_pem, chain->front().view());
  if (!delegation) return std::unexpected(std::move(delegation.error()));
  if (auto signed_by = delegation->verify(chain->front().view(), provider); !signed_by) {
    return std::unexpected(std::move(signed_by.error()));
  }
  auto key = key_from_pem(delegation_pem, provider);
  if (!key) return std::unexpected(std::move(key.error()));
  return delegated(std::move(*chain), std::move(*delegation), std::move(*key), provider);
}

Result<std::shared_ptr<const Credential>> Credential::from_pem(std::string_view chain_pem, std::string_view key_pem,
                                                               const crypto::Provider& provider) {
  auto chain = x509::Certificate::all_from(as_bytes(chain_pem));
  if (!chain) return std::unexpected(std::move(chain.error()).at("certificate chain"));
  auto key = key_from_pem(key_pem, provider);
  if (!key) return std::unexpected(std::move(key.error()));
  return create(std::move(*chain), std::move(*key), provider);
}

Result<std::shared_ptr<const Credential>> Credential::from_files(const std::filesystem::path& chain,
                                                                 const std::filesystem::path& key,
                                                                 const crypto::Provider& provider) {
  auto chain_file = read_file(chain, "a certificate chain in PEM");
  if (!chain_file) return std::unexpected(std::move(chain_file.error()));
  auto certificates = x509::Certificate::all_from(*chain_file);
  if (!certificates) return std::unexpected(std::move(certificates.error()).at(chain.string()));
  auto key_file = read_file(key, "a private key in PEM");
  if (!key_file) return std::unexpected(std::move(key_file.error()));
  auto private_key = key_from_pem(as_text(*key_file), provider);
  wipe(*key_file);
  if (!private_key) return std::unexpected(std::move(private_key.error()).at(key.string()));
  auto credential = create(std::move(*certificates), std::move(*private_key), provider);
  if (!credential) return std::unexpected(std::move(credential.error()).at(chain.string()));
  return credential;
}

}  // namespace keyway
