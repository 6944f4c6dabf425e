#include "tls/schedule/ech_confirmation.hpp"

#include <string_view>

#include "crypto/hkdf.hpp"
#include "crypto/hmac.hpp"

namespace keyway::tls {

EchConfirmation make_ech_confirmation(const crypto::HashFunction& hash, const HelloRandom& inner_random,
                                      EchConfirmationPlace place, const TranscriptHash& transcript) noexcept {
  const std::string_view label =
      place == EchConfirmationPlace::server_hello ? "ech accept confirmation" : "hrr ech accept confirmation";
  HashSecret extracted;
  crypto::hkdf_extract(hash, {}, inner_random, extracted);
  EchConfirmation confirmation{};
  (void)crypto::hkdf_expand_label(crypto::HmacKey(hash, extracted.view()), label, transcript.view(), confirmation);
  return confirmation;
}

}  // namespace keyway::tls
