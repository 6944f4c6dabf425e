#pragma once
/// \file
/// `serve --psk-file`: keys that clients are looked up in.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <keyway/error.hpp>
#include <keyway/external_psk.hpp>

#include "tool/identity_options.hpp"

namespace keyway::tool {

/// A file of keys, one a line: IDENTITY:KEY, the key in hexadecimal. Empty lines, and lines that begin with #, are
/// passed over. It is read again when it has changed; while it then can't be read, what was read before stays good. It
/// is as secret as its keys: its owner alone may read it. Thread-safe.
class PskFile final : public PskResolver {
 public:
  static constexpr std::size_t max_size = std::size_t{1} << 26U;

  /// `tell` gets lines for a log: what was read, who is not known. Errors: those of files and of ExternalPsk, with the
  /// line.
  [[nodiscard]] static Result<std::shared_ptr<const PskFile>> open(std::filesystem::path path,
                                                                   const IdentityOptions& binding,
                                                                   std::function<void(std::string_view)> tell);

  [[nodiscard]] std::shared_ptr<const ExternalPsk> resolve(std::span<const OfferedPsk> offered,
                                                           const ClientHelloView& hello) const override;

 private:
  using Keys = std::map<std::string, std::shared_ptr<const ExternalPsk>, std::less<>>;
  /// What changes with the file.
  struct Stamp {
    std::int64_t seconds = 0;
    std::int64_t nanoseconds = 0;
    std::uint64_t number = 0;
    std::int64_t size = 0;
    friend bool operator==(const Stamp&, const Stamp&) = default;
  };

  PskFile(std::filesystem::path path, const IdentityOptions& binding, std::function<void(std::string_view)> tell)
      : path_(std::move(path)), binding_(binding), tell_(std::move(tell)) {}
  [[nodiscard]] Result<std::shared_ptr<const Keys>> read() const;
  [[nodiscard]] Result<std::shared_ptr<const Keys>> parse(std::string_view text) const;
  [[nodiscard]] std::shared_ptr<const Keys> present_keys() const;
  void tell_unknown(std::span<const OfferedPsk> offered, const Keys& keys) const;

  std::filesystem::path path_;
  IdentityOptions binding_;
  std::function<void(std::string_view)> tell_;
  mutable std::mutex guard_;  // of what is below
  mutable std::shared_ptr<const Keys> keys_;
  mutable std::optional<Stamp> stamp_;  // of when the file was looked at last; nothing: it was not there
};

}  // namespace keyway::tool
