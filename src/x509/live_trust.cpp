#include <utility>

#include <keyway/trust.hpp>

namespace keyway::x509 {
namespace {

bool are_same(const AnchorLimits* a, const AnchorLimits* b) {
  return a == nullptr || b == nullptr ? a == b : *a == *b;
}

/// The same anchors with the same limits, in the same order.
bool are_same(const TrustStore& a, const TrustStore& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!(a.at(i) == b.at(i)) || !are_same(a.limits(i), b.limits(i))) return false;
  }
  return true;
}

Result<std::shared_ptr<LiveTrust>> start(LiveTrust::Source source) {
  auto store = source();
  if (!store) return std::unexpected(std::move(store.error()));
  return std::make_shared<LiveTrust>(std::make_shared<const TrustStore>(std::move(*store)), std::move(source));
}

}  // namespace

LiveTrust::LiveTrust(std::shared_ptr<const TrustStore> now, Source source)
    : now_(std::move(now)), source_(std::move(source)) {}

Result<std::shared_ptr<LiveTrust>> LiveTrust::system() {
  return start(&TrustStore::system);
}

Result<std::shared_ptr<LiveTrust>> LiveTrust::from_file(const std::filesystem::path& path) {
  return start([path] { return TrustStore::from_file(path); });
}

std::shared_ptr<const TrustStore> LiveTrust::current() const {
  const std::lock_guard lock(guard_);
  return now_;
}

void LiveTrust::replace(std::shared_ptr<const TrustStore> next) {
  const std::lock_guard lock(guard_);
  now_ = std::move(next);
}

Result<bool> LiveTrust::reload() {
  if (!source_) {
    return std::unexpected(
        fail(ErrorCode::InvalidArgument).at("LiveTrust::reload").expected("a source to read from").received("none"));
  }
  auto next = source_();
  if (!next) return std::unexpected(std::move(next.error()));
  if (are_same(*current(), *next)) return false;
  replace(std::make_shared<const TrustStore>(std::move(*next)));
  return true;
}

}  // namespace keyway::x509
