#include <keyway/key_log.hpp>

#include <array>
#include <cerrno>
#include <charconv>
#include <memory>
#include <mutex>
#include <string_view>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <keyway/secret.hpp>

namespace keyway {
namespace {

/// The longest label, a generation, the random, a secret of SHA-512's size and what stands between them.
using Line = SecretBuffer<384>;

/// Writes text to the end of a line that wipes itself; what does not fit is left out, and told by fits().
class LineWriter {
 public:
  explicit LineWriter(Line& line) noexcept : line_(&line) {}

  void text(std::string_view characters) noexcept {
    for (const char c : characters) put(static_cast<std::uint8_t>(c));
  }
  void number(std::uint32_t value) noexcept {
    std::array<char, 10> digits{};
    const auto written = std::to_chars(digits.begin(), digits.end(), value);
    text(std::string_view(digits.begin(), written.ptr));
  }
  void hex(ByteView bytes) noexcept {
    for (const std::uint8_t byte : bytes) {
      put(digit(byte >> 4U));
      put(digit(byte & 0xfU));
    }
  }
  [[nodiscard]] bool fits() const noexcept { return fits_; }

 private:
  /// By arithmetic: a table would be read at a place that the secret decides.
  [[nodiscard]] static std::uint8_t digit(unsigned nibble) noexcept {
    const unsigned above_nine = ((9U - nibble) >> 8U) & 1U;
    return static_cast<std::uint8_t>('0' + nibble + above_nine * ('a' - '0' - 10));
  }
  void put(std::uint8_t byte) noexcept {
    const std::size_t at = line_->size();
    if (at == Line::capacity()) {
      fits_ = false;
      return;
    }
    line_->resize(at + 1);
    line_->span()[at] = byte;
  }

  Line* line_;
  bool fits_ = true;
};

[[nodiscard]] bool is_numbered(SecretLabel label) noexcept {
  return label == SecretLabel::CLIENT_TRAFFIC_SECRET || label == SecretLabel::SERVER_TRAFFIC_SECRET;
}

[[nodiscard]] Error unwritable(const std::filesystem::path& path, int cause) {
  return fail(ErrorCode::FileUnwritable)
      .at(path.string())
      .received(std::generic_category().message(cause))
      .advice("name a file in a folder that you may write to");
}

}  // namespace

struct KeyLogFile::File {
  explicit File(int opened) noexcept : descriptor(opened) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() { ::close(descriptor); }

  int descriptor;
  std::mutex mutex;
};

KeyLogFile::KeyLogFile(std::unique_ptr<File> file) noexcept : file_(std::move(file)) {}
KeyLogFile::~KeyLogFile() = default;

Result<std::shared_ptr<KeyLogFile>> KeyLogFile::open(const std::filesystem::path& path) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, S_IRUSR | S_IWUSR);
  if (descriptor < 0) return std::unexpected(unwritable(path, errno));
  auto file = std::make_unique<File>(descriptor);

  // A file that was there before may have been open to all. A terminal or a pipe keeps its mode.
  struct stat status{};
  const bool is_regular = ::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
  const bool is_open_to_others = (status.st_mode & (S_IRWXG | S_IRWXO)) != 0;
  if (is_regular && is_open_to_others && ::fchmod(descriptor, S_IRUSR | S_IWUSR) != 0) {
    return std::unexpected(unwritable(path, errno).expected("a key log that its owner alone can read (mode 0600)"));
  }
  return std::shared_ptr<KeyLogFile>(new KeyLogFile(std::move(file)));
}

void KeyLogFile::on_secret(const EventOrigin&, SecretLabel label, std::uint32_t generation, ByteView client_random,
                           ByteView secret) noexcept {
  Line line;
  LineWriter out(line);
  out.text(to_string(label));
  if (is_numbered(label)) {
    out.text("_");
    out.number(generation);
  }
  out.text(" ");
  out.hex(client_random);
  out.text(" ");
  out.hex(secret);
  out.text("\n");
  if (!out.fits()) return;

  // One write for one line: lines of several processes that share the file don't mix.
  const std::scoped_lock lock(file_->mutex);
  ByteView rest = line.view();
  while (!rest.empty()) {
    const auto written = ::write(file_->descriptor, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;  // a full disk must not end a connection
    rest = rest.subspan(static_cast<std::size_t>(written));
  }
}

}  // namespace keyway
