#pragma once

#include <filesystem>
#include <memory>

#include "authority/sqlite_database.hpp"
#include "authority/store.hpp"

namespace keyway::authority {

/// The register in one SQLite file (WAL, full synchronous, STRICT tables).
class SqliteStore final : public Store {
 public:
  /// Makes the file (mode 0600) and its tables where they are missing, for Authority::create() alone, which holds the
  /// folder's lock. Errors: FileUnwritable, DiskFull, DatabaseFailed.
  [[nodiscard]] static Result<std::unique_ptr<SqliteStore>> create(const std::filesystem::path& path);
  /// Opens a register. Errors: AuthorityMissing where it has no tables or is not there; FileUnreadable;
  /// DatabaseFailed where it is of a version that this program does not know.
  [[nodiscard]] static Result<std::unique_ptr<SqliteStore>> open(const std::filesystem::path& path);

  [[nodiscard]] Result<void> transact(const std::function<Result<void>()>& change) override;
  [[nodiscard]] Result<Settings> settings() override;
  [[nodiscard]] Result<void> set_settings(const Settings& settings) override;
  [[nodiscard]] Result<RowId> add_issuer(const IssuerRecord& issuer) override;
  [[nodiscard]] Result<std::optional<IssuerRecord>> issuer(IssuerRole role) override;
  [[nodiscard]] Result<void> add_certificate(RowId issuer, const CertificateRecord& certificate) override;
  [[nodiscard]] Result<std::optional<CertificateRecord>> certificate(RowId issuer, ByteView serial) override;
  [[nodiscard]] Result<std::vector<CertificateRecord>> certificates() override;
  [[nodiscard]] Result<void> set_revoked(RowId issuer, ByteView serial, Time at, RevocationReason reason) override;
  [[nodiscard]] Result<std::vector<CertificateRecord>> revoked(RowId issuer, Time ends_after) override;
  [[nodiscard]] Result<std::uint64_t> last_crl_number(RowId issuer) override;
  [[nodiscard]] Result<void> add_crl(RowId issuer, const IssuedCrl& crl) override;

 private:
  explicit SqliteStore(std::unique_ptr<Database> database) noexcept : database_(std::move(database)) {}

  [[nodiscard]] Result<RowId> owner(const std::string& name, Time now);
  [[nodiscard]] Result<std::vector<CertificateRecord>> read_certificates(Statement statement);
  [[nodiscard]] Result<void> read_names(CertificateRecord& certificate, RowId id);

  std::unique_ptr<Database> database_;
};

}  // namespace keyway::authority
