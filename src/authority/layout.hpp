#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include <keyway/crypto.hpp>
#include <keyway/error.hpp>

/// Where things are in an authority's folder.
namespace keyway::authority {

[[nodiscard]] inline std::filesystem::path register_file(const std::filesystem::path& folder) {
  return folder / "register.db";
}

/// Private keys, PKCS#8 in PEM, each named after its key identifier.
inline constexpr auto key_folder = "keys";

/// Overwrites a text that held a secret, in a way that no optimiser removes.
void wipe_text(std::string& text) noexcept;

/// Reads a private key of the folder. Errors: as read_file(), InvalidPem, and those of Provider::private_key().
[[nodiscard]] Result<std::unique_ptr<crypto::PrivateKey>> read_key(const crypto::Provider& provider,
                                                                   const std::filesystem::path& path);

/// Writes a private key, mode 0600. Errors: as write_file().
[[nodiscard]] Result<void> write_key(const crypto::PrivateKey& key, const std::filesystem::path& path);

}  // namespace keyway::authority
