#include "authority/layout.hpp"

#include <keyway/secret.hpp>

#include "core/files.hpp"
#include "core/text.hpp"

namespace keyway::authority {

void wipe_text(std::string& text) noexcept {
  for (char& each : text) {
    volatile char& observed = each;
    observed = '\0';
  }
}

Result<std::unique_ptr<crypto::PrivateKey>> read_key(const crypto::Provider& provider,
                                                     const std::filesystem::path& path) {
  auto contents = read_file(path);
  if (!contents) {
    return std::unexpected(std::move(contents.error()).advice("restore the folder from a backup"));
  }
  auto blocks = parse_pem(as_text(*contents));
  wipe(*contents);
  if (!blocks) return std::unexpected(std::move(blocks.error()).at(path.string()));
  Result<std::unique_ptr<crypto::PrivateKey>> key =
      std::unexpected(fail(ErrorCode::InvalidKey).at(path.string()).expected("a PRIVATE KEY block"));
  for (PemBlock& block : *blocks) {
    if (block.label == "PRIVATE KEY") key = provider.private_key(block.data);
    wipe(block.data);
  }
  if (!key) return std::unexpected(std::move(key.error()).at(path.string()));
  return key;
}

Result<void> write_key(const crypto::PrivateKey& key, const std::filesystem::path& path) {
  auto der = key.to_pkcs8();
  if (!der) return std::unexpected(std::move(der.error()));
  std::string pem = to_pem("PRIVATE KEY", *der);
  wipe(*der);
  auto written = write_file(path, as_bytes(pem), 0600);
  wipe_text(pem);
  return written;
}

}  // namespace keyway::authority
