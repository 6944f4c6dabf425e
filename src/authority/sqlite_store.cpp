#include "authority/sqlite_store.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <utility>

#include "core/files.hpp"
#include "authority/kinds.hpp"
#include "authority/sqlite_schema.hpp"
#include "core/text.hpp"

namespace keyway::authority {
namespace {

std::int64_t seconds_of(Time time) {
  return time.time_since_epoch().count();
}
Time time_from(std::int64_t seconds) {
  return Time(std::chrono::seconds(seconds));
}

std::string_view to_text(IssuerRole role) {
  return role == IssuerRole::root ? "root" : "intermediate";
}

constexpr std::string_view certificate_columns =
    "SELECT c.id, c.serial, c.subject, o.name, c.key_kind, c.issued_at, c.not_before, c.not_after, c.revoked_at, "
    "c.reason, c.der FROM certificates c JOIN owners o ON o.id = c.owner_id ";

CertificateRecord read_row(const Statement& row) {
  CertificateRecord certificate;
  certificate.serial = row.blob(1);
  certificate.subject = row.text(2);
  certificate.owner = row.text(3);
  certificate.key = key_kind_from(row.text(4)).value_or(KeyKind::p256);
  certificate.issued_at = time_from(row.integer(5));
  certificate.not_before = time_from(row.integer(6));
  certificate.not_after = time_from(row.integer(7));
  if (!row.is_null(8)) certificate.revoked_at = time_from(row.integer(8));
  certificate.reason = revocation_reason_from_number(row.integer(9));
  certificate.der = row.blob(10);
  return certificate;
}

/// Prepares, binds each value in order, and runs.
template <typename... Values>
Result<void> execute(Database& database, std::string_view sql, const Values&... values) {
  auto statement = database.prepare(sql);
  if (!statement) return std::unexpected(std::move(statement.error()));
  (statement->bind(values), ...);
  return statement->run();
}

/// The same, up to the first row; nothing where there is none.
template <typename... Values>
Result<std::optional<Statement>> first_row(Database& database, std::string_view sql, const Values&... values) {
  auto statement = database.prepare(sql);
  if (!statement) return std::unexpected(std::move(statement.error()));
  (statement->bind(values), ...);
  const auto found = statement->step();
  if (!found) return std::unexpected(found.error());
  if (!*found) return std::optional<Statement>();
  return std::optional<Statement>(std::move(*statement));
}

Result<std::int64_t> read_version(Database& database) {
  auto table = first_row(database, "SELECT 1 FROM sqlite_schema WHERE name = 'schema_version'");
  if (!table) return std::unexpected(std::move(table.error()));
  if (!*table) return 0;
  auto row = first_row(database, "SELECT version FROM schema_version");
  if (!row) return std::unexpected(std::move(row.error()));
  return *row ? (*row)->integer(0) : 0;
}

Result<void> check_version(Database& database, const std::filesystem::path& path) {
  const auto version = read_version(database);
  if (!version) return std::unexpected(version.error());
  if (*version == 0) {
    return std::unexpected(fail(ErrorCode::AuthorityMissing)
                               .at(path.parent_path().string())
                               .received("an empty register")
                               .advice("making it was interrupted; run `keyway ca init` again"));
  }
  if (*version != schema_version) {
    return std::unexpected(fail(ErrorCode::DatabaseFailed)
                               .at("register " + path.string())
                               .expected("version " + std::to_string(schema_version))
                               .received("version " + std::to_string(*version))
                               .advice("use the version of keyway that made it, or a newer one"));
  }
  return {};
}

/// Another program's database is not to be written into.
Result<void> check_empty(Database& database, const std::filesystem::path& path) {
  auto table = first_row(database, "SELECT name FROM sqlite_schema LIMIT 1");
  if (!table) return std::unexpected(std::move(table.error()));
  if (!*table) return {};
  return std::unexpected(fail(ErrorCode::DatabaseFailed)
                             .at("register " + path.string())
                             .expected("a new one")
                             .received("another program's database, with " + printable((*table)->text(0)))
                             .advice("choose another folder with --dir"));
}

}  // namespace

Result<std::unique_ptr<SqliteStore>> SqliteStore::create(const std::filesystem::path& path) {
  // Made here, not by SQLite, for the mode; the files that SQLite puts beside it take the same.
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) return std::unexpected(file_error(errno, path, ErrorCode::FileUnwritable));
  ::close(descriptor);
  auto database = Database::open(path);
  if (!database) return std::unexpected(std::move(database.error()));
  if (auto set = (*database)->run("PRAGMA journal_mode = WAL;"); !set) return std::unexpected(std::move(set.error()));

  std::unique_ptr<SqliteStore> store(new SqliteStore(std::move(*database)));
  const auto made = store->transact([&]() -> Result<void> {
    const auto version = read_version(*store->database_);
    if (!version) return std::unexpected(version.error());
    if (*version != 0) return check_version(*store->database_, path);
    if (auto empty = check_empty(*store->database_, path); !empty) return empty;
    if (auto tables = store->database_->run(schema); !tables) return tables;
    return execute(*store->database_, "INSERT INTO schema_version (version) VALUES (?)", schema_version);
  });
  if (!made) return std::unexpected(made.error());
  return store;
}

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(const std::filesystem::path& path) {
  auto database = Database::open(path);
  if (!database) return std::unexpected(std::move(database.error()));
  if (auto known = check_version(**database, path); !known) return std::unexpected(std::move(known.error()));
  return std::unique_ptr<SqliteStore>(new SqliteStore(std::move(*database)));
}

Result<void> SqliteStore::transact(const std::function<Result<void>()>& change) {
  // IMMEDIATE: waits for other writers here, not halfway, so what the change reads stays true until it commits.
  if (auto begun = database_->run("BEGIN IMMEDIATE"); !begun) return begun;
  auto result = change();
  if (result) result = database_->run("COMMIT");
  if (result) return {};
  // SQLite undoes some failures itself; then there is nothing left to roll back, and its complaint says no more.
  static_cast<void>(database_->run("ROLLBACK"));
  return result;
}

Result<Settings> SqliteStore::settings() {
  auto statement = database_->prepare("SELECT name, value FROM settings");
  if (!statement) return std::unexpected(std::move(statement.error()));
  Settings settings;
  auto row = statement->step();
  for (; row && *row; row = statement->step()) {
    const std::string name = statement->text(0);
    const std::string value = statement->text(1);
    if (name == "organization") settings.organization = value;
    if (name == "crl_url") settings.crl_url = value;
    if (name == "max_lifetime_days") {
      int days = 0;
      std::from_chars(value.c_str(), std::to_address(value.end()), days);
      if (days > 0) settings.max_lifetime = std::chrono::days(days);
    }
  }
  if (!row) return std::unexpected(std::move(row.error()));
  return settings;
}

Result<void> SqliteStore::set_settings(const Settings& settings) {
  const auto rows = {std::pair{std::string_view("organization"), settings.organization},
                     std::pair{std::string_view("crl_url"), settings.crl_url},
                     std::pair{std::string_view("max_lifetime_days"), std::to_string(settings.max_lifetime.count())}};
  for (const auto& [name, value] : rows) {
    if (auto set = execute(*database_, "INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)", name,
                           std::string_view(value));
        !set) {
      return set;
    }
  }
  return {};
}

Result<RowId> SqliteStore::add_issuer(const IssuerRecord& issuer) {
  auto statement = database_->prepare(
      "INSERT INTO issuers (role, parent_id, key_file, key_identifier, not_before, not_after, der) "
      "VALUES (?, ?, ?, ?, ?, ?, ?)");
  if (!statement) return std::unexpected(std::move(statement.error()));
  statement->bind(to_text(issuer.role));
  if (issuer.parent) {
    statement->bind(*issuer.parent);
  } else {
    statement->bind_null();
  }
  statement->bind(std::string_view(issuer.key_file)).bind(ByteView(issuer.key_identifier));
  statement->bind(seconds_of(issuer.not_before)).bind(seconds_of(issuer.not_after)).bind(ByteView(issuer.der));
  if (auto added = statement->run(); !added) return std::unexpected(std::move(added.error()));
  return database_->last_row_id();
}

Result<std::optional<IssuerRecord>> SqliteStore::issuer(IssuerRole role) {
  auto row = first_row(*database_,
                       "SELECT id, parent_id, key_file, key_identifier, not_before, not_after, der FROM issuers "
                       "WHERE role = ? ORDER BY id DESC LIMIT 1",
                       to_text(role));
  if (!row) return std::unexpected(std::move(row.error()));
  if (!*row) return std::optional<IssuerRecord>();
  const Statement& columns = **row;
  IssuerRecord issuer;
  issuer.id = columns.integer(0);
  issuer.role = role;
  if (!columns.is_null(1)) issuer.parent = columns.integer(1);
  issuer.key_file = columns.text(2);
  issuer.key_identifier = columns.blob(3);
  issuer.not_before = time_from(columns.integer(4));
  issuer.not_after = time_from(columns.integer(5));
  issuer.der = columns.blob(6);
  return std::optional<IssuerRecord>(std::move(issuer));
}

Result<RowId> SqliteStore::owner(const std::string& name, Time now) {
  if (auto added = execute(*database_, "INSERT OR IGNORE INTO owners (name, created_at) VALUES (?, ?)",
                           std::string_view(name), seconds_of(now));
      !added) {
    return std::unexpected(std::move(added.error()));
  }
  auto row = first_row(*database_, "SELECT id FROM owners WHERE name = ?", std::string_view(name));
  if (!row) return std::unexpected(std::move(row.error()));
  return (*row)->integer(0);
}

Result<void> SqliteStore::add_certificate(RowId issuer, const CertificateRecord& certificate) {
  const auto owner_id = owner(certificate.owner, certificate.issued_at);
  if (!owner_id) return std::unexpected(owner_id.error());
  auto added =
      execute(*database_,
              "INSERT INTO certificates (issuer_id, owner_id, serial, subject, key_kind, issued_at, "
              "not_before, not_after, der) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
              issuer, *owner_id, ByteView(certificate.serial), std::string_view(certificate.subject),
              to_string(certificate.key), seconds_of(certificate.issued_at), seconds_of(certificate.not_before),
              seconds_of(certificate.not_after), ByteView(certificate.der));
  if (!added) return added;
  const RowId id = database_->last_row_id();
  std::int64_t position = 0;
  for (const std::string& name : certificate.names) {
    added = execute(*database_, "INSERT INTO certificate_names (certificate_id, position, name) VALUES (?, ?, ?)", id,
                    position++, std::string_view(name));
    if (!added) return added;
  }
  return {};
}

Result<void> SqliteStore::read_names(CertificateRecord& certificate, RowId id) {
  auto statement = database_->prepare("SELECT name FROM certificate_names WHERE certificate_id = ? ORDER BY position");
  if (!statement) return std::unexpected(std::move(statement.error()));
  statement->bind(id);
  auto row = statement->step();
  for (; row && *row; row = statement->step()) certificate.names.push_back(statement->text(0));
  if (!row) return std::unexpected(std::move(row.error()));
  return {};
}

Result<std::vector<CertificateRecord>> SqliteStore::read_certificates(Statement statement) {
  std::vector<CertificateRecord> certificates;
  auto row = statement.step();
  for (; row && *row; row = statement.step()) {
    CertificateRecord certificate = read_row(statement);
    if (auto read = read_names(certificate, statement.integer(0)); !read) {
      return std::unexpected(std::move(read.error()));
    }
    certificates.push_back(std::move(certificate));
  }
  if (!row) return std::unexpected(std::move(row.error()));
  return certificates;
}

Result<std::optional<CertificateRecord>> SqliteStore::certificate(RowId issuer, ByteView serial) {
  auto statement = database_->prepare(std::string(certificate_columns) + "WHERE c.issuer_id = ? AND c.serial = ?");
  if (!statement) return std::unexpected(std::move(statement.error()));
  statement->bind(issuer).bind(serial);
  auto found = read_certificates(std::move(*statement));
  if (!found) return std::unexpected(std::move(found.error()));
  if (found->empty()) return std::optional<CertificateRecord>();
  return std::optional<CertificateRecord>(std::move(found->front()));
}

Result<std::vector<CertificateRecord>> SqliteStore::certificates() {
  auto statement = database_->prepare(std::string(certificate_columns) + "ORDER BY c.id");
  if (!statement) return std::unexpected(std::move(statement.error()));
  return read_certificates(std::move(*statement));
}

Result<void> SqliteStore::set_revoked(RowId issuer, ByteView serial, Time at, RevocationReason reason) {
  return execute(*database_,
                 "UPDATE certificates SET status = 'revoked', revoked_at = ?, reason = ? "
                 "WHERE issuer_id = ? AND serial = ?",
                 seconds_of(at), std::int64_t{static_cast<std::uint8_t>(reason)}, issuer, serial);
}

Result<std::vector<CertificateRecord>> SqliteStore::revoked(RowId issuer, Time ends_after) {
  auto statement = database_->prepare(
      std::string(certificate_columns) +
      "WHERE c.issuer_id = ? AND c.status = 'revoked' AND c.not_after >= ? ORDER BY c.revoked_at, c.id");
  if (!statement) return std::unexpected(std::move(statement.error()));
  statement->bind(issuer).bind(seconds_of(ends_after));
  return read_certificates(std::move(*statement));
}

Result<std::uint64_t> SqliteStore::last_crl_number(RowId issuer) {
  auto row = first_row(*database_, "SELECT coalesce(max(number), 0) FROM crls WHERE issuer_id = ?", issuer);
  if (!row) return std::unexpected(std::move(row.error()));
  return static_cast<std::uint64_t>((*row)->integer(0));
}

Result<void> SqliteStore::add_crl(RowId issuer, const IssuedCrl& crl) {
  return execute(*database_,
                 "INSERT INTO crls (issuer_id, number, this_update, next_update, entries, der) "
                 "VALUES (?, ?, ?, ?, ?, ?)",
                 issuer, static_cast<std::int64_t>(crl.number), seconds_of(crl.this_update),
                 seconds_of(crl.next_update), static_cast<std::int64_t>(crl.entries), ByteView(crl.der));
}

}  // namespace keyway::authority
