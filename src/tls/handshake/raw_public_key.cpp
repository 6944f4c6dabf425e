#include "tls/handshake/raw_public_key.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "core/reader.hpp"

namespace keyway {

std::string to_string(CertificateType type) {
  switch (type) {
    case CertificateType::X509:
      return "X509";
    case CertificateType::RawPublicKey:
      return "RawPublicKey";
  }
  return "certificate type " + std::to_string(static_cast<unsigned>(type));
}

}  // namespace keyway

namespace keyway::tls {

std::optional<CertificateType> choose_certificate_type(
    std::span<const CertificateType> ours, const std::optional<WireList<CertificateType>>& theirs) noexcept {
  const auto takes = [&](CertificateType type) {
    return theirs ? theirs->contains(type) : type == CertificateType::X509;
  };
  const auto found = std::ranges::find_if(ours, takes);
  return found == ours.end() ? std::nullopt : std::optional(*found);
}

bool says_something(std::span<const CertificateType> types) noexcept {
  return !types.empty() && !(types.size() == 1 && types.front() == CertificateType::X509);
}

Result<std::unique_ptr<crypto::PublicKey>> parse_raw_public_key(ByteView key, const crypto::Provider& provider) {
  auto parsed = provider.public_key(key);
  if (parsed) return parsed;
  return std::unexpected(fail(ErrorCode::InvalidRawPublicKey).at("Certificate").received(parsed.error().message()));
}

Result<void> check_raw_public_key(const CertificateMessage& message) {
  if (message.certificate_list.size() == 1) return {};
  return std::unexpected(fail(ErrorCode::InvalidRawPublicKey)
                             .at("Certificate, certificate_list")
                             .expected("one key")
                             .received(std::to_string(message.certificate_list.size()) + " entries"));
}

Result<ByteView> parse_raw_public_key_tls12(ByteView body) {
  Reader in(body, "Certificate");
  const ByteView key = in.vector24("ASN.1_subjectPublicKeyInfo");
  if (auto read = in.finish(); !read) return std::unexpected(std::move(read).error());
  return key;
}

}  // namespace keyway::tls
