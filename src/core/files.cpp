#include "core/files.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <system_error>
#include <utility>

namespace keyway {
namespace {

/// A file descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int value) noexcept : value_(value) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  [[nodiscard]] int get() const noexcept { return value_; }
  [[nodiscard]] bool valid() const noexcept { return value_ >= 0; }

 private:
  int value_;
};

/// A temporary file that is removed unless it has been given its name.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::filesystem::path& target)
      : path_((target.parent_path() / ("." + target.filename().string() + ".XXXXXX")).string() +
              std::string(temporary_suffix)),
        descriptor_(::mkostemps(path_.data(), static_cast<int>(temporary_suffix.size()), O_CLOEXEC)) {}
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() {
    if (descriptor_.valid() && !published_) ::unlink(path_.c_str());
  }

  [[nodiscard]] bool valid() const noexcept { return descriptor_.valid(); }

  /// Zero, or the error number.
  [[nodiscard]] int fill(ByteView contents, mode_t mode) const {
    if (::fchmod(descriptor_.get(), mode) != 0) return errno;
    while (!contents.empty()) {
      const ssize_t written = ::write(descriptor_.get(), contents.data(), contents.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return errno;
      contents = contents.subspan(static_cast<std::size_t>(written));
    }
    return ::fsync(descriptor_.get()) == 0 ? 0 : errno;
  }

  [[nodiscard]] int publish(const std::filesystem::path& target, Existing existing) {
    // link() fails where the name is taken, which rename() would not; the temporary name then goes with this object.
    if (existing == Existing::refuse) return ::link(path_.c_str(), target.c_str()) == 0 ? 0 : errno;
    published_ = ::rename(path_.c_str(), target.c_str()) == 0;
    return published_ ? 0 : errno;
  }

 private:
  std::string path_;
  Descriptor descriptor_;
  bool published_ = false;
};

int flush_folder(const std::filesystem::path& folder) {
  const Descriptor descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!descriptor.valid()) return errno;
  return ::fsync(descriptor.get()) == 0 ? 0 : errno;
}

std::filesystem::path folder_of(const std::filesystem::path& path) {
  return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

std::string cure_of(int error_number) {
  switch (error_number) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return "free some space, then run the command again";
    case ENOENT:
      return "check the spelling of the path, or make the folder first";
    case EACCES:
    case EPERM:
      return "check who owns it, or run the command as that user";
    case EROFS:
      return "choose a folder on a file system that can be written";
    case EEXIST:
      return "move it away, or choose another folder";
    case EISDIR:
    case ENOTDIR:
      return "check the path: a file stands where a folder should be, or the other way round";
    default:
      return {};
  }
}

}  // namespace

Error file_error(int error_number, const std::filesystem::path& path, ErrorCode otherwise) {
  ErrorCode code = otherwise;
  if (error_number == ENOSPC || error_number == EDQUOT || error_number == EFBIG) code = ErrorCode::DiskFull;
  if (error_number == ENOENT) code = ErrorCode::FileNotFound;
  return fail(code)
      .at(path.string())
      .received(std::generic_category().message(error_number))
      .advice(cure_of(error_number));
}

Result<void> write_file(const std::filesystem::path& path, ByteView contents, mode_t mode, Existing existing) {
  const auto error = [&](int number) { return std::unexpected(file_error(number, path, ErrorCode::FileUnwritable)); };
  TemporaryFile temporary(folder_of(path) / path.filename());
  if (!temporary.valid()) return error(errno);
  if (const int number = temporary.fill(contents, mode); number != 0) return error(number);
  if (const int number = temporary.publish(path, existing); number != 0) return error(number);
  if (const int number = flush_folder(folder_of(path)); number != 0) return error(number);
  return {};
}

Result<Bytes> read_file(const std::filesystem::path& path, std::size_t limit) {
  const auto error = [&](int number) { return std::unexpected(file_error(number, path, ErrorCode::FileUnreadable)); };
  const Descriptor descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!descriptor.valid()) return error(errno);
  Bytes contents;
  std::array<std::uint8_t, 16384> block{};
  while (true) {
    const ssize_t count = ::read(descriptor.get(), block.data(), block.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return error(errno);
    if (count == 0) break;
    const ByteView taken = ByteView(block).first(static_cast<std::size_t>(count));
    contents.insert(contents.end(), taken.begin(), taken.end());
    if (contents.size() > limit) {
      return std::unexpected(
          fail(ErrorCode::FileTooLarge).at(path.string()).expected("at most " + std::to_string(limit) + " bytes"));
    }
  }
  if (contents.empty()) return std::unexpected(fail(ErrorCode::FileEmpty).at(path.string()));
  return contents;
}

std::optional<FileIdentity> identity_of_file(const std::filesystem::path& path) noexcept {
  struct stat facts{};
  if (::stat(path.c_str(), &facts) != 0 || !S_ISREG(facts.st_mode)) return std::nullopt;
  return FileIdentity{facts.st_dev, facts.st_ino};
}

Result<void> make_folder(const std::filesystem::path& path, mode_t mode) {
  const auto error = [&](int number) { return std::unexpected(file_error(number, path, ErrorCode::FileUnwritable)); };
  std::error_code failure;
  if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), failure);
  if (failure) return error(failure.value());
  if (::mkdir(path.c_str(), mode) == 0) return {};
  if (errno != EEXIST) return error(errno);
  if (!std::filesystem::is_directory(path, failure)) return error(ENOTDIR);
  return {};
}

Result<FolderLock> FolderLock::take(const std::filesystem::path& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return std::unexpected(file_error(errno, folder, ErrorCode::FileUnreadable));
  FolderLock lock(descriptor);
  while (::flock(descriptor, LOCK_EX) != 0) {
    if (errno != EINTR) return std::unexpected(file_error(errno, folder, ErrorCode::FileUnreadable));
  }
  return lock;
}

FolderLock::FolderLock(FolderLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

FolderLock::~FolderLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace keyway
