#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <keyway/authority.hpp>
#include <keyway/bytes.hpp>
#include <keyway/error.hpp>

namespace keyway::authority {

/// Rows are told apart by numbers that the store gives.
using RowId = std::int64_t;

enum class IssuerRole : std::uint8_t { root, intermediate };

/// A certificate authority of the register: the root, or an intermediate under it.
struct IssuerRecord {
  RowId id = 0;
  IssuerRole role = IssuerRole::root;
  std::optional<RowId> parent;  ///< the issuer of its certificate; none for the root
  std::string key_file;         ///< relative to the authority's folder
  Bytes key_identifier;
  Time not_before;
  Time not_after;
  Bytes der;
};

/// What holds for the whole authority.
struct Settings {
  std::string organization;
  std::string crl_url;
  std::chrono::days max_lifetime = browser_lifetime;
};

/// Where an authority's register is kept. What changes it is called inside transact() alone. Errors of all: DiskFull,
/// DatabaseFailed, FileUnwritable.
class Store {
 public:
  virtual ~Store() = default;

  /// Runs `change` as the only writer; what it did is on disk when this returns without an error, and undone when
  /// either fails.
  [[nodiscard]] virtual Result<void> transact(const std::function<Result<void>()>& change) = 0;

  [[nodiscard]] virtual Result<Settings> settings() = 0;
  [[nodiscard]] virtual Result<void> set_settings(const Settings& settings) = 0;

  [[nodiscard]] virtual Result<RowId> add_issuer(const IssuerRecord& issuer) = 0;
  /// The youngest issuer of that role; nothing where there is none.
  [[nodiscard]] virtual Result<std::optional<IssuerRecord>> issuer(IssuerRole role) = 0;

  /// Adds a certificate, and its owner where that is new.
  [[nodiscard]] virtual Result<void> add_certificate(RowId issuer, const CertificateRecord& certificate) = 0;
  [[nodiscard]] virtual Result<std::optional<CertificateRecord>> certificate(RowId issuer, ByteView serial) = 0;
  /// Oldest first.
  [[nodiscard]] virtual Result<std::vector<CertificateRecord>> certificates() = 0;
  [[nodiscard]] virtual Result<void> set_revoked(RowId issuer, ByteView serial, Time at, RevocationReason reason) = 0;
  /// Those of the issuer that are revoked and end at `ends_after` or later, in the order of revocation.
  [[nodiscard]] virtual Result<std::vector<CertificateRecord>> revoked(RowId issuer, Time ends_after) = 0;

  /// The number of the issuer's last CRL; 0 before the first.
  [[nodiscard]] virtual Result<std::uint64_t> last_crl_number(RowId issuer) = 0;
  [[nodiscard]] virtual Result<void> add_crl(RowId issuer, const IssuedCrl& crl) = 0;
};

}  // namespace keyway::authority
