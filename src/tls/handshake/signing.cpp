#include "tls/handshake/signing.hpp"

#include <string>

namespace keyway::tls {

Result<std::optional<Bytes>> sign_here(const WantedSignature& wanted) {
  const crypto::PrivateKey* key = wanted.credential->key();
  if (key == nullptr) return std::nullopt;
  const auto algorithm = crypto::algorithm_of(wanted.scheme);
  if (!algorithm) return std::unexpected(fail(ErrorCode::InternalError).received(to_string(wanted.scheme)));
  Bytes signature;
  if (auto made = key->sign(*algorithm, wanted.content, signature); !made) {
    return std::unexpected(std::move(made.error()));
  }
  return signature;
}

Result<ByteView> take_signature(const Answer& answer, std::string_view state) {
  if (const auto* refuse = std::get_if<answer::Refuse>(&answer)) {
    return std::unexpected(fail(ErrorCode::RejectedByApplication).at(state).alert(refuse->alert));
  }
  const Bytes& signature = std::get<answer::Signature>(answer).signature;
  if (!signature.empty() && signature.size() <= crypto::max_signature_size) return signature;
  return std::unexpected(fail(ErrorCode::SigningFailed)
                             .at(state)
                             .expected("1 to " + std::to_string(crypto::max_signature_size) + " bytes")
                             .received(std::to_string(signature.size())));
}

}  // namespace keyway::tls
