#pragma once

#include <filesystem>

#include <keyway/authority.hpp>

#include "authority/profile.hpp"

namespace keyway::authority {

/// Makes the folder, the register and the two keys with their certificates. `environment` is complete. Errors: as
/// Authority::create().
[[nodiscard]] Result<void> create_authority(const std::filesystem::path& folder, const CreateOptions& options,
                                            const Environment& environment);

/// Serial, key and key identifier of a new certificate; issuer and validity are left for the caller.
[[nodiscard]] Result<CertificateBasis> make_basis(const crypto::Provider& provider, const crypto::PrivateKey& key,
                                                  Bytes subject);

}  // namespace keyway::authority
