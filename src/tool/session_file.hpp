#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <keyway/bytes.hpp>
#include <keyway/config.hpp>
#include <keyway/error.hpp>
#include <keyway/session.hpp>

namespace keyway::tool {

/// Sessions that are kept in a file between runs (mode 0600: they hold secrets). For one thread and one run at a time.
class SessionFile final : public SessionStore {
 public:
  static constexpr std::size_t max_sessions = 64;  ///< older ones are forgotten

  /// Reads the file; one that is missing or empty holds nothing yet. Errors: FileUnreadable (also for one that others
  /// may read or write, or that holds something else), FileTooLarge.
  [[nodiscard]] static Result<std::shared_ptr<SessionFile>> open(const std::filesystem::path& path);
  SessionFile(const SessionFile&) = delete;
  SessionFile& operator=(const SessionFile&) = delete;
  ~SessionFile() override;

  /// The configuration that reads sessions; it has this store, and outlives what is asked of it.
  void use(const ClientConfig& config) noexcept { config_ = &config; }

  void put(std::string_view key, StoredSession session) override;
  [[nodiscard]] StoredSession take(std::string_view key) override;

  /// Writes what is left and what came: a session that was taken is never in the file again. Errors: FileUnwritable,
  /// FileNotFound, DiskFull.
  [[nodiscard]] Result<void> save() const;

  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

 private:
  struct Entry {
    std::string key;
    Bytes session;  ///< as write_session() has it
  };

  explicit SessionFile(std::filesystem::path path) : path_(std::move(path)) {}
  [[nodiscard]] Result<void> parse(ByteView contents);
  void forget(std::size_t index);

  std::filesystem::path path_;
  std::vector<Entry> entries_;  ///< the newest last
  const ClientConfig* config_ = nullptr;
};

}  // namespace keyway::tool
