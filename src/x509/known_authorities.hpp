#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include <keyway/certificate.hpp>
#include <keyway/crypto.hpp>

namespace keyway::x509 {

/// The certificate of an authority that stood in an accepted path, as a peer had sent it.
struct KnownAuthority {
  Certificate certificate;
  std::uint64_t subject_hash = 0;  ///< name_hash() of its names
  std::uint64_t issuer_hash = 0;
  Bytes issuer_key;  ///< SubjectPublicKeyInfo that the certificate's signature was verified with, and holds
  std::unique_ptr<crypto::PublicKey> key;

  [[nodiscard]] bool is_signed_with(ByteView subject_public_key_info) const noexcept;
};

/// Authorities' certificates that a Verifier has met in paths that it accepted: one that comes again, byte for byte, is
/// not parsed again, nor is its signature verified by the same key. That a signature holds is a fact that no time
/// changes; all rules are asked anew each time. Leaves are never kept, so what comes once takes no room.
///
/// Nothing is forgotten, and what comes when all room is taken is not kept: readers need no lock, and those who could
/// fill it are authorities under a trusted one. Thread-safe.
class KnownAuthorities {
 public:
  static constexpr std::size_t capacity = 128;
  static constexpr std::size_t max_certificate_size = 8192;

  KnownAuthorities() = default;
  KnownAuthorities(const KnownAuthorities&) = delete;
  KnownAuthorities& operator=(const KnownAuthorities&) = delete;
  ~KnownAuthorities();

  /// Null for one that is not known. What is given lives as long as this.
  [[nodiscard]] const KnownAuthority* find(ByteView certificate) const noexcept;
  /// Keeps a certificate whose signature `issuer_key` (SubjectPublicKeyInfo) was seen to hold, if there is room.
  void keep(const CertificateView& certificate, ByteView issuer_key, const crypto::Provider& provider);

 private:
  /// Of the places that a certificate can have, which begin at one that its last bytes give.
  static constexpr std::size_t places_each = 8;
  [[nodiscard]] static std::size_t first_place(ByteView certificate) noexcept;

  std::array<std::atomic<const KnownAuthority*>, capacity> places_{};
};

}  // namespace keyway::x509
