#pragma once
/// \file
/// What `get`, `inspect` and `verify` take to say which Certificate Transparency logs are believed.

#include <memory>
#include <string>

#include <keyway/crypto.hpp>
#include <keyway/error.hpp>
#include <keyway/trust.hpp>

namespace CLI {
class App;
}

namespace keyway::tool {

struct TransparencyOptions {
  std::string logs;            ///< a file; empty: timestamps are not looked at
  std::string policy = "off";  ///< "off", "chrome"
};

/// Adds --ct-logs and --ct-policy.
void add_transparency_options(CLI::App& command, TransparencyOptions& options);

/// The logs of a JSON text in the form of Google's log_list.json, version 3. A log of which Keyway can't use the key is
/// left out. Errors: FileUnreadable, with what is missing.
[[nodiscard]] Result<x509::CtLogList> read_log_list(std::string_view json,
                                                    std::shared_ptr<const crypto::Provider> provider);

/// The logs of the file; null without one. Errors: those of files, and of read_log_list; InvalidArgument for a policy
/// without logs.
[[nodiscard]] Result<std::shared_ptr<const x509::CtLogList>> load_ct_logs(
    const TransparencyOptions& options, const std::shared_ptr<const crypto::Provider>& provider);
[[nodiscard]] x509::CtPolicy ct_policy(const TransparencyOptions& options) noexcept;

/// Sets ct_logs and ct_policy. Errors: as load_ct_logs().
[[nodiscard]] Result<void> apply(const TransparencyOptions& options,
                                 const std::shared_ptr<const crypto::Provider>& provider,
                                 x509::Verifier::Options& verifier);

}  // namespace keyway::tool
