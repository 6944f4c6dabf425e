#include "tls/certificate_messages.hpp"

#include <algorithm>
#include <deque>
#include <mutex>

#include "core/writer.hpp"
#include "tls/wire/certificate.hpp"
#include "tls/wire/certificate_status.hpp"
#include "tls/wire/certificate_tls12.hpp"
#include "tls/wire/compressed_certificate.hpp"
#include "tls/wire/extensions/signed_certificate_timestamp.hpp"
#include "tls/wire/handshake.hpp"

namespace keyway::tls {
namespace {

/// Messages that are kept compressed: for the compressors of a credential's configurations. One that meets more shows
/// itself uncompressed.
constexpr std::size_t max_compressed = 16;

template <typename M>
Bytes encode(const M& message) {
  Bytes encoded;
  Writer out(encoded);
  write_handshake(out, message);
  return encoded;
}

/// The extensions of one CertificateEntry (RFC 8446 4.4.2.1).
Bytes encode_entry_extensions(ByteView ocsp_response, ByteView sct_list, ByteView delegation) {
  Bytes extensions;
  Writer out(extensions);
  if (!ocsp_response.empty()) {
    out.value(ExtensionType::status_request);
    out.vector16([&] { CertificateStatus{ocsp_response}.write(out); });
  }
  if (!sct_list.empty()) write_extension(out, SctListExtension{sct_list});
  if (!delegation.empty()) {
    out.value(ExtensionType::delegated_credential);
    out.vector16(delegation);
  }
  return extensions;
}

Bytes encode_tls13(const std::vector<x509::Certificate>& chain, const CarriedProofs& proofs, ByteView delegation,
                   ProofsAsked asked) {
  std::deque<Bytes> kept;
  CertificateMessage message;
  for (std::size_t i = 0; i < chain.size(); ++i) {
    kept.push_back(encode_entry_extensions(asked.ocsp ? proofs.ocsp_response(i) : ByteView(),
                                           asked.scts ? proofs.sct_list(i) : ByteView(),
                                           i == 0 ? delegation : ByteView()));
    message.certificate_list.push_back({chain[i].der(), ExtensionBlock::of_own(kept.back())});
  }
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

bool has_any(const std::vector<Bytes>& entries) noexcept {
  return std::ranges::any_of(entries, [](const Bytes& entry) { return !entry.empty(); });
}

}  // namespace

CertificateMessages::CertificateMessages(const std::vector<x509::Certificate>& chain, const CarriedProofs& proofs,
                                         ByteView delegation)
    : has_ocsp_(has_any(proofs.ocsp_responses)), has_scts_(has_any(proofs.sct_lists)), tls12_(encode_tls12(chain)) {
  for (const bool ocsp : {false, true}) {
    for (const bool scts : {false, true}) {
      const ProofsAsked asked{ocsp, scts};
      Bytes& message = tls13_[variant(asked)];
      if (message.empty()) message = encode_tls13(chain, proofs, delegation, asked);
    }
  }
  const ByteView leaf_response = proofs.ocsp_response(0);
  if (!leaf_response.empty()) status_tls12_ = encode(CertificateStatus{leaf_response});
}

CertificateMessages::CertificateMessages(ByteView subject_public_key_info) : is_raw_key_(true) {
  CertificateMessage message;
  message.certificate_list.push_back({subject_public_key_info, ExtensionBlock()});
  tls13_[0] = encode(message);
  Writer out(tls12_);
  out.value(HandshakeType::certificate);
  out.vector24([&] { out.vector24(subject_public_key_info); });
}

Bytes CertificateMessages::tls13_in_context(ByteView context) const {
  auto message = CertificateMessage::parse(tls13(ProofsAsked()).subspan(handshake_header_size));
  if (!message) return {};  // it is one of ours, and parses
  message->certificate_request_context = context;
  return encode(*message);
}

std::size_t CertificateMessages::variant(ProofsAsked asked) const noexcept {
  return (asked.ocsp && has_ocsp_ ? 1U : 0U) + (asked.scts && has_scts_ ? 2U : 0U);
}

auto CertificateMessages::find(const CertificateCompressor& by, std::size_t variant) const noexcept
    -> const Compressed* {
  const auto found = std::ranges::find_if(
      compressed_, [&](const auto& one) { return one->by.get() == &by && one->variant == variant; });
  return found == compressed_.end() ? nullptr : found->get();
}

ByteView CertificateMessages::compressed(const std::shared_ptr<const CertificateCompressor>& by,
                                         ProofsAsked asked) const {
  const std::size_t wanted = variant(asked);
  {
    const std::shared_lock lock(guard_);
    if (const Compressed* made = find(*by, wanted)) return made->message;
  }
  // Whoever comes meanwhile waits: it is done once.
  const std::unique_lock lock(guard_);
  if (const Compressed* made = find(*by, wanted)) return made->message;
  if (compressed_.size() == max_compressed) return {};
  compressed_.push_back(std::make_unique<const Compressed>(Compressed{by, wanted, compress(tls13_[wanted], *by)}));
  return compressed_.back()->message;
}

auto CertificateMessages::choose_tls13(ProofsAsked asked, const CertificateCompressors& ours,
                                       const WireList<CertificateCompressionAlgorithm>& theirs) const -> Chosen {
  if (is_raw_key_) return {tls13(asked), std::nullopt};
  for (const auto& compressor : ours) {
    if (!theirs.contains(compressor->algorithm())) continue;
    const ByteView message = compressed(compressor, asked);
    if (!message.empty()) return {message, compressor->algorithm()};
  }
  return {tls13(asked), std::nullopt};
}

}  // namespace keyway::tls
