#include "authority/sqlite_database.hpp"

#include <sqlite3.h>

#include <cerrno>

#include "core/files.hpp"

namespace keyway::authority {
namespace {

constexpr int patience_ms = 10'000;

/// SQLite's text is the default only for errors that it tells better than its code does.
std::string_view cure_of(int primary) {
  switch (primary) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "another keyway is writing to the register; run the command again when it is done";
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
      return "the register is damaged; restore the folder from a backup";
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
      return "check that you own the folder and may write in it";
    default:
      return {};
  }
}

ErrorCode code_of(int primary) {
  switch (primary) {
    case SQLITE_FULL:
      return ErrorCode::DiskFull;
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
      return ErrorCode::FileUnwritable;
    default:
      return ErrorCode::DatabaseFailed;
  }
}

}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* statement) const noexcept {
  sqlite3_finalize(statement);
}
void Database::Close::operator()(sqlite3* database) const noexcept {
  sqlite3_close_v2(database);
}

Statement& Statement::bind(std::int64_t value) {
  if (const int code = sqlite3_bind_int64(handle_.get(), ++bound_, value); code != SQLITE_OK) failure_ = code;
  return *this;
}

Statement& Statement::bind(std::string_view text) {
  const int code = sqlite3_bind_text64(handle_.get(), ++bound_, text.data() != nullptr ? text.data() : "", text.size(),
                                       SQLITE_TRANSIENT, SQLITE_UTF8);
  if (code != SQLITE_OK) failure_ = code;
  return *this;
}

Statement& Statement::bind(ByteView blob) {
  // A null pointer would bind NULL; an empty blob is a zero-length one.
  const int code = blob.empty()
                       ? sqlite3_bind_zeroblob(handle_.get(), ++bound_, 0)
                       : sqlite3_bind_blob64(handle_.get(), ++bound_, blob.data(), blob.size(), SQLITE_TRANSIENT);
  if (code != SQLITE_OK) failure_ = code;
  return *this;
}

Statement& Statement::bind_null() {
  if (const int code = sqlite3_bind_null(handle_.get(), ++bound_); code != SQLITE_OK) failure_ = code;
  return *this;
}

Result<bool> Statement::step() {
  if (failure_ != 0) return std::unexpected(database_->error(failure_));
  const int code = sqlite3_step(handle_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return std::unexpected(database_->error(code));
}

Result<void> Statement::run() {
  auto more = step();
  while (more && *more) more = step();
  if (!more) return std::unexpected(std::move(more.error()));
  return {};
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(handle_.get(), column);
}

std::string Statement::text(int column) const {
  const Bytes bytes = blob(column);
  return std::string(bytes.begin(), bytes.end());
}

Bytes Statement::blob(int column) const {
  const auto* data = static_cast<const char*>(sqlite3_column_blob(handle_.get(), column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column));
  if (data == nullptr) return {};
  const ByteView bytes = as_bytes(std::string_view(data, size));
  return Bytes(bytes.begin(), bytes.end());
}

bool Statement::is_null(int column) const {
  return sqlite3_column_type(handle_.get(), column) == SQLITE_NULL;
}

Result<std::unique_ptr<Database>> Database::open(const std::filesystem::path& path) {
  std::unique_ptr<Database> database(new Database(path));
  sqlite3* handle = nullptr;
  constexpr int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  const int code = sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
  database->handle_.reset(handle);
  if (code != SQLITE_OK) return std::unexpected(database->error(code));
  sqlite3_busy_timeout(handle, patience_ms);
  // Full: a committed change survives a power cut, in WAL mode too.
  const auto ready = database->run("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;");
  if (!ready) return std::unexpected(ready.error());
  return database;
}

Result<Statement> Database::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v2(handle_.get(), sql.data(), static_cast<int>(sql.size()), &statement, nullptr);
  if (code != SQLITE_OK) return std::unexpected(error(code));
  return Statement(*this, statement);
}

Result<void> Database::run(const std::string& sql) {
  if (const int code = sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr); code != SQLITE_OK) {
    return std::unexpected(error(code));
  }
  return {};
}

std::int64_t Database::last_row_id() const noexcept {
  return sqlite3_last_insert_rowid(handle_.get());
}

Error Database::error(int code) const {
  // sqlite3_system_errno() does not know of what failed in a COMMIT, so the call's own errno is taken; nothing that
  // SQLite does afterwards to clean up sets it unless that fails too.
  const int system = errno;
  const int primary = code & 0xff;
  // A quota or a limit on a file's size comes as an I/O error, a full disk as SQLITE_FULL.
  if (primary == SQLITE_IOERR && (system == ENOSPC || system == EDQUOT || system == EFBIG)) {
    return file_error(system, path_, ErrorCode::DatabaseFailed);
  }
  if (primary == SQLITE_FULL) return file_error(ENOSPC, path_, ErrorCode::DiskFull);
  return fail(code_of(primary))
      .at("register " + path_.string())
      .received(handle_ ? sqlite3_errmsg(handle_.get()) : sqlite3_errstr(code))
      .advice(cure_of(primary));
}

}  // namespace keyway::authority
