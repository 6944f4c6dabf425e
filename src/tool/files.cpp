#include "tool/files.hpp"

#include <cerrno>
#include <cstdlib>
#include <string>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "core/files.hpp"
#include "net/socket.hpp"

namespace keyway::tool {
namespace {

namespace fs = std::filesystem;

[[nodiscard]] std::unexpected<Error> failed(const fs::path& path) {
  return std::unexpected(file_error(errno, path, ErrorCode::FileUnwritable));
}

[[nodiscard]] fs::path folder_of(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

}  // namespace

struct OutputFile::Open {
  fs::path path;
  net::Descriptor descriptor;
  fs::path temporary;  // empty: the file has no name yet, or is written to directly
  bool is_direct = false;

  ~Open() {
    if (!temporary.empty()) ::unlink(temporary.c_str());
  }

  /// A file without a name: a kill leaves nothing behind. Not every file system has them.
  [[nodiscard]] bool open_without_name() {
    descriptor = net::Descriptor(::open(folder_of(path).c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666));
    return descriptor.fd() >= 0;
  }
  [[nodiscard]] bool open_temporary() {
    std::string name = (folder_of(path) / ("." + path.filename().native() + ".XXXXXX")).native();
    descriptor = net::Descriptor(::mkostemp(name.data(), O_CLOEXEC));
    if (descriptor.fd() < 0) return false;
    temporary = name;
    const ::mode_t mask = ::umask(0);
    ::umask(mask);
    return ::fchmod(descriptor.fd(), 0666U & ~mask) == 0;
  }
  /// Gives a nameless file a name of its own, beside the one that it is to replace.
  [[nodiscard]] bool name_it() {
    const std::string from = "/proc/self/fd/" + std::to_string(descriptor.fd());
    const fs::path name =
        folder_of(path) / ("." + path.filename().native() + "." + std::to_string(::getpid()) + ".part");
    ::unlink(name.c_str());
    if (::linkat(AT_FDCWD, from.c_str(), AT_FDCWD, name.c_str(), AT_SYMLINK_FOLLOW) != 0) return false;
    temporary = name;
    return true;
  }
};

OutputFile::OutputFile(std::unique_ptr<Open> open) noexcept : open_(std::move(open)) {}
OutputFile::OutputFile(OutputFile&&) noexcept = default;
OutputFile& OutputFile::operator=(OutputFile&&) noexcept = default;
OutputFile::~OutputFile() = default;

Result<void> check_is_private(const std::filesystem::path& path, const struct ::stat& about) {
  constexpr ::mode_t others = S_IRWXG | S_IRWXO;
  if (S_ISREG(about.st_mode) && (about.st_mode & others) == 0) return {};
  return std::unexpected(fail(ErrorCode::FileUnreadable)
                             .at(path.string())
                             .expected("a file that its owner alone may read and write (mode 0600)")
                             .received(S_ISREG(about.st_mode) ? fmt::format("mode {:04o}", about.st_mode & 07777U)
                                                              : "something that is no regular file")
                             .advice("name another file, or: chmod 600 " + path.string()));
}

Result<OutputFile> OutputFile::create(const fs::path& path) {
  auto open = std::make_unique<Open>();
  open->path = path;
  struct ::stat about{};
  const bool exists = ::stat(path.c_str(), &about) == 0;
  if (exists && !S_ISREG(about.st_mode)) {
    open->is_direct = true;
    open->descriptor = net::Descriptor(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (open->descriptor.fd() < 0) return failed(path);
    return OutputFile(std::move(open));
  }
  // A link is followed: the file that it names is the one to replace.
  std::error_code ignored;
  if (fs::path real = fs::canonical(path, ignored); exists && !ignored) open->path = std::move(real);
  if (exists && ::access(open->path.c_str(), W_OK) != 0) return failed(path);
  if (!open->open_without_name() && !open->open_temporary()) return failed(path);
  return OutputFile(std::move(open));
}

Result<void> OutputFile::write(ByteView bytes) {
  while (!bytes.empty()) {
    const ::ssize_t count = ::write(open_->descriptor.fd(), bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failed(open_->path);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
  return {};
}

Result<void> OutputFile::commit() {
  if (open_->is_direct) return {};
  if (::fsync(open_->descriptor.fd()) != 0) return failed(open_->path);
  if (open_->temporary.empty() && !open_->name_it()) return failed(open_->path);
  if (::rename(open_->temporary.c_str(), open_->path.c_str()) != 0) return failed(open_->path);
  open_->temporary.clear();
  return {};
}

}  // namespace keyway::tool
