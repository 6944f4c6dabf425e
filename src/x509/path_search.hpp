#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <keyway/trust.hpp>

#include "x509/certificate_checks.hpp"
#include "x509/distribution_point.hpp"
#include "x509/known_authorities.hpp"
#include "x509/ocsp_judgement.hpp"
#include "x509/revocation.hpp"
#include "x509/timestamps.hpp"

namespace keyway::x509 {

class PolicyGraph;

/// A certificate that a path may go through.
struct Node {
  const CertificateView* view = nullptr;
  PathElement element;
  std::uint64_t subject_hash = 0;
  const KnownAuthority* known = nullptr;  ///< for those that a peer sent
};

/// Public keys of certificates that live as long as the Verifier, each parsed when first needed. Thread-safe.
class KeyCache {
 public:
  explicit KeyCache(std::size_t size) : slots_(size) {}
  /// Null where the key is not one that the provider takes.
  [[nodiscard]] const crypto::PublicKey* get(std::size_t index, const CertificateView& certificate,
                                             const crypto::Provider& provider);

 private:
  struct Slot {
    std::once_flag once;
    std::unique_ptr<crypto::PublicKey> key;
  };
  std::deque<Slot> slots_;
};

/// RFC 5280 4.2.1.1: a hint for the order of the search, never a proof.
[[nodiscard]] bool key_identifiers_differ(const CertificateView& child, const CertificateView& issuer) noexcept;

/// Signatures of logs that are verified for one question, whatever its paths.
inline constexpr std::size_t max_timestamp_signatures = 64;

/// The certificates among what was fetched, those that parse.
[[nodiscard]] std::vector<ByteView> fetched_issuers(std::span<const Fetched> fetched);

[[nodiscard]] Objection budget_spent(const CertificateView& certificate, std::size_t depth, std::string what);

/// What all questions to one Verifier share.
struct VerifierMaterial {
  const crypto::Provider& provider;
  const TrustStore& anchors;
  std::span<const Node> intermediates;
  const RevocationLists& lists;
  const Verifier::Options& options;
  KeyCache& anchor_keys;
  KeyCache& intermediate_keys;
  KnownAuthorities& known;
};

/// The search for a path, for one question: depth first from the leaf, each step checked as far as it can be before
/// the next (RFC 5280 6.1 from the other end, RFC 4158), cheap rules first and the signature last.
class PathSearch {
 public:
  /// `chain` is what the peer sent, and behind it fetched_issuers().
  PathSearch(const VerifierMaterial& material, const Question& question, std::span<const ByteView> chain);

  [[nodiscard]] Verdict run();
  /// After run(): what would help, if it were fetched.
  [[nodiscard]] std::vector<Fetch> take_wanted() noexcept { return std::move(wanted_); }

 private:
  /// A certificate of the path and how far its issuers have been looked through.
  struct Frame {
    Node node;
    std::span<const std::uint32_t> anchors;  ///< those of the issuer's name
    std::uint64_t issuer_hash = 0;
    std::uint8_t round = 0;   ///< 0: key identifiers match or are missing; 1: they differ
    std::uint8_t source = 0;  ///< 0: anchors, 1: the peer's, 2: configured
    std::size_t next = 0;
    bool found_any = false;
  };

  struct KnownSignature {
    PathElement child;
    ByteView issuer_key;
    bool holds;
  };

  /// A candidate that fell, and what the checks of the verdict are made of.
  struct Fallen {
    Candidate candidate;
    CheckKind kind = CheckKind::issuer;
    bool is_complete = false;  ///< the path came to an anchor and broke no rule on the way
    CheckOutcome revocation = CheckOutcome::not_checked;
    CheckOutcome transparency = CheckOutcome::not_checked;
  };

  [[nodiscard]] bool read_chain(std::span<const ByteView> chain);
  [[nodiscard]] std::optional<Verdict> judge_trusted_leaf();
  void judge_leaf();
  [[nodiscard]] std::optional<Verdict> search();

  void push(const Node& node);
  [[nodiscard]] std::optional<Node> next_issuer(Frame& frame) const;
  [[nodiscard]] std::optional<Node> candidate_at(const Frame& frame) const;
  [[nodiscard]] std::size_t source_size(const Frame& frame) const noexcept;
  [[nodiscard]] bool is_in_path(const Node& node) const noexcept;

  [[nodiscard]] std::optional<Objection> check_issuer(const Node& issuer);
  [[nodiscard]] std::optional<Objection> check_conformance(const Node& node, std::size_t depth) const;
  [[nodiscard]] std::optional<Objection> check_constraints(const Node& issuer);
  /// `constraints`: contents of a NameConstraints.
  [[nodiscard]] std::optional<Objection> check_names_below(const Node& issuer, ByteView constraints);
  /// What the store says of an anchor, beside what that says of itself.
  [[nodiscard]] std::optional<Objection> check_limits(const Node& anchor, std::size_t authorities_below);
  [[nodiscard]] std::optional<Objection> check_signature(const Node& issuer);
  /// Makes the keys that inherit their parameters from above, and verifies what they signed.
  [[nodiscard]] std::optional<Objection> settle_inherited_keys();
  /// Cheap where no certificate of the path asks for a policy and nobody else does.
  [[nodiscard]] std::optional<Objection> check_policies();
  /// What is asked of the path's policies: by the options, and by the anchor's limits; nothing where neither asks.
  [[nodiscard]] std::optional<PolicyInputs> policy_inputs() const;
  [[nodiscard]] std::optional<Objection> judge_policies(const PolicyInputs& inputs);
  [[nodiscard]] std::optional<Objection> add_policies(PolicyGraph& graph, std::size_t depth, bool is_any_free);
  [[nodiscard]] std::optional<Objection> judge_revocation();
  /// The leaf's signed certificate timestamps, which speak of the issuer that the path has.
  [[nodiscard]] std::optional<Objection> judge_transparency();
  [[nodiscard]] std::optional<Objection> check_revocation(std::size_t depth);
  /// What the lists at hand say of a certificate whose issuer stands at `issuer_depth` of the path.
  [[nodiscard]] RevocationAnswer ask_lists_about(const CertificateView& certificate, std::size_t issuer_depth,
                                                 bool with_other_signers = true);
  [[nodiscard]] bool is_signed_in_path(const SignedList& list, std::size_t issuer_depth);
  [[nodiscard]] bool is_signed_beside_path(const SignedList& list, std::size_t issuer_depth);
  [[nodiscard]] bool may_sign_lists(const Node& signer, std::size_t issuer_depth);
  [[nodiscard]] bool is_signed_with(const SignedList& list, const Node& signer);
  /// What the staple for this certificate says; nothing without one.
  [[nodiscard]] std::optional<OcspAnswer> ask_staple(std::size_t depth);
  /// What a response that was fetched says, and where it is from.
  struct FetchedAnswer {
    OcspAnswer answer;
    std::string place;
  };
  [[nodiscard]] std::optional<FetchedAnswer> ask_fetched(std::size_t depth);
  /// Configured and fetched.
  [[nodiscard]] std::span<const SignedList* const> lists();
  [[nodiscard]] const Fetched* find_tried(const Fetch& fetch) const noexcept;
  [[nodiscard]] bool want(Fetch fetch);
  [[nodiscard]] std::optional<Fetch> ocsp_fetch(std::size_t depth, const std::string& url) const;
  void want_answers(std::size_t depth);
  /// Lists of changes to one that is at hand.
  void want_deltas(const SignedList& base, std::size_t depth);
  void want_lists(ByteView points, const CertificateView& view, std::size_t depth);
  void want_crl_of(const DistributionPoint& point, const CertificateView& view, std::size_t depth);
  void want_issuer(const CertificateView& certificate, std::size_t depth);
  [[nodiscard]] const crypto::PublicKey* key_of(const Node& node);
  [[nodiscard]] Objection no_issuer(const Frame& frame) const;
  [[nodiscard]] Objection wrong_signature(const Node& issuer) const;
  /// `advice` about a certificate's time, and what the anchors' dates say of the clock.
  [[nodiscard]] std::string advice_on_clock(std::string advice) const;
  void remark_on_order(Verdict& verdict) const;
  [[nodiscard]] bool spend_step();

  /// Keeps the authorities of an accepted path that came from the peer.
  void remember_authorities() const;
  void fall(Objection objection, const Node* issuer = nullptr);
  [[nodiscard]] Verdict accept();
  [[nodiscard]] Verdict refuse();
  [[nodiscard]] std::vector<Check> accepted_checks() const;
  [[nodiscard]] std::vector<Check> refused_checks(const Fallen& telling) const;
  [[nodiscard]] std::vector<PathElement> elements(const Node* last = nullptr) const;

  const VerifierMaterial& material_;
  Question question_;
  std::vector<CertificateView> views_;
  std::vector<Node> peers_;  ///< leaf first; those that don't parse are left out
  std::vector<std::unique_ptr<crypto::PublicKey>> peer_keys_;
  std::vector<Frame> path_;
  std::vector<KnownSignature> signatures_;
  std::optional<Objection> leaf_objection_;
  bool name_holds_ = false;
  std::vector<Fallen> fallen_;
  std::size_t steps_ = 0;
  std::size_t verified_ = 0;
  std::size_t comparisons_left_ = 0;
  bool is_spent_ = false;
  CheckOutcome revocation_ = CheckOutcome::not_checked;
  std::vector<RevocationWitness> witnesses_;
  CheckOutcome transparency_ = CheckOutcome::not_checked;
  std::size_t timestamps_left_ = max_timestamp_signatures;
  std::vector<SctWitness> timestamps_;
  std::vector<std::string> policies_;  ///< user-constrained-policy-set of the path, where policies were looked at
  std::list<SignedList> fetched_lists_;
  std::optional<std::vector<const SignedList*>> lists_;
  std::vector<Fetch> wanted_;
};

}  // namespace keyway::x509
