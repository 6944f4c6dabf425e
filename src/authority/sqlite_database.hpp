#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include <keyway/bytes.hpp>
#include <keyway/error.hpp>

struct sqlite3;
struct sqlite3_stmt;

namespace keyway::authority {

/// A prepared statement: bind its parameters in order, then step through its rows.
class Statement {
 public:
  /// Binds the next parameter. A failure shows at step().
  Statement& bind(std::int64_t value);
  Statement& bind(std::string_view text);
  Statement& bind(ByteView blob);
  Statement& bind_null();

  /// True with a row at hand, false after the last. Errors: those of Database::error().
  [[nodiscard]] Result<bool> step();
  /// Runs a statement that gives no rows.
  [[nodiscard]] Result<void> run();

  /// Columns of the row at hand, from 0.
  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] std::string text(int column) const;
  [[nodiscard]] Bytes blob(int column) const;
  [[nodiscard]] bool is_null(int column) const;

 private:
  friend class Database;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const noexcept;
  };
  Statement(class Database& database, sqlite3_stmt* statement) noexcept : database_(&database), handle_(statement) {}

  Database* database_;
  std::unique_ptr<sqlite3_stmt, Finalize> handle_;
  int bound_ = 0;
  int failure_ = 0;
};

/// One connection to an SQLite file: full synchronous writes, foreign keys, ten seconds of patience with others.
class Database {
 public:
  /// Opens a file that exists. Errors: FileUnreadable, DatabaseFailed.
  [[nodiscard]] static Result<std::unique_ptr<Database>> open(const std::filesystem::path& path);

  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// `sql` is the program's own text, one statement, with `?` for each value.
  [[nodiscard]] Result<Statement> prepare(std::string_view sql);
  /// Runs one statement or several, without parameters and rows.
  [[nodiscard]] Result<void> run(const std::string& sql);

  [[nodiscard]] std::int64_t last_row_id() const noexcept;

  /// The error of SQLite's result `code` (and of the system call below it), with the cure.
  [[nodiscard]] Error error(int code) const;

 private:
  struct Close {
    void operator()(sqlite3* database) const noexcept;
  };
  explicit Database(std::filesystem::path path) : path_(std::move(path)) {}

  std::filesystem::path path_;
  std::unique_ptr<sqlite3, Close> handle_;
};

}  // namespace keyway::authority
