#include "x509/known_authorities.hpp"

#include <algorithm>
#include <utility>

#include "x509/der.hpp"
#include "x509/distinguished_name.hpp"

namespace keyway::x509 {

bool KnownAuthority::is_signed_with(ByteView subject_public_key_info) const noexcept {
  return der::same_bytes(issuer_key, subject_public_key_info);
}

KnownAuthorities::~KnownAuthorities() {
  for (const auto& place : places_) delete place.load(std::memory_order_relaxed);
}

/// The end of a certificate is the end of its signature, in which no two are alike.
std::size_t KnownAuthorities::first_place(ByteView certificate) noexcept {
  std::size_t place = 0;
  for (const std::uint8_t byte : certificate.last(std::min<std::size_t>(certificate.size(), 4))) {
    place = place * 31 + byte;
  }
  return place % capacity;
}

const KnownAuthority* KnownAuthorities::find(ByteView certificate) const noexcept {
  const std::size_t first = first_place(certificate);
  for (std::size_t i = 0; i < places_each; ++i) {
    const KnownAuthority* known = places_[(first + i) % capacity].load(std::memory_order_acquire);
    if (known == nullptr) return nullptr;
    if (der::same_bytes(known->certificate.der(), certificate)) return known;
  }
  return nullptr;
}

void KnownAuthorities::keep(const CertificateView& certificate, ByteView issuer_key, const crypto::Provider& provider) {
  if (certificate.der.size() > max_certificate_size || issuer_key.size() > max_certificate_size) return;
  const std::size_t first = first_place(certificate.der);
  std::unique_ptr<const KnownAuthority> made;
  for (std::size_t i = 0; i < places_each; ++i) {
    auto& place = places_[(first + i) % capacity];
    const KnownAuthority* there = place.load(std::memory_order_acquire);
    if (there == nullptr) {
      if (!made) {
        auto copy = Certificate::from_der(Bytes(certificate.der.begin(), certificate.der.end()));
        auto key = provider.public_key(certificate.subject_public_key_info);
        if (!copy || !key) return;
        made = std::make_unique<const KnownAuthority>(std::move(*copy), name_hash(certificate.subject.der),
                                                      name_hash(certificate.issuer.der),
                                                      Bytes(issuer_key.begin(), issuer_key.end()), std::move(*key));
      }
      if (place.compare_exchange_strong(there, made.get(), std::memory_order_acq_rel)) {
        (void)made.release();
        return;
      }
    }
    // Another thread may have met it at the same time.
    if (der::same_bytes(there->certificate.der(), certificate.der)) return;
  }
}

}  // namespace keyway::x509
