#pragma once
/// \file
/// Whom to trust: anchors, revocation lists, and the judge that a configuration is built with.

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <keyway/certificate.hpp>
#include <keyway/clock.hpp>
#include <keyway/crypto.hpp>
#include <keyway/error.hpp>
#include <keyway/fetch.hpp>
#include <keyway/name.hpp>
#include <keyway/transparency.hpp>
#include <keyway/verdict.hpp>

namespace keyway::x509 {

/// What a certificate is to be used for.
enum class Purpose : std::uint8_t {
  server,
  client,
  email,  ///< protecting mail: emailProtection
  any,    ///< nothing in particular: RFC 5280 6.1 alone. Neither extKeyUsage nor keyUsage of a leaf is looked at
};

/// What an anchor is trusted for where that is less than its certificate says (RFC 5280 6.1.1 (d) to (i), RFC 5937):
/// "the company's authority, for the company's names alone".
struct AnchorLimits {
  /// Names that certificates below it may have: "dns:example.com" (with all below it), "ip:10.0.0.0/8",
  /// "email:example.com", "uri:example.com". Names of a form that is not mentioned are free (RFC 5280 4.2.1.10).
  std::vector<std::string> permitted_names = {};
  std::vector<std::string> excluded_names = {};
  /// In place of both, or for other forms: the DER of a NameConstraints (RFC 5280 4.2.1.10), as RFC 5914 2.5 has it.
  Bytes name_constraints = {};
  /// Policies below it that count, as dotted OIDs; empty: any. Whether one is demanded says require_explicit_policy.
  std::vector<std::string> policies = {};
  bool require_explicit_policy = false;
  bool inhibit_policy_mapping = false;
  bool inhibit_any_policy = false;
  std::vector<Purpose> purposes = {};             ///< empty: every
  std::optional<std::uint32_t> path_length = {};  ///< authorities below it, self-issued ones not counted
  friend bool operator==(const AnchorLimits&, const AnchorLimits&) = default;
};

/// A set of trust anchors, indexed by subject. Built once, then immutable and shared.
class TrustStore {
 public:
  TrustStore();
  ~TrustStore();
  TrustStore(TrustStore&&) noexcept;
  TrustStore& operator=(TrustStore&&) noexcept;

  /// The system's anchors: SSL_CERT_FILE and SSL_CERT_DIR if set, else the usual places of Linux distributions.
  /// Certificates that don't parse are counted in skipped(). Errors: StoreEmpty, with the places looked at.
  [[nodiscard]] static Result<TrustStore> system();
  /// All certificates of a PEM or DER file, or of each file of a folder. Errors: FileNotFound, FileUnreadable,
  /// FileEmpty, InvalidPem, InvalidCertificate, each with the path and the cure.
  [[nodiscard]] static Result<TrustStore> from_file(const std::filesystem::path& path);

  /// Adds an anchor; one that is there already, byte for byte, is not added twice.
  void add(Certificate anchor);
  /// Adds an anchor that is trusted for less than it says. One that is there already has these limits from now on.
  /// Errors: InvalidArgument, where a name or the NameConstraints is none.
  [[nodiscard]] Result<void> add(Certificate anchor, AnchorLimits limits);

  [[nodiscard]] std::size_t size() const noexcept;
  [[nodiscard]] bool empty() const noexcept { return size() == 0; }
  [[nodiscard]] std::size_t skipped() const noexcept;
  /// The anchor at `index` (below size()), in the order of adding.
  [[nodiscard]] const Certificate& at(std::size_t index) const;
  /// The limits of the anchor at `index`, with all names in name_constraints; null where it has none.
  [[nodiscard]] const AnchorLimits* limits(std::size_t index) const noexcept KEYWAY_LIFETIMEBOUND;
  /// The indices of anchors with this subject (DER of the Name), compared as RFC 5280 7.1 says. Allocates nothing.
  [[nodiscard]] std::span<const std::uint32_t> with_subject(ByteView subject) const noexcept;
  /// The index of this very certificate, if it is an anchor.
  [[nodiscard]] std::optional<std::uint32_t> find(ByteView der) const noexcept;

 private:
  friend class PathSearch;
  struct Index;
  /// `hash`: name_hash() of the subject.
  [[nodiscard]] std::span<const std::uint32_t> with_subject(ByteView subject, std::uint64_t hash) const noexcept;
  std::unique_ptr<Index> index_;
};

/// A trust store that is exchanged while those who use it go on: a Verifier or a configuration that is built with one
/// asks for the present store at each question. Thread-safe.
class LiveTrust {
 public:
  using Source = std::function<Result<TrustStore>()>;

  /// `now` is not null. `source` is where reload() gets a new one from; without it, there is only replace().
  explicit LiveTrust(std::shared_ptr<const TrustStore> now, Source source = {});
  /// TrustStore::system(), now and at each reload(). Errors: as there.
  [[nodiscard]] static Result<std::shared_ptr<LiveTrust>> system();
  /// TrustStore::from_file(), now and at each reload(). Errors: as there.
  [[nodiscard]] static Result<std::shared_ptr<LiveTrust>> from_file(const std::filesystem::path& path);

  [[nodiscard]] std::shared_ptr<const TrustStore> current() const;
  void replace(std::shared_ptr<const TrustStore> next);  ///< `next` is not null
  /// Reads anew. True where the anchors are others than before; where they are the same, the store stays. An error
  /// leaves everything as it was. Errors: the source's; InvalidArgument without one.
  [[nodiscard]] Result<bool> reload();

 private:
  mutable std::mutex guard_;
  std::shared_ptr<const TrustStore> now_;
  Source source_;
};

/// A certificate revocation list (RFC 5280 5) that owns its bytes. Immutable.
class Crl {
 public:
  /// Errors: InvalidCrl, with the field.
  [[nodiscard]] static Result<Crl> from_der(Bytes der);
  /// PEM (X509 CRL) or DER.
  [[nodiscard]] static Result<Crl> from(ByteView pem_or_der);

  Crl(Crl&&) noexcept;
  Crl& operator=(Crl&&) noexcept;
  ~Crl();

  struct Entry {
    Time revoked_at;
    std::string reason;  ///< RFC 5280 5.3.1's name: "keyCompromise"; "unspecified" where none is given
  };

  [[nodiscard]] DistinguishedNameView issuer() const noexcept;
  [[nodiscard]] Time this_update() const noexcept;
  [[nodiscard]] std::optional<Time> next_update() const noexcept;
  [[nodiscard]] std::size_t size() const noexcept;  ///< number of entries
  /// The entry of a certificate of the list's own issuer, by its serial number (contents octets of the INTEGER). Takes
  /// the same time however long the list is: its entries are indexed when it is parsed, in six bytes each.
  [[nodiscard]] std::optional<Entry> find(ByteView serial_number) const;
  [[nodiscard]] ByteView der() const noexcept;
  /// True when `issuer`'s key signed this list (and may: cRLSign).
  [[nodiscard]] bool is_signed_by(const CertificateView& issuer, const crypto::Provider& provider) const;

  /// The fields as the library reads them; not part of the interface.
  struct Parsed;
  [[nodiscard]] const Parsed& parsed() const noexcept { return *parsed_; }

 private:
  explicit Crl(std::unique_ptr<const Parsed> parsed) noexcept;
  std::unique_ptr<const Parsed> parsed_;
};

/// Whose rules count beside those of the path itself (docs/decisions/0016).
enum class Profile : std::uint8_t {
  web_pki,  ///< the CA/Browser Forum's, as browsers apply them; the default
  rfc5280,  ///< RFC 5280 alone: a leaf may be an authority's, and anyExtendedKeyUsage is any purpose
};

/// Whether certificates are also held to what is asked of those who issue them, where breaking it endangers nobody:
/// key identifiers that stand, extensions that are critical, numbers that are positive (docs/decisions/0016).
enum class Conformance : std::uint8_t {
  lenient,        ///< no; the default
  strict,         ///< yes
  to_the_letter,  ///< also where an anchor says what nobody ever reads
};

/// What is asked of certificate policies: the inputs (c), (e), (f) and (g) of RFC 5280 6.1.1.
struct PolicyInputs {
  /// user-initial-policy-set, as dotted OIDs; empty, or with 2.5.29.32.0 in it: any policy will do.
  std::vector<std::string> acceptable = {};
  bool require_explicit = false;  ///< initial-explicit-policy
  bool inhibit_mapping = false;   ///< initial-policy-mapping-inhibit
  bool inhibit_any = false;       ///< initial-any-policy-inhibit

  [[nodiscard]] bool accepts_any() const;
};

/// What is made of a missing revocation answer. A certificate that is known to be revoked is always refused.
enum class RevocationPolicy : std::uint8_t {
  soft_fail,  ///< silence is told in the verdict and accepted; the default
  hard_fail,  ///< silence refuses
  off,        ///< not looked at, known answers included: weakens
};

/// How far the search for a path may go, so that no chain can make it long (CVE-2018-16875).
struct PathBudget {
  std::size_t max_depth = 10;       ///< certificates in a path, anchor included
  std::size_t max_signatures = 64;  ///< signatures verified for one question
  std::size_t max_steps = 512;      ///< candidates looked at for one question
  std::size_t max_constraint_comparisons = 250'000;
};

struct Question;

/// The judge. Immutable and shared by connections: verify() may run in many threads at once.
///
/// It holds to RFC 5280 6.1 with these decisions (docs/decisions/0010 says why):
/// - An anchor is a name and a key, and more: one that has expired, is limited by its own constraints or may not
///   issue is refused like any other authority. Its signature is never looked at.
/// - A leaf that stands in the trust store itself is trusted for its names, purpose and time, without a path.
/// - Otherwise an authority's certificate is not taken for a server or a client.
///
/// It remembers authorities that it met in paths which it accepted: when their certificates come again, the same bytes
/// are not parsed again, nor their signatures verified. All else is judged anew each time.
class Verifier {
 public:
  struct Options {
    RevocationPolicy revocation = RevocationPolicy::soft_fail;
    PathBudget budget;
    std::size_t min_rsa_bits = 2048;
    Profile profile = Profile::web_pki;
    /// Nothing: no policy is asked for, and a path falls over its policies only where a certificate of it demands one.
    std::optional<PolicyInputs> policies = {};
    /// As if every anchor had this pathLenConstraint: authorities between it and the leaf, self-issued ones not
    /// counted.
    std::optional<std::uint32_t> max_path_length = {};
    Conformance conformance = Conformance::lenient;
    /// Takes DSA over SHA-1, for suites of old certificates: weakens.
    bool takes_dsa_with_sha1 = false;
    /// An answer about revocation that is older says nothing; one that does not say until when it holds, holds so long,
    /// and without this not at all.
    std::optional<std::chrono::seconds> max_revocation_age = {};
    /// What a verdict may want from elsewhere (Verdict::wanted(); a Verification does the rest).
    Fetching fetching = {};
    /// Whose signed certificate timestamps are believed. Null: none are looked at.
    std::shared_ptr<const CtLogList> ct_logs = nullptr;
    CtPolicy ct_policy = CtPolicy::off;  ///< all others want ct_logs, or refuse everything
  };

  /// `provider` and `anchors` are not null.
  Verifier(std::shared_ptr<const crypto::Provider> provider, std::shared_ptr<const TrustStore> anchors,
           std::vector<Crl> crls, std::vector<Certificate> intermediates, Options options);
  /// The same with anchors that may be exchanged; each question is judged by those of its moment. `anchors` is not
  /// null.
  Verifier(std::shared_ptr<const crypto::Provider> provider, std::shared_ptr<const LiveTrust> anchors,
           std::vector<Crl> crls, std::vector<Certificate> intermediates, Options options);
  ~Verifier();
  Verifier(const Verifier&) = delete;
  Verifier& operator=(const Verifier&) = delete;

  /// OCSP responses that came with the chain: one for each of its certificates, in its order; the list may be shorter,
  /// and an empty one is none. No list at all: none were asked for, so a certificate that promises one (RFC 7633) is
  /// not held to it.
  using Staples = std::optional<std::span<const ByteView>>;

  /// Judges `chain` (DER, leaf first, the others in any order) for `name` at `now`. Never fails: what is wrong is in
  /// the verdict. `name` may be null for all but Purpose::server: then no name is compared. A staple counts like a
  /// CRL: what it revokes is refused, where it says good nothing else need say so, and where it is of no use that is
  /// told (Verdict::revocation()). A leaf with the TLS feature status_request needs a good one: StapleRequired.
  /// `fetched` is what was got from elsewhere, of which nothing is believed but what its signature proves. `sct_list`
  /// is the leaf's SignedCertificateTimestampList of the handshake (RFC 6962 3.3), its length included; empty: none.
  [[nodiscard]] Verdict verify(std::span<const ByteView> chain, const ServerName* name, Purpose purpose, Time now,
                               const Staples& staples = std::nullopt, std::span<const Fetched> fetched = {},
                               ByteView sct_list = {}) const;
  /// The same where the chain's first certificate has been parsed already: `leaf`.
  [[nodiscard]] Verdict verify(const CertificateView& leaf, std::span<const ByteView> chain, const ServerName* name,
                               Purpose purpose, Time now, const Staples& staples = std::nullopt,
                               ByteView sct_list = {}) const;
  /// The same for the owner of a mail address.
  [[nodiscard]] Verdict verify(std::span<const ByteView> chain, const EmailAddress& address, Time now,
                               Purpose purpose = Purpose::email) const;

  [[nodiscard]] std::shared_ptr<const TrustStore> anchors() const;  ///< the present ones
  [[nodiscard]] const Options& options() const noexcept;

 private:
  struct State;
  [[nodiscard]] Verdict answer(const Question& question, std::span<const ByteView> chain) const;
  std::unique_ptr<const State> state_;
};

/// True when the certificate's subjectAltName covers `name` (RFC 9525 6; the Common Name never counts).
[[nodiscard]] bool covers(const CertificateView& certificate, const ServerName& name);
/// True when the certificate's subjectAltName has this mail address (RFC 5280 4.2.1.6).
[[nodiscard]] bool covers(const CertificateView& certificate, const EmailAddress& address);

}  // namespace keyway::x509
