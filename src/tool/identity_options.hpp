#pragma once
/// \file
/// What `serve` and `get` both take to know each other by without certificates: raw public keys that are pinned (RFC
/// 7250), and keys that both were given (RFC 9258).

#include <memory>
#include <string>
#include <vector>

#include <keyway/config.hpp>
#include <keyway/credential.hpp>
#include <keyway/crypto.hpp>
#include <keyway/error.hpp>
#include <keyway/external_psk.hpp>

namespace CLI {
class App;
}

namespace keyway::tool {

struct IdentityOptions {
  std::vector<std::string> raw_keys;  ///< --rpk: files of private keys
  std::vector<std::string> pins;      ///< --pin: files of public keys, or of certificates
  std::vector<std::string> psks;      ///< --psk: IDENTITY:FILE
  std::string psk_names;              ///< --psk-names: OWN,PEER
  bool has_plain_psks = false;        ///< --psk-plain

  [[nodiscard]] bool shows_raw_key() const noexcept { return !raw_keys.empty(); }
  [[nodiscard]] bool has_psks() const noexcept { return !psks.empty(); }
};

/// Adds --rpk, --pin, --psk, --psk-names and --psk-plain.
void add_identity_options(CLI::App& command, IdentityOptions& options);

/// The options' files, read.
struct Identities {
  std::vector<std::shared_ptr<const Credential>> raw_keys;
  std::vector<Bytes> pins;  ///< SubjectPublicKeyInfo
  std::vector<std::shared_ptr<const ExternalPsk>> psks;
};

/// A key, bound to what --psk-names and --psk-plain say. Errors: those of ExternalPsk.
[[nodiscard]] Result<std::shared_ptr<const ExternalPsk>> bind_psk(const IdentityOptions& options, Side side,
                                                                  const ExternalPsk::Key& key);

/// Errors: InvalidArgument, at the option's name; those of files, of keys and of ExternalPsk.
[[nodiscard]] Result<Identities> load_identities(const IdentityOptions& options, Side side,
                                                 const crypto::Provider& provider);

}  // namespace keyway::tool
