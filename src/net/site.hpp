#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <keyway/bytes.hpp>
#include <keyway/error.hpp>

#include "net/socket.hpp"

namespace keyway::net {

/// What of a request decides the answer. Views: they live for the call.
struct SiteRequest {
  std::string_view method;
  std::string_view target;  ///< as it came
  std::optional<std::string_view> if_none_match = {};
  std::optional<std::string_view> if_modified_since = {};
  std::optional<std::string_view> if_range = {};
  std::optional<std::string_view> range = {};
};

/// An answer with its body: a text, or a stretch of an open file.
struct SiteAnswer {
  unsigned status = 200;
  std::vector<std::pair<std::string, std::string>> fields;
  std::string text;  ///< the body, when there is no file
  Descriptor file;   ///< the body, from `offset` on
  std::uint64_t offset = 0;
  std::uint64_t size = 0;  ///< of the body, also when it is not to be sent (HEAD)

  /// Reads the file's next bytes into `out`, which is at most the rest of the body. Nothing: the file broke or shrank.
  [[nodiscard]] std::optional<std::size_t> read_file(ByteSpan out);
};

/// A folder as a web site: GET and HEAD, index.html or a listing for folders, ETag and Last-Modified, single ranges.
/// Never a file outside of the folder, whatever the target or the links in it say; names that begin with a dot are not
/// shown (but .well-known, RFC 8615).
class Site {
 public:
  /// Errors: FileNotFound, FileUnreadable.
  [[nodiscard]] static Result<Site> open(const std::filesystem::path& folder, bool listings = true);

  [[nodiscard]] SiteAnswer answer(const SiteRequest& request) const;
  /// True when a request for `target` leads to `prefix` (a path as in a target) or below it: by its own path, or by the
  /// links that its file is reached through.
  [[nodiscard]] bool leads_below(std::string_view target, std::string_view prefix) const;
  [[nodiscard]] const std::filesystem::path& folder() const noexcept { return folder_; }

 private:
  [[nodiscard]] std::filesystem::path place_of(const std::vector<std::string>& segments) const;
  Site(std::filesystem::path folder, bool listings) : folder_(std::move(folder)), listings_(listings) {}
  [[nodiscard]] SiteAnswer answer_folder(const std::filesystem::path& path, const std::vector<std::string>& segments,
                                         const SiteRequest& request) const;

  std::filesystem::path folder_;  // canonical
  bool listings_;
};

/// The segments of a request target's path, decoded; nothing when it is malformed or would climb (RFC 9110 17.3).
[[nodiscard]] std::optional<std::vector<std::string>> decode_path(std::string_view target);

/// An answer that says what is wrong, for people.
[[nodiscard]] SiteAnswer error_answer(unsigned status, std::string_view explanation);

}  // namespace keyway::net
