#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <keyway/transparency.hpp>

#include "testing/make_certificate.hpp"

namespace keyway::testing {

/// What a log signs about a certificate that has no timestamp inside (RFC 6962 3.2, from the LogEntryType on).
[[nodiscard]] Bytes certificate_entry(ByteView der);
/// The same about a certificate to be, of this issuer.
[[nodiscard]] Bytes precertificate_entry(const IssuedCertificate& issuer, ByteView tbs_certificate);

/// A log with a key of its own.
class TestLog {
 public:
  TestLog(std::string name, std::string operator_name, crypto::KeyType type = crypto::KeyType::p256);

  [[nodiscard]] x509::CtLog facts(x509::CtLogState state = x509::CtLogState::usable,
                                  std::optional<Time> since = {}) const;
  /// A SignedCertificateTimestamp over an entry.
  [[nodiscard]] Bytes sct(ByteView entry, Time at = test_now - std::chrono::hours(24)) const;

 private:
  std::string name_;
  std::string operator_;
  std::shared_ptr<const crypto::PrivateKey> key_;
};

/// A SignedCertificateTimestampList.
[[nodiscard]] Bytes sct_list(const std::vector<Bytes>& scts);

/// A list of these logs.
[[nodiscard]] std::shared_ptr<const x509::CtLogList> log_list(std::vector<x509::CtLog> logs);

}  // namespace keyway::testing
