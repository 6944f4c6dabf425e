#pragma once

#include <sys/types.h>

#include <compare>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>

#include <keyway/bytes.hpp>
#include <keyway/error.hpp>

namespace keyway {

/// May a file of that name be there already?
enum class Existing : std::uint8_t { replace, refuse };

/// Writes a file so that a kill or a power cut leaves the old file, or none, or the whole new one: a temporary file
/// beside it, flushed to disk, then given its name in one step, which is flushed too. Errors: FileUnwritable (also
/// for a file that is there and is to be kept), DiskFull, FileNotFound for the folder, each with the path and the cure.
[[nodiscard]] Result<void> write_file(const std::filesystem::path& path, ByteView contents, mode_t mode,
                                      Existing existing = Existing::replace);

/// A whole file of at most `limit` bytes. Errors: FileNotFound, FileUnreadable, FileEmpty, FileTooLarge.
[[nodiscard]] Result<Bytes> read_file(const std::filesystem::path& path, std::size_t limit = std::size_t{1} << 20U);

/// Which file a path leads to, whatever ways lead there.
struct FileIdentity {
  std::uint64_t device = 0;
  std::uint64_t number = 0;
  friend auto operator<=>(const FileIdentity&, const FileIdentity&) = default;
};
/// Nothing where it leads nowhere, or not to a file.
[[nodiscard]] std::optional<FileIdentity> identity_of_file(const std::filesystem::path& path) noexcept;

/// Makes a folder with this mode, and the ones above it with the usual mode; content with one that is there, whose
/// mode it leaves. Errors: FileUnwritable, DiskFull.
[[nodiscard]] Result<void> make_folder(const std::filesystem::path& path, mode_t mode);

/// Holds the exclusive lock of a folder between the processes that ask for it, until it goes.
class FolderLock {
 public:
  /// Waits for it. Errors: FileUnreadable.
  [[nodiscard]] static Result<FolderLock> take(const std::filesystem::path& folder);
  FolderLock(FolderLock&& other) noexcept;
  FolderLock& operator=(FolderLock&&) = delete;
  ~FolderLock();

 private:
  explicit FolderLock(int descriptor) noexcept : descriptor_(descriptor) {}
  int descriptor_;
};

/// The error of a system call that touched `path`, with the cure. `otherwise` is for what has no code of its own.
[[nodiscard]] Error file_error(int error_number, const std::filesystem::path& path, ErrorCode otherwise);

/// The end of a temporary file's name: what is left of a killed write.
inline constexpr std::string_view temporary_suffix = ".part";

}  // namespace keyway
