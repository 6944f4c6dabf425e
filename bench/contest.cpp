#include "contest.hpp"

#include <algorithm>
#include <cstdlib>
#include <iostream>

namespace keyway::bench {

Nanoseconds Samples::median() const {
  if (samples_.empty()) return Nanoseconds(0);
  std::vector<Nanoseconds> sorted = samples_;
  const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
  std::ranges::nth_element(sorted, middle);
  return *middle;
}

std::string_view to_string(Form form) noexcept {
  switch (form) {
    case Form::full:
      return "full";
    case Form::hybrid:
      return "hybrid";
    case Form::mutual:
      return "mutual";
    case Form::resumed:
      return "resumed";
    case Form::full_tls12:
      return "tls12_full";
    case Form::resumed_tls12:
      return "tls12_resumed";
  }
  return "unknown";
}

CipherSuite HandshakeKind::cipher_suite() const noexcept {
  if (!is_tls12(form)) return suite;
  return key == LeafKey::ecdsa_p256 ? CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
                                    : CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256;
}

std::string HandshakeKind::name() const {
  return std::string(to_string(key)) + "/" + std::string(to_string(form));
}

void give_up(std::string_view why) {
  std::cerr << "keyway-bench: " << why << '\n';
  std::exit(1);
}

}  // namespace keyway::bench
