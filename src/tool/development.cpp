#include "tool/development.hpp"

#include <chrono>
#include <cstdlib>
#include <string>
#include <utility>

#include <fmt/format.h>

#include <keyway/authority.hpp>
#include <keyway/clock.hpp>

#include "authority/layout.hpp"
#include "core/files.hpp"

namespace keyway::tool {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::days lifetime{90};
constexpr std::chrono::days renewed_before_end{7};

[[nodiscard]] Result<authority::Authority> open_or_create(const fs::path& folder,
                                                          const std::shared_ptr<const crypto::Provider>& provider,
                                                          bool& is_new) {
  const authority::Environment environment{.provider = provider, .clock = {}};
  auto opened = authority::Authority::open(folder, environment);
  if (opened || opened.error().code() != ErrorCode::AuthorityMissing) return opened;
  is_new = true;
  authority::CreateOptions options;
  options.organization = "Keyway development";
  return authority::Authority::create(folder, options, environment);
}

/// What was issued before, if it is of this authority and still good for a while.
[[nodiscard]] std::shared_ptr<const Credential> load(const fs::path& chain, const fs::path& key,
                                                     const authority::Authority& authority,
                                                     const crypto::Provider& provider) {
  auto credential = Credential::from_files(chain, key, provider);
  if (!credential || (*credential)->chain().size() < 2) return nullptr;
  const bool is_ours = (*credential)->chain().at(1) == authority.intermediate();
  const bool lasts = (*credential)->leaf().view().not_after > SystemClock().now() + renewed_before_end;
  return is_ours && lasts ? *credential : nullptr;
}

[[nodiscard]] Result<void> issue(authority::Authority& authority, const fs::path& chain, const fs::path& key) {
  authority::IssueRequest request;
  request.names = {"localhost", "127.0.0.1", "::1"};
  request.lifetime = lifetime;
  auto issued = authority.issue(request);
  if (!issued) return std::unexpected(std::move(issued.error()));
  if (auto written = authority::write_key(*issued->key, key); !written) return written;
  return write_file(chain, as_bytes(issued->chain_pem()), 0644);
}

}  // namespace

Result<fs::path> development_folder() {
  const char* data = std::getenv("XDG_DATA_HOME");  // NOLINT(concurrency-mt-unsafe): read once, at start
  if (data != nullptr && *data == '/') return fs::path(data) / "keyway" / "dev";
  const char* home = std::getenv("HOME");  // NOLINT(concurrency-mt-unsafe): read once, at start
  if (home != nullptr && *home == '/') return fs::path(home) / ".local" / "share" / "keyway" / "dev";
  return std::unexpected(fail(ErrorCode::InvalidArgument)
                             .at("the development certificate")
                             .expected("HOME or XDG_DATA_HOME in the environment")
                             .advice("set one of them, or name a certificate with --cert and --key"));
}

Result<Development> prepare_development(const fs::path& folder,
                                        const std::shared_ptr<const crypto::Provider>& provider) {
  if (auto made = make_folder(folder, 0700); !made) return std::unexpected(std::move(made.error()));
  auto lock = FolderLock::take(folder);  // two servers may start at once
  if (!lock) return std::unexpected(std::move(lock.error()));

  Development development;
  auto authority = open_or_create(folder / "authority", provider, development.is_new);
  if (!authority) return std::unexpected(std::move(authority.error()));
  development.root = authority->root_file();
  const fs::path chain = folder / "localhost.pem";
  const fs::path key = folder / "localhost-key.pem";
  development.credential = load(chain, key, *authority, *provider);
  if (development.credential) return development;

  if (auto issued = issue(*authority, chain, key); !issued) return std::unexpected(std::move(issued.error()));
  auto credential = Credential::from_files(chain, key, *provider);
  if (!credential) return std::unexpected(std::move(credential.error()));
  development.credential = std::move(*credential);
  return development;
}

std::string trust_instructions(const fs::path& root) {
  const std::string& file = root.native();
  return fmt::format(
      "This server shows a certificate for localhost from an authority of your own. To have it trusted:\n"
      "  keyway     keyway get https://localhost:8443/ --cacert {0}\n"
      "  curl       curl --cacert {0} https://localhost:8443/\n"
      "  Chromium   certutil -d sql:$HOME/.pki/nssdb -A -t C,, -n keyway-dev -i {0}\n"
      "  Firefox    Settings, Certificates, Authorities, Import: {0}\n"
      "  Debian     sudo cp {0} /usr/local/share/ca-certificates/keyway-dev.crt && sudo update-ca-certificates\n",
      file);
}

}  // namespace keyway::tool
