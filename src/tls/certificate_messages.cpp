#include "tls/certificate_messages.hpp"

#include <algorithm>
#include <mutex>

#include "core/writer.hpp"
#include "tls/wire/certificate.hpp"
#include "tls/wire/certificate_tls12.hpp"
#include "tls/wire/compressed_certificate.hpp"
#include "tls/wire/handshake.hpp"

namespace keyway::tls {
namespace {

/// Compressors that one credential meets: those of its configurations. One that meets more shows itself uncompressed.
constexpr std::size_t max_compressors = 16;

template <typename M>
Bytes encode(const M& message) {
  Bytes encoded;
  Writer out(encoded);
  write_handshake(out, message);
  return encoded;
}

Bytes encode_tls13(const std::vector<x509::Certificate>& chain) {
  CertificateMessage message;
  for (const x509::Certificate& certificate : chain) message.certificate_list.push_back({certificate.der(), {}});
  return encode(message);
}

Bytes encode_tls12(const std::vector<x509::Certificate>& chain) {
  CertificateTls12 message;
  for (const x509::Certificate& certificate : chain) message.certificate_list.push_back(certificate.der());
  return encode(message);
}

/// Empty where it is not worth it.
Bytes compress(ByteView certificate, const CertificateCompressor& by) {
  const ByteView body = certificate.subspan(handshake_header_size);
  const auto compressed = by.compress(body);
  if (!compressed || compressed->empty()) return {};
  return encode(CompressedCertificate{by.algorithm(), static_cast<std::uint32_t>(body.size()), *compressed});
}

}  // namespace

CertificateMessages::CertificateMessages(const std::vector<x509::Certificate>& chain)
    : tls13_(encode_tls13(chain)), tls12_(encode_tls12(chain)) {}

auto CertificateMessages::find(const CertificateCompressor& by) const noexcept -> const Compressed* {
  const auto found = std::ranges::find(compressed_, &by, [](const auto& one) { return one->by.get(); });
  return found == compressed_.end() ? nullptr : found->get();
}

ByteView CertificateMessages::compressed(const std::shared_ptr<const CertificateCompressor>& by) const {
  {
    const std::shared_lock lock(guard_);
    if (const Compressed* made = find(*by)) return made->message;
  }
  // Whoever comes meanwhile waits: it is done once.
  const std::unique_lock lock(guard_);
  if (const Compressed* made = find(*by)) return made->message;
  if (compressed_.size() == max_compressors) return {};
  compressed_.push_back(std::make_unique<const Compressed>(Compressed{by, compress(tls13_, *by)}));
  return compressed_.back()->message;
}

}  // namespace keyway::tls
