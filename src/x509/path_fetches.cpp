// The part of the search that says what is to be had elsewhere, and takes what was got from there.

#include <algorithm>
#include <array>
#include <utility>

#include "core/text.hpp"
#include "x509/certificate_bag.hpp"
#include "x509/crl.hpp"
#include "x509/extensions.hpp"
#include "x509/general_name.hpp"
#include "x509/issuance_rules.hpp"
#include "x509/ocsp_request.hpp"
#include "x509/oid.hpp"
#include "x509/path_search.hpp"

namespace keyway::x509 {
namespace {

/// RFC 5280 8: plain HTTP alone. LDAP is nobody's any more, and HTTPS would ask the question that is being answered.
bool is_http(std::string_view url) noexcept {
  constexpr std::size_t longest = 2048;
  return url.starts_with("http://") && url.size() <= longest &&
         std::ranges::all_of(url, [](char c) { return c > ' ' && c < 0x7f; });
}

std::vector<std::string> urls_of(const DistributionPoint& point) {
  std::vector<std::string> urls;
  if (!point.name || !point.name->full) return urls;
  der::Status status;
  der::Reader names(*point.name->full, status);
  while (!names.empty()) {
    const GeneralName name = read_general_name(names);
    if (status.ok() && name.form == NameForm::uri) urls.emplace_back(as_text(name.value));
  }
  return urls;
}

Fetch fetch_about(const CertificateView& certificate, std::size_t depth, FetchKind kind, std::size_t max_size) {
  Fetch fetch;
  fetch.kind = kind;
  fetch.max_size = max_size;
  fetch.about = certificate.serial_hex();
  fetch.depth = depth;
  return fetch;
}

bool is_same(const Fetch& a, const Fetch& b) noexcept {
  return a.kind == b.kind && a.url == b.url && a.about == b.about;
}

}  // namespace

std::string_view to_string(FetchKind kind) noexcept {
  switch (kind) {
    case FetchKind::crl:
      return "CRL";
    case FetchKind::ocsp:
      return "OCSP response";
    case FetchKind::issuer:
      return "issuer's certificate";
  }
  return "unknown";
}

std::vector<ByteView> fetched_issuers(std::span<const Fetched> fetched) {
  std::vector<ByteView> issuers;
  for (const Fetched& one : fetched) {
    if (one.wanted.kind != FetchKind::issuer || one.answer.empty()) continue;
    for (const ByteView der : read_certificate_bag(one.answer)) issuers.push_back(der);
  }
  return issuers;
}

std::span<const SignedList* const> PathSearch::lists() {
  if (question_.fetched.empty()) return material_.lists.all();
  if (lists_) return *lists_;
  lists_ = material_.lists.all();
  for (const Fetched& one : question_.fetched) {
    if (one.wanted.kind != FetchKind::crl || one.answer.empty()) continue;
    if (auto crl = Crl::from(one.answer); crl && is_admissible(*crl, material_.options)) {
      lists_->push_back(&fetched_lists_.emplace_back(std::move(*crl), one.wanted.url));
    }
  }
  return *lists_;
}

std::optional<PathSearch::FetchedAnswer> PathSearch::ask_fetched(std::size_t depth) {
  const CertificateView& view = *path_[depth].node.view;
  const Node& issuer = path_[depth + 1].node;
  std::optional<FetchedAnswer> last;
  for (const Fetched& one : question_.fetched) {
    if (one.wanted.kind != FetchKind::ocsp || one.answer.empty() || one.wanted.about != view.serial_hex()) continue;
    const crypto::PublicKey* key = key_of(issuer);
    if (key == nullptr) return last;
    std::size_t left = material_.options.budget.max_signatures - verified_;
    const OcspQuestion question{
        view, *issuer.view, *key, question_.now, material_.options.max_revocation_age, one.wanted.nonce};
    last = FetchedAnswer{judge_ocsp_response(one.answer, question, material_.provider, left), one.wanted.url};
    verified_ = material_.options.budget.max_signatures - left;
    if (last->answer.standing != Standing::unknown) return last;
  }
  return last;
}

const Fetched* PathSearch::find_tried(const Fetch& fetch) const noexcept {
  const auto found =
      std::ranges::find_if(question_.fetched, [&](const Fetched& other) { return is_same(other.wanted, fetch); });
  return found == question_.fetched.end() ? nullptr : &*found;
}

/// True when it was not tried yet; it is then wanted, if there is room.
bool PathSearch::want(Fetch fetch) {
  if (!is_http(fetch.url) || find_tried(fetch) != nullptr) return false;
  const bool is_there = std::ranges::any_of(wanted_, [&](const Fetch& other) { return is_same(other, fetch); });
  const std::size_t spent = question_.fetched.size() + wanted_.size();
  if (!is_there && spent < material_.options.fetching.max_fetches) wanted_.push_back(std::move(fetch));
  return true;
}

std::optional<Fetch> PathSearch::ocsp_fetch(std::size_t depth, const std::string& url) const {
  const CertificateView& view = *path_[depth].node.view;
  const Fetching& fetching = material_.options.fetching;
  const auto hashes = IssuerHashes::of(material_.provider, *path_[depth + 1].node.view);
  if (!hashes) return std::nullopt;
  Fetch fetch = fetch_about(view, depth, FetchKind::ocsp, fetching.max_other_size);
  if (fetching.nonces) {
    std::array<std::uint8_t, ocsp_nonce_size> nonce{};
    if (!fetching.nonces->fill(nonce)) return std::nullopt;
    fetch.nonce.assign(nonce.begin(), nonce.end());
  }
  fetch.body = encode_ocsp_request(*hashes, view.serial_number, fetch.nonce);
  fetch.url = url;
  // What has a nonce is no answer that a cache on the way could keep.
  if (!fetch.nonce.empty()) return fetch;
  if (auto whole = ocsp_get_url(url, fetch.body)) {
    fetch.url = std::move(*whole);
    fetch.body.clear();
  }
  return fetch;
}

/// OCSP first, being short; a CRL where that is not to be had or of no use.
void PathSearch::want_answers(std::size_t depth) {
  if (!material_.options.fetching.revocation) return;
  const CertificateView& view = *path_[depth].node.view;
  for (const std::string& url : view.ocsp_urls()) {
    auto fetch = ocsp_fetch(depth, url);
    if (fetch && want(std::move(*fetch))) return;
  }
  if (view.crl_distribution_points) want_lists(*view.crl_distribution_points, view, depth);
}

/// RFC 5280 4.2.1.15, 5.2.6: the certificate says where deltas are, or the list does. A list without a number has none.
void PathSearch::want_deltas(const SignedList& base, std::size_t depth) {
  if (!material_.options.fetching.revocation || !base.parsed().number) return;
  const CertificateView& view = *path_[depth].node.view;
  const auto extension = find_extension(view.extensions, oid::freshest_crl);
  const auto of_certificate = extension ? read_freshest_points(extension->value) : std::nullopt;
  if (of_certificate) want_lists(*of_certificate, view, depth);
  if (base.parsed().freshest) want_lists(*base.parsed().freshest, view, depth);
}

void PathSearch::want_lists(ByteView points, const CertificateView& view, std::size_t depth) {
  der::Status status;
  der::Reader each(points, status);
  for (std::size_t count = 0; count < max_distribution_points && !each.empty(); ++count) {
    const DistributionPoint point = read_distribution_point(each);
    if (status.ok()) want_crl_of(point, view, depth);
  }
}

/// All URLs of a point lead to the same list: the next only where the one before led nowhere.
void PathSearch::want_crl_of(const DistributionPoint& point, const CertificateView& view, std::size_t depth) {
  for (std::string& url : urls_of(point)) {
    Fetch fetch = fetch_about(view, depth, FetchKind::crl, material_.options.fetching.max_crl_size);
    fetch.url = std::move(url);
    const Fetched* tried = find_tried(fetch);
    if (tried != nullptr && !tried->answer.empty()) return;
    if (want(std::move(fetch))) return;
  }
}

void PathSearch::want_issuer(const CertificateView& certificate, std::size_t depth) {
  if (!material_.options.fetching.issuers || certificate.is_self_issued()) return;
  for (std::string& url : certificate.issuer_urls()) {
    Fetch fetch = fetch_about(certificate, depth, FetchKind::issuer, material_.options.fetching.max_other_size);
    fetch.url = std::move(url);
    if (want(std::move(fetch))) return;
  }
}

}  // namespace keyway::x509
