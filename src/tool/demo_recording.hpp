#pragma once
/// \file
/// What somebody on the way can record of a handshake, and what a stolen key makes of it.

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include <keyway/bytes.hpp>
#include <keyway/crypto.hpp>
#include <keyway/error.hpp>
#include <keyway/observer.hpp>

#include "explain/story.hpp"

namespace keyway::tool {

/// Keeps the messages of a TLS 1.2 handshake up to the ClientKeyExchange, which all go in the clear, and the master
/// secret's fingerprint, to compare.
class Recording final : public Observer {
 public:
  using Fingerprint = std::array<std::uint8_t, 8>;

  void on(const EventOrigin& origin, const Event& event) noexcept override;

  [[nodiscard]] const std::vector<Bytes>& messages() const noexcept { return messages_; }
  [[nodiscard]] const std::optional<Fingerprint>& master_secret() const noexcept { return master_secret_; }

 private:
  std::vector<Bytes> messages_;
  bool is_complete_ = false;
  std::optional<Fingerprint> master_secret_;
};

/// Opens a recording of an RSA key transport with the server's private key: the fingerprint of the master secret that
/// comes out. Errors: InvalidArgument (another kind of handshake), those of parsing and of the key.
[[nodiscard]] Result<Recording::Fingerprint> open_recording(const Recording& recording, const crypto::PrivateKey& key,
                                                            const crypto::Provider& provider);

/// The step that tells it.
[[nodiscard]] explain::Step tell_theft(const Recording& recording, const Result<Recording::Fingerprint>& opened);

/// True when what came out is what both sides had.
[[nodiscard]] bool is_opened(const Recording& recording, const Result<Recording::Fingerprint>& opened) noexcept;

}  // namespace keyway::tool
