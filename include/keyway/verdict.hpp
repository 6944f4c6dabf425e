#pragma once
/// \file
/// The answer to "may this certificate be trusted for this name, now?", as a value that says why.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <keyway/clock.hpp>
#include <keyway/error.hpp>
#include <keyway/fetch.hpp>

namespace keyway::x509 {

/// Where a certificate of a path came from.
enum class Origin : std::uint8_t {
  peer,          ///< sent in the handshake; `index` counts the message's entries
  intermediate,  ///< configured; `index` counts the configuration's
  anchor,        ///< the trust store; `index` counts the store's
  fetched,       ///< got from where its holder's issuer said; `index` counts on from the peer's
};

struct PathElement {
  Origin origin = Origin::peer;
  std::uint32_t index = 0;
  friend bool operator==(const PathElement&, const PathElement&) = default;
};

/// What is looked at for a path.
enum class CheckKind : std::uint8_t {
  name,
  issuer,
  signature,
  validity,
  purpose,
  constraints,
  revocation,
  transparency
};
[[nodiscard]] std::string_view to_string(CheckKind kind) noexcept;

enum class CheckOutcome : std::uint8_t {
  passed,
  failed,
  unknown,      ///< asked, and nobody could say (no revocation answer at hand)
  not_checked,  ///< not reached, or switched off
};

struct Check {
  CheckKind kind = CheckKind::name;
  CheckOutcome outcome = CheckOutcome::not_checked;
  friend bool operator==(const Check&, const Check&) = default;
};

/// Who said something about a certificate's revocation.
enum class RevocationSource : std::uint8_t {
  crl,
  ocsp_staple,  ///< came with the chain
  ocsp,         ///< was fetched
};
[[nodiscard]] std::string_view to_string(RevocationSource source) noexcept;

/// What was said of one certificate of an accepted path, or why it did not count.
struct RevocationWitness {
  std::size_t depth = 0;  ///< which certificate of the path: 0 is the leaf
  RevocationSource source = RevocationSource::crl;
  CheckOutcome outcome = CheckOutcome::unknown;  ///< passed, or unknown
  std::string detail;                            ///< one line for people
  std::string place = {};                        ///< the URL that it was fetched from; empty where it was not
  std::optional<Time> this_update = {};          ///< when it was made; nothing where it could not be read
  std::optional<Time> next_update = {};          ///< until when it holds, where it says so
  std::optional<std::chrono::seconds> age = {};  ///< how long before the verdict it was made
};

/// How a signed certificate timestamp came (RFC 6962 3.3).
enum class SctOrigin : std::uint8_t { certificate, tls_extension, ocsp_response };
[[nodiscard]] std::string_view to_string(SctOrigin origin) noexcept;

/// What a signed certificate timestamp of the leaf is worth.
struct SctWitness {
  SctOrigin origin = SctOrigin::certificate;
  CheckOutcome outcome = CheckOutcome::unknown;  ///< unknown: of a log that is not on the list, or not readable
  std::string log_id;                            ///< hexadecimal; empty where it could not be read
  std::string log = {};                          ///< its description, where it is on the list
  std::string operator_name = {};                ///< whose log it is
  std::optional<Time> timestamp = {};            ///< when the log saw the certificate
  std::string detail = {};                       ///< one line for people
};

/// Why a candidate path fell.
struct Finding {
  ErrorCode code = ErrorCode::InternalError;
  std::size_t depth = 0;  ///< which certificate of the path: 0 is the leaf
  std::string subject;    ///< that certificate's subject, printable
  std::string rule;       ///< "RFC 5280 6.1.3 (a) (2)"
  std::string expected;
  std::string received;
  std::string advice;  ///< one line for people; may be empty
};

/// A path that was tried, leaf first, and what it fell over.
struct Candidate {
  std::vector<PathElement> path;
  Finding finding;
};

/// Accepted, with the path; or refused, with every candidate tried and why it fell.
class Verdict {
 public:
  [[nodiscard]] static Verdict accept(std::vector<PathElement> path, std::vector<Check> checks,
                                      std::vector<RevocationWitness> revocation = {},
                                      std::vector<std::string> policies = {}, std::vector<SctWitness> timestamps = {});
  /// `candidates` is not empty. The most telling finding becomes finding(): that of the candidate that got furthest.
  [[nodiscard]] static Verdict refuse(std::vector<Candidate> candidates, std::vector<Check> checks);

  [[nodiscard]] bool accepted() const noexcept { return accepted_; }
  /// Leaf first, anchor last; empty when refused.
  [[nodiscard]] const std::vector<PathElement>& path() const noexcept { return path_; }
  /// One entry per kind, in the order of CheckKind.
  [[nodiscard]] const std::vector<Check>& checks() const noexcept { return checks_; }
  /// What was said about revocation along the accepted path, the leaf first; empty where nobody said anything.
  [[nodiscard]] const std::vector<RevocationWitness>& revocation() const noexcept { return revocation_; }
  /// The signed certificate timestamps that came with the leaf of the accepted path; empty where no log list was given.
  [[nodiscard]] const std::vector<SctWitness>& timestamps() const noexcept { return timestamps_; }
  /// The certificate policies under which the accepted path may be used, as dotted OIDs, with 2.5.29.32.0 for any
  /// (RFC 5280 6.1.5 (g), user-constrained-policy-set). Empty also where nobody asked: neither Options::policies nor
  /// a certificate of the path.
  [[nodiscard]] const std::vector<std::string>& policies() const noexcept { return policies_; }
  /// What is not wrong, and worth a word: certificates in another order than programs expect. One line each.
  [[nodiscard]] const std::vector<std::string>& remarks() const noexcept { return remarks_; }
  void add_remark(std::string remark) { remarks_.push_back(std::move(remark)); }
  [[nodiscard]] const std::vector<Candidate>& candidates() const noexcept { return candidates_; }
  /// What could change it, if it were fetched; empty where Verifier::Options::fetching allows none.
  [[nodiscard]] const std::vector<Fetch>& wanted() const noexcept { return wanted_; }
  void want(std::vector<Fetch> what) { wanted_ = std::move(what); }
  /// The reason for a refusal; null when accepted.
  [[nodiscard]] const Finding* finding() const noexcept;
  /// The refusal as an error, with its alert. Only for a verdict that was refused.
  [[nodiscard]] Error to_error() const;

 private:
  Verdict() = default;
  bool accepted_ = false;
  std::size_t telling_ = 0;
  std::vector<PathElement> path_;
  std::vector<Check> checks_;
  std::vector<RevocationWitness> revocation_;
  std::vector<std::string> policies_;
  std::vector<SctWitness> timestamps_;
  std::vector<std::string> remarks_;
  std::vector<Candidate> candidates_;
  std::vector<Fetch> wanted_;
};

}  // namespace keyway::x509
