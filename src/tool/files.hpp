#pragma once

#include <sys/stat.h>

#include <filesystem>
#include <memory>

#include <keyway/bytes.hpp>
#include <keyway/error.hpp>

namespace keyway::tool {

/// Whether a file that holds secrets is a regular one that its owner alone may read and write; `about` is what stat()
/// said of it. Errors: FileUnreadable, with the cure.
[[nodiscard]] Result<void> check_is_private(const std::filesystem::path& path, const struct ::stat& about);

/// A file that appears whole or not at all: written without a name, or under a temporary one, and named when it is
/// complete. What is no regular file (a pipe, /dev/null) is written to directly.
class OutputFile {
 public:
  /// Errors: FileUnwritable, FileNotFound (the folder), DiskFull.
  [[nodiscard]] static Result<OutputFile> create(const std::filesystem::path& path);
  OutputFile(OutputFile&&) noexcept;
  OutputFile& operator=(OutputFile&&) noexcept;
  /// Removes what was not committed.
  ~OutputFile();

  [[nodiscard]] Result<void> write(ByteView bytes);
  /// Brings it to disk and gives it its name.
  [[nodiscard]] Result<void> commit();

 private:
  struct Open;
  explicit OutputFile(std::unique_ptr<Open> open) noexcept;
  std::unique_ptr<Open> open_;
};

}  // namespace keyway::tool
