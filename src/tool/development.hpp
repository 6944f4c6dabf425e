#pragma once

#include <filesystem>
#include <memory>

#include <keyway/credential.hpp>
#include <keyway/crypto.hpp>
#include <keyway/error.hpp>

namespace keyway::tool {

/// A certificate for this machine alone, of an authority of this user's own.
struct Development {
  std::shared_ptr<const Credential> credential;  ///< for localhost, 127.0.0.1 and ::1
  std::filesystem::path root;                    ///< PEM, for whoever is to trust it
  bool is_new = false;                           ///< the authority was made just now
};

/// The folder of it: $XDG_DATA_HOME/keyway/dev, else ~/.local/share/keyway/dev. Errors: InvalidArgument without a home.
[[nodiscard]] Result<std::filesystem::path> development_folder();

/// Opens what is in `folder`, and makes what is missing or near its end. Errors: those of authorities and files.
[[nodiscard]] Result<Development> prepare_development(const std::filesystem::path& folder,
                                                      const std::shared_ptr<const crypto::Provider>& provider);

/// How to make browsers and programs trust `root`.
[[nodiscard]] std::string trust_instructions(const std::filesystem::path& root);

}  // namespace keyway::tool
