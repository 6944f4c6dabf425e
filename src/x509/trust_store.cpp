#include <algorithm>
#include <array>
#include <cstdlib>
#include <set>
#include <system_error>
#include <unordered_map>
#include <utility>

#include <keyway/trust.hpp>

#include "core/files.hpp"
#include "core/text.hpp"
#include "x509/anchor_limits.hpp"
#include "x509/distinguished_name.hpp"

namespace keyway::x509 {
namespace {

namespace fs = std::filesystem;

/// More than any collection of authorities; a larger file is something else.
constexpr std::size_t max_file_size = std::size_t{32} << 20U;

/// Where Linux distributions keep their authorities, as one file.
constexpr std::array system_files{
    "/etc/ssl/certs/ca-certificates.crt",                 // Debian, Ubuntu, Arch, Gentoo, Alpine
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  // Fedora, RHEL
    "/etc/pki/tls/certs/ca-bundle.crt",                   // older Fedora, RHEL
    "/etc/ssl/ca-bundle.pem",                             // openSUSE
    "/etc/ssl/cert.pem",                                  // Alpine, BSDs
};
constexpr auto system_folder = "/etc/ssl/certs";

std::vector<fs::path> files_of(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    std::error_code ignored;
    if (entry->is_regular_file(ignored)) files.push_back(entry->path());
  }
  std::ranges::sort(files);
  return files;
}

/// Adds what parses of a file and counts what does not: one odd certificate must not take all others away.
void add_tolerantly(const fs::path& path, TrustStore& store, std::size_t& skipped) {
  const auto bytes = read_file(path, max_file_size);
  if (!bytes) return;
  auto blocks = parse_pem(as_text(*bytes));
  if (!blocks || blocks->empty()) {
    auto all = Certificate::all_from(*bytes);
    if (!all) {
      ++skipped;
      return;
    }
    for (Certificate& certificate : *all) store.add(std::move(certificate));
    return;
  }
  for (PemBlock& block : *blocks) {
    if (block.label != "CERTIFICATE" && block.label != "X509 CERTIFICATE") continue;
    auto certificate = Certificate::from_der(std::move(block.data));
    if (certificate) {
      store.add(std::move(*certificate));
    } else {
      ++skipped;
    }
  }
}

}  // namespace

struct TrustStore::Index {
  /// The anchors of one subject.
  struct Group {
    std::vector<std::uint32_t> anchors;
  };

  std::vector<Certificate> anchors;
  std::unordered_map<std::size_t, AnchorLimits> limits;  ///< of the few that have any
  /// By name_hash(); names that merely hash alike stand in one bucket as groups of their own.
  std::unordered_map<std::uint64_t, std::vector<Group>> by_subject;
  std::size_t skipped = 0;

  [[nodiscard]] ByteView subject_of(const Group& group) const {
    return anchors[group.anchors.front()].view().subject.der;
  }
};

TrustStore::TrustStore() : index_(std::make_unique<Index>()) {}
TrustStore::~TrustStore() = default;
TrustStore::TrustStore(TrustStore&&) noexcept = default;
TrustStore& TrustStore::operator=(TrustStore&&) noexcept = default;

void TrustStore::add(Certificate anchor) {
  if (find(anchor.der())) return;
  const ByteView subject = anchor.view().subject.der;
  auto& bucket = index_->by_subject[name_hash(subject)];
  auto group = std::ranges::find_if(
      bucket, [&](const Index::Group& other) { return same_name(index_->subject_of(other), subject); });
  if (group == bucket.end()) group = bucket.insert(bucket.end(), Index::Group{});
  group->anchors.push_back(static_cast<std::uint32_t>(index_->anchors.size()));
  index_->anchors.push_back(std::move(anchor));
}

Result<void> TrustStore::add(Certificate anchor, AnchorLimits limits) {
  if (auto completed = complete(limits); !completed) {
    return std::unexpected(std::move(completed.error()).at("AnchorLimits of " + anchor.view().subject.to_string()));
  }
  const auto known = find(anchor.der());
  const std::size_t index = known ? *known : size();
  add(std::move(anchor));
  index_->limits.insert_or_assign(index, std::move(limits));
  return {};
}

const AnchorLimits* TrustStore::limits(std::size_t index) const noexcept {
  const auto found = index_->limits.find(index);
  return found == index_->limits.end() ? nullptr : &found->second;
}

std::size_t TrustStore::size() const noexcept {
  return index_->anchors.size();
}
std::size_t TrustStore::skipped() const noexcept {
  return index_->skipped;
}
const Certificate& TrustStore::at(std::size_t index) const {
  return index_->anchors.at(index);
}

std::span<const std::uint32_t> TrustStore::with_subject(ByteView subject) const noexcept {
  return with_subject(subject, name_hash(subject));
}

std::span<const std::uint32_t> TrustStore::with_subject(ByteView subject, std::uint64_t hash) const noexcept {
  const auto bucket = index_->by_subject.find(hash);
  if (bucket == index_->by_subject.end()) return {};
  for (const Index::Group& group : bucket->second) {
    if (same_name(index_->subject_of(group), subject)) return group.anchors;
  }
  return {};
}

std::optional<std::uint32_t> TrustStore::find(ByteView der) const noexcept {
  // Nearly every question is answered by the length, so no index is kept for it.
  for (std::size_t i = 0; i < index_->anchors.size(); ++i) {
    const ByteView anchor = index_->anchors[i].der();
    if (std::ranges::equal(anchor, der)) return static_cast<std::uint32_t>(i);
  }
  return std::nullopt;
}

Result<TrustStore> TrustStore::from_file(const std::filesystem::path& path) {
  TrustStore store;
  std::error_code error;
  const bool is_folder = fs::is_directory(path, error);
  const std::vector<fs::path> files = is_folder ? files_of(path) : std::vector<fs::path>{path};
  for (const fs::path& file : files) {
    const auto bytes = read_file(file, max_file_size);
    if (!bytes) return std::unexpected(bytes.error());
    auto all = Certificate::all_from(*bytes);
    if (!all) {
      return std::unexpected(std::move(all.error())
                                 .at(file.string())
                                 .advice("give a file of certificates, each between -----BEGIN CERTIFICATE----- and "
                                         "-----END CERTIFICATE-----, or one in DER"));
    }
    for (Certificate& certificate : *all) store.add(std::move(certificate));
  }
  if (store.empty()) {
    return std::unexpected(fail(ErrorCode::StoreEmpty).at(path.string()).received("a folder without certificates"));
  }
  return store;
}

Result<TrustStore> TrustStore::system() {
  TrustStore store;
  std::string places;
  // Folders have each certificate under two names, and perhaps in one file with all others.
  std::set<FileIdentity> read;
  const auto look_at_file = [&](const fs::path& path) {
    const auto identity = identity_of_file(path);
    if (identity && read.insert(*identity).second) add_tolerantly(path, store, store.index_->skipped);
  };
  const auto look_at = [&](const fs::path& path) {
    if (!places.empty()) places += ", ";
    places += path.string();
    std::error_code error;
    if (!fs::is_directory(path, error)) return look_at_file(path);
    for (const fs::path& file : files_of(path)) look_at_file(file);
  };

  const char* const file = std::getenv("SSL_CERT_FILE");   // NOLINT(concurrency-mt-unsafe): read once, at start
  const char* const folder = std::getenv("SSL_CERT_DIR");  // NOLINT(concurrency-mt-unsafe): read once, at start
  const bool has_file = file != nullptr && *file != '\0';
  const bool has_folder = folder != nullptr && *folder != '\0';
  if (has_file) look_at(file);
  if (has_folder) look_at(folder);
  if (!has_file && !has_folder) {
    for (const char* const place : system_files) {
      if (store.empty()) look_at(place);
    }
    if (store.empty()) look_at(system_folder);
  }
  if (store.empty()) {
    return std::unexpected(fail(ErrorCode::StoreEmpty)
                               .at("the system's trust store")
                               .received("nothing in " + places)
                               .advice("install the package ca-certificates, or name a file of authorities"));
  }
  return store;
}

}  // namespace keyway::x509
