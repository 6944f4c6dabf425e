#include "x509/timestamps.hpp"

#include <algorithm>
#include <chrono>
#include <limits>
#include <string>
#include <utility>

#include "core/reader.hpp"
#include "core/text.hpp"
#include "core/writer.hpp"
#include "x509/der_writer.hpp"
#include "x509/extensions.hpp"
#include "x509/ocsp.hpp"
#include "x509/oid.hpp"
#include "x509/time_text.hpp"

namespace keyway::x509 {
namespace {

constexpr std::string_view sct_place = "SignedCertificateTimestamp";

/// RFC 6962 3.1.
enum class LogEntryType : std::uint16_t { x509_entry = 0, precert_entry = 1 };

/// RFC 6962 2.1.4: logs sign with ECDSA on P-256 or with RSA, over SHA-256.
std::optional<crypto::SignatureAlgorithm> algorithm_of(const SctView& sct, crypto::KeyType key) noexcept {
  constexpr std::uint8_t sha256 = 4;
  constexpr std::uint8_t rsa = 1;
  constexpr std::uint8_t ecdsa = 3;
  if (sct.hash != sha256) return std::nullopt;
  if (sct.algorithm == ecdsa && key == crypto::KeyType::p256) return crypto::SignatureAlgorithm::ecdsa_sha256;
  if (sct.algorithm == rsa && key == crypto::KeyType::rsa) return crypto::SignatureAlgorithm::rsa_pkcs1_sha256;
  return std::nullopt;
}

/// What a log has signed about a certificate, from its LogEntryType to its signed_entry; empty where that can't be.
using SignedEntry = Bytes;

SignedEntry entry_of_certificate(const CertificateView& leaf) {
  SignedEntry entry;
  Writer out(entry);
  out.value(LogEntryType::x509_entry);
  out.vector24(leaf.der);
  return out.ok() ? entry : SignedEntry();
}

SignedEntry entry_of_precertificate(const CertificateView& leaf, const CertificateView& issuer,
                                    const crypto::Provider& provider) {
  const auto tbs = precertificate_tbs(leaf);
  const Bytes key_hash = hash_of(provider, crypto::HashAlgorithm::sha256, issuer.subject_public_key_info);
  if (!tbs || key_hash.empty()) return {};
  SignedEntry entry;
  Writer out(entry);
  out.value(LogEntryType::precert_entry);
  out.bytes(key_hash);
  out.vector24(*tbs);
  return out.ok() ? entry : SignedEntry();
}

/// RFC 6962 3.2, digitally-signed struct.
Bytes signed_data(const SctView& sct, const SignedEntry& entry) {
  Bytes data;
  Writer out(data);
  out.u8(0);  // v1
  out.u8(0);  // certificate_timestamp
  out.u64(sct.milliseconds);
  out.bytes(entry);
  out.vector16(sct.extensions);
  return data;
}

std::optional<Time> time_of(std::uint64_t milliseconds) noexcept {
  constexpr std::uint64_t year_10000 = 253'402'300'800'000;
  if (milliseconds >= year_10000) return std::nullopt;
  return Time(std::chrono::seconds(static_cast<std::int64_t>(milliseconds / 1000)));
}

/// An OCTET STRING with a list in it, as extensions have it.
ByteView unwrap(ByteView extension) noexcept {
  der::Status status;
  der::Reader reader(extension, status);
  const ByteView list = reader.contents(der::Tag::octet_string, "SignedCertificateTimestampList");
  reader.end("SignedCertificateTimestampList");
  return status.ok() ? list : ByteView();
}

/// Judges the lists of one question.
class Judge {
 public:
  Judge(const CtLogList& logs, const SctQuestion& question, std::size_t& signatures_left)
      : logs_(logs), question_(question), signatures_left_(signatures_left) {}

  void take(SctOrigin origin, ByteView list, const SignedEntry& entry) {
    const auto scts = read_sct_list(list);
    if (!scts) {
      judged_.push_back({{.origin = origin, .log_id = {}, .detail = "not readable: " + scts.error().message()}});
      return;
    }
    for (const ByteView serialized : *scts) judged_.push_back(judge(origin, serialized, entry));
  }

  [[nodiscard]] std::vector<JudgedSct> take_judged() noexcept { return std::move(judged_); }

 private:
  [[nodiscard]] JudgedSct judge(SctOrigin origin, ByteView serialized, const SignedEntry& entry) {
    JudgedSct judged;
    SctWitness& witness = judged.witness;
    witness.origin = origin;
    const auto sct = SctView::parse(serialized);
    if (!sct) {
      witness.detail = "not readable: " + sct.error().message();
      return judged;
    }
    witness.log_id = to_hex(sct->log_id);
    witness.timestamp = time_of(sct->milliseconds);
    judged.log = logs_.find(sct->log_id);
    if (judged.log == nullptr) {
      witness.detail = "of a log that is not on the list";
      return judged;
    }
    witness.log = judged.log->log.description;
    witness.operator_name = judged.log->log.operator_name;
    std::tie(witness.outcome, witness.detail) = weigh(*sct, witness.timestamp, *judged.log, entry);
    return judged;
  }

  [[nodiscard]] std::pair<CheckOutcome, std::string> weigh(const SctView& sct, std::optional<Time> at,
                                                           const CtLogList::Entry& log, const SignedEntry& entry) {
    if (log.log.state == CtLogState::rejected) return {CheckOutcome::unknown, "of a log that is rejected"};
    if (log.log.state == CtLogState::pending) return {CheckOutcome::unknown, "of a log that does not count yet"};
    if (!at || *at > question_.now) return {CheckOutcome::failed, "it is of the future"};
    const auto algorithm = algorithm_of(sct, log.key->type());
    if (!algorithm) return {CheckOutcome::failed, "it is signed in a way that the log's key can't be used for"};
    if (signatures_left_ == 0) return {CheckOutcome::unknown, "not looked at: there are too many"};
    --signatures_left_;
    if (entry.empty() || !log.key->verify(*algorithm, signed_data(sct, entry), sct.signature)) {
      return {CheckOutcome::failed, "the log did not sign it for this certificate"};
    }
    return {CheckOutcome::passed, "seen on " + to_text(*at)};
  }

  const CtLogList& logs_;
  const SctQuestion& question_;
  std::size_t& signatures_left_;
  std::vector<JudgedSct> judged_;
};

// ------------------------------------------------------------------------------------------------ the policy

bool counts_now(const JudgedSct& sct) noexcept {
  const CtLogState state = sct.log->log.state;
  return state == CtLogState::qualified || state == CtLogState::usable || state == CtLogState::read_only;
}

/// What a retired log said before it was.
bool counted_then(const JudgedSct& sct) noexcept {
  const auto& since = sct.log->log.state_since;
  return counts_now(sct) || (sct.log->log.state == CtLogState::retired && since && sct.witness.timestamp &&
                             *sct.witness.timestamp < *since);
}

/// How many logs and operators stand behind some timestamps.
struct Backing {
  std::vector<const CtLogList::Entry*> logs;
  std::vector<std::string_view> operators;
  bool has_present = false;

  void add(const JudgedSct& sct) {
    if (std::ranges::find(logs, sct.log) == logs.end()) logs.push_back(sct.log);
    const std::string_view name = sct.log->log.operator_name;
    if (std::ranges::find(operators, name) == operators.end()) operators.push_back(name);
    has_present = has_present || counts_now(sct);
  }
  [[nodiscard]] bool suffices(std::size_t needed) const noexcept {
    constexpr std::size_t needed_operators = 2;
    return has_present && logs.size() >= needed && operators.size() >= needed_operators;
  }
};

}  // namespace

Result<SctView> SctView::parse(ByteView serialized) {
  SctView read;
  Reader in(serialized, sct_place);
  if (in.u8("sct_version") != 0) in.reject(ErrorCode::InvalidSctList, "sct_version");
  read.log_id = in.bytes(32, "id");
  read.milliseconds = in.u64("timestamp");
  read.extensions = in.vector16("extensions");
  read.hash = in.u8("hash");
  read.algorithm = in.u8("signature algorithm");
  read.signature = in.vector16("signature");
  if (auto finished = in.finish(); !finished) {
    const Error& cause = finished.error();
    return std::unexpected(fail(ErrorCode::InvalidSctList).at(cause.where()).received(cause.received()));
  }
  return read;
}

Result<std::vector<ByteView>> read_sct_list(ByteView list) {
  std::vector<ByteView> scts;
  Reader outer(list, "SignedCertificateTimestampList");
  Reader each(outer.vector16("sct_list", 1), "SignedCertificateTimestampList");
  auto read = outer.finish();
  while (read && each.ok() && !each.empty()) {
    const ByteView sct = each.vector16("SerializedSCT", 1);
    if (each.ok() && scts.size() < max_timestamps) scts.push_back(sct);
  }
  if (read) read = each.finish();
  if (read) return scts;
  return std::unexpected(fail(ErrorCode::InvalidSctList).at(read.error().where()).received(read.error().received()));
}

std::optional<Bytes> precertificate_tbs(const CertificateView& certificate) {
  der::Status status;
  Bytes others;
  bool found = false;
  der::Reader extensions(certificate.extensions, status);
  while (!extensions.empty()) {
    const ByteView whole = extensions.element(der::Tag::sequence, "Extension").whole;
    der::Reader one(whole, status);
    const bool is_list = oid::is(read_extension(one).oid, oid::signed_certificate_timestamps);
    found = found || is_list;
    if (!is_list) others.insert(others.end(), whole.begin(), whole.end());
  }
  if (!found || !status.ok()) return std::nullopt;

  der::Reader outer(certificate.tbs_certificate, status);
  der::Reader fields = outer.enter(der::Tag::sequence, "tbsCertificate");
  Bytes tbs = encode_der([&](DerWriter& writer) {
    writer.sequence([&] {
      while (!fields.empty()) {
        const bool is_last = fields.next_is(der::constructed(3));
        const ByteView whole = fields.any("tbsCertificate").whole;
        if (!is_last) writer.raw(whole);
      }
      if (others.empty()) return;
      writer.context(3, [&] { writer.sequence([&] { writer.raw(others); }); });
    });
  });
  return status.ok() ? std::optional(std::move(tbs)) : std::nullopt;
}

std::vector<JudgedSct> judge_timestamps(const CtLogList& logs, const SctQuestion& question,
                                        const crypto::Provider& provider, std::size_t& signatures_left) {
  Judge judge(logs, question, signatures_left);
  if (const auto extension = find_extension(question.leaf.extensions, oid::signed_certificate_timestamps)) {
    judge.take(SctOrigin::certificate, unwrap(extension->value),
               entry_of_precertificate(question.leaf, question.issuer, provider));
  }
  const bool has_others = !question.of_handshake.empty() || !question.of_response.empty();
  const SignedEntry entry = has_others ? entry_of_certificate(question.leaf) : SignedEntry();
  if (!question.of_handshake.empty()) judge.take(SctOrigin::tls_extension, question.of_handshake, entry);
  if (!question.of_response.empty()) judge.take(SctOrigin::ocsp_response, unwrap(question.of_response), entry);
  return judge.take_judged();
}

std::optional<Objection> check_timestamps(const CertificateView& leaf, CtPolicy policy,
                                          const std::vector<JudgedSct>& timestamps) {
  if (policy == CtPolicy::off) return std::nullopt;
  constexpr auto short_lived = std::chrono::days(180);
  constexpr std::size_t needed_beside = 2;
  const std::size_t needed_inside = leaf.not_after - leaf.not_before <= short_lived ? 2 : 3;
  Backing inside;
  Backing beside;
  for (const JudgedSct& sct : timestamps) {
    if (sct.witness.outcome != CheckOutcome::passed) continue;
    const bool is_inside = sct.witness.origin == SctOrigin::certificate;
    if (is_inside && counted_then(sct)) inside.add(sct);
    if (!is_inside && counts_now(sct)) beside.add(sct);
  }
  if (inside.suffices(needed_inside) || beside.suffices(needed_beside)) return std::nullopt;
  const auto told = [](const Backing& backing) {
    return std::to_string(backing.logs.size()) + " of " + std::to_string(backing.operators.size()) + " operators";
  };
  return Objection{
      CheckKind::transparency,
      finding_about(leaf, 0, ErrorCode::TooFewTimestamps, "RFC 6962 3, CtPolicy::" + std::string(to_string(policy)),
                    "timestamps of " + std::to_string(needed_inside) + " logs in the certificate, or of " +
                        std::to_string(needed_beside) + " beside it, of two operators at least",
                    told(inside) + " in it, " + told(beside) + " beside it, among the " +
                        std::to_string(timestamps.size()) + " that came",
                    "have the certificate issued by an authority that enters it into public logs")};
}

std::string_view to_string(CtPolicy policy) noexcept {
  return policy == CtPolicy::chrome ? "chrome" : "off";
}

// ------------------------------------------------------------------------------------------------ the logs

CtLogList::CtLogList(std::shared_ptr<const crypto::Provider> provider) : provider_(std::move(provider)) {}

Result<void> CtLogList::add(CtLog log) {
  auto key = provider_->public_key(log.public_key);
  if (!key) return std::unexpected(std::move(key.error()).at("log " + printable(log.description)));
  Entry entry{std::move(log), {}, std::move(*key)};
  const Bytes id = hash_of(*provider_, crypto::HashAlgorithm::sha256, entry.log.public_key);
  std::copy_n(id.begin(), std::min(id.size(), entry.id.size()), entry.id.begin());
  if (find(entry.id) == nullptr) entries_.push_back(std::move(entry));
  return {};
}

const CtLogList::Entry* CtLogList::find(ByteView id) const noexcept {
  const auto found =
      std::ranges::find_if(entries_, [&](const Entry& entry) { return std::ranges::equal(entry.id, id); });
  return found == entries_.end() ? nullptr : &*found;
}

}  // namespace keyway::x509
