#include "tool/session_file.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <utility>

#include <keyway/secret.hpp>

#include "core/files.hpp"
#include "core/reader.hpp"
#include "core/text.hpp"
#include "core/writer.hpp"
#include "tool/files.hpp"

namespace keyway::tool {
namespace {

/// What such a file begins with.
constexpr std::string_view magic = "keyway sessions 1\n";
constexpr std::size_t max_key = 1024;
constexpr std::size_t max_session_file = SessionFile::max_sessions * (max_written_session + max_key + 8);

}  // namespace

SessionFile::~SessionFile() {
  for (Entry& entry : entries_) wipe(entry.session);
}

Result<std::shared_ptr<SessionFile>> SessionFile::open(const std::filesystem::path& path) {
  std::shared_ptr<SessionFile> file(new SessionFile(path));
  struct ::stat about{};
  if (::stat(path.c_str(), &about) != 0) {
    if (errno == ENOENT) return file;
    return std::unexpected(file_error(errno, path, ErrorCode::FileUnreadable));
  }
  // Whoever can read the file can take part in the sessions, and whoever can write it can say whose they are.
  if (auto checked = check_is_private(path, about); !checked) return std::unexpected(std::move(checked.error()));
  if (about.st_size == 0) return file;
  auto contents = read_file(path, max_session_file);
  if (!contents) return std::unexpected(std::move(contents.error()));
  auto parsed = file->parse(*contents);
  wipe(*contents);
  if (parsed) return file;
  return std::unexpected(fail(ErrorCode::FileUnreadable)
                             .at(path.string())
                             .expected("sessions that keyway wrote")
                             .received(parsed.error().message())
                             .advice("name another file, or remove this one"));
}

Result<void> SessionFile::parse(ByteView contents) {
  keyway::Reader in(contents, "session file");
  if (as_text(in.bytes(magic.size(), "beginning")) != magic) in.reject(ErrorCode::InvalidValue, "beginning");
  while (in.ok() && !in.empty()) {
    if (entries_.size() == max_sessions) in.reject(ErrorCode::LengthOutOfRange, "sessions");
    Entry entry{.key = std::string(as_text(in.vector16("key", 1, max_key))), .session = {}};
    const ByteView session = in.vector24("session", 1, max_written_session);
    entry.session.assign(session.begin(), session.end());
    if (in.ok()) entries_.push_back(std::move(entry));
  }
  return in.finish();
}

void SessionFile::forget(std::size_t index) {
  wipe(entries_[index].session);
  entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(index));
}

void SessionFile::put(std::string_view key, StoredSession session) {
  auto written = write_session(session);
  if (!written || key.size() > max_key) return;
  if (entries_.size() == max_sessions) forget(0);
  entries_.push_back({std::string(key), std::move(*written)});
}

StoredSession SessionFile::take(std::string_view key) {
  for (std::size_t i = entries_.size(); i-- > 0;) {
    if (entries_[i].key != key || config_ == nullptr) continue;
    auto session = read_session(entries_[i].session, *config_);
    forget(i);
    if (session) return *session;  // else one that is no longer of use: a full handshake does
  }
  return nullptr;
}

Result<void> SessionFile::save() const {
  Bytes contents;
  std::size_t size = magic.size();
  for (const Entry& entry : entries_) size += 2 + entry.key.size() + 3 + entry.session.size();
  contents.reserve(size);
  Writer out(contents);
  out.bytes(as_bytes(magic));
  for (const Entry& entry : entries_) {
    out.vector16(as_bytes(entry.key));
    out.vector24(entry.session);
  }
  auto saved = write_file(path_, contents, S_IRUSR | S_IWUSR);
  wipe(contents);
  return saved;
}

}  // namespace keyway::tool
