#include <algorithm>
#include <atomic>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <utility>
#include <vector>

#include <keyway/session.hpp>

namespace keyway {
namespace {

/// Nonces are random: after this many tickets under one key, the chance that two are the same stays below 2^-34.
constexpr std::uint64_t max_tickets_per_key = std::uint64_t{1} << 31U;

std::unexpected<Error> wrong(std::string_view expected, std::string_view received) {
  return std::unexpected(fail(ErrorCode::InvalidConfiguration).at("TicketKeys").expected(expected).received(received));
}

bool is_zero(ByteView bytes) noexcept {
  std::uint8_t any = 0;
  for (const std::uint8_t byte : bytes) any = static_cast<std::uint8_t>(any | byte);
  return any == 0;
}

}  // namespace

struct TicketKeys::State {
  std::shared_ptr<TicketProtection> protection;  ///< not null: nothing of what follows is used
  std::shared_ptr<const crypto::Provider> provider;
  std::shared_ptr<const crypto::Random> random;
  std::shared_ptr<const Clock> clock;  ///< null: keys are changed from outside alone
  std::chrono::seconds period{};

  std::shared_mutex mutex;  ///< for what follows
  std::vector<Key> keys;    ///< the first seals
  Time since{};             ///< when the first began to
  std::atomic<std::uint64_t> sealed = 0;

  /// A key's name comes from the key, so servers with the same keys give them the same names.
  [[nodiscard]] Key named(ByteView secret) const {
    const crypto::HashFunction& sha256 = *provider->hash(crypto::HashAlgorithm::sha256);
    crypto::HashState hash;
    std::array<std::uint8_t, crypto::max_hash_size> digest{};
    sha256.start(hash);
    sha256.update(hash, as_bytes("keyway ticket key name"));
    sha256.update(hash, secret);
    sha256.finish(hash, digest);
    Key key{{}, SecretBuffer<key_size>(secret), true};
    std::copy_n(digest.begin(), key.name.size(), key.name.begin());
    return key;
  }

  [[nodiscard]] Result<Key> make_key() const {
    SecretBuffer<key_size> secret(key_size);
    const crypto::Random& source = random ? *random : provider->random();
    if (auto filled = source.fill(secret.span()); !filled) return std::unexpected(std::move(filled.error()));
    if (is_zero(secret.view())) return std::unexpected(fail(ErrorCode::RandomFailed).at("TicketKeys"));
    return named(secret.view());
  }

  [[nodiscard]] Result<std::vector<Key>> take(std::span<const ByteView> secrets) const {
    if (secrets.empty() || secrets.size() > max_keys) {
      return wrong("1 to " + std::to_string(max_keys) + " keys", std::to_string(secrets.size()));
    }
    std::vector<Key> taken;
    for (const ByteView secret : secrets) {
      if (secret.size() != key_size) {
        return wrong("keys of " + std::to_string(key_size) + " bytes", std::to_string(secret.size()));
      }
      if (is_zero(secret)) return wrong("random keys", "one of zeros");
      Key key = named(secret);
      if (std::ranges::find(taken, key.name, &Key::name) != taken.end()) return wrong("each key once", "one twice");
      taken.push_back(std::move(key));
    }
    return taken;
  }

  [[nodiscard]] bool is_due(Time now) const noexcept {
    return clock && (now - since >= period || sealed.load(std::memory_order_relaxed) >= max_tickets_per_key);
  }

  /// Changes keys when it is time to. Errors: RandomFailed; then the old keys are too old to use.
  [[nodiscard]] Result<void> rotate() {
    if (!clock) return {};
    const Time now = clock->now();
    {
      const std::shared_lock lock(mutex);
      if (!is_due(now)) return {};
    }
    const std::unique_lock lock(mutex);
    if (!is_due(now)) return {};
    auto made = make_key();
    if (!made) return std::unexpected(std::move(made.error()));
    // What the last key sealed in its last second has lived `period` when that key has been there for twice as long.
    const bool is_last_of_use = !keys.empty() && now - since < 2 * period;
    keys.resize(is_last_of_use ? 1 : 0);
    keys.insert(keys.begin(), std::move(*made));
    since = now;
    sealed = 0;
    return {};
  }
};

TicketKeys::TicketKeys(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}
TicketKeys::~TicketKeys() = default;

Result<std::shared_ptr<TicketKeys>> TicketKeys::rotating(std::shared_ptr<const crypto::Provider> provider,
                                                         std::shared_ptr<const Clock> clock,
                                                         std::chrono::seconds period,
                                                         std::shared_ptr<const crypto::Random> random) {
  if (!provider || !clock) return wrong("a provider and a clock", "none");
  if (period < std::chrono::minutes(1)) return wrong("a period of a minute at least", std::to_string(period.count()));
  auto state = std::make_unique<State>();
  state->provider = std::move(provider);
  state->random = std::move(random);
  state->clock = std::move(clock);
  state->period = period;
  auto first = state->make_key();
  if (!first) return std::unexpected(std::move(first.error()));
  state->keys.push_back(std::move(*first));
  state->since = state->clock->now();
  return std::shared_ptr<TicketKeys>(new TicketKeys(std::move(state)));
}

Result<std::shared_ptr<TicketKeys>> TicketKeys::from(std::shared_ptr<const crypto::Provider> provider,
                                                     std::span<const ByteView> keys) {
  if (!provider) return wrong("a provider", "none");
  auto state = std::make_unique<State>();
  state->provider = std::move(provider);
  auto taken = state->take(keys);
  if (!taken) return std::unexpected(std::move(taken.error()));
  state->keys = std::move(*taken);
  return std::shared_ptr<TicketKeys>(new TicketKeys(std::move(state)));
}

Result<std::shared_ptr<TicketKeys>> TicketKeys::behind(std::shared_ptr<TicketProtection> protection) {
  if (!protection) return wrong("a protection of tickets", "none");
  auto state = std::make_unique<State>();
  state->protection = std::move(protection);
  return std::shared_ptr<TicketKeys>(new TicketKeys(std::move(state)));
}

TicketProtection* TicketKeys::protection() const noexcept {
  return state_->protection.get();
}

Result<void> TicketKeys::replace(std::span<const ByteView> keys) {
  if (state_->protection) return wrong("keys of its own", "some behind a TicketProtection");
  auto taken = state_->take(keys);
  if (!taken) return std::unexpected(std::move(taken.error()));
  const std::unique_lock lock(state_->mutex);
  state_->clock.reset();
  state_->keys = std::move(*taken);
  return {};
}

Result<TicketKeys::Key> TicketKeys::sealing_key() {
  if (auto rotated = state_->rotate(); !rotated) return std::unexpected(std::move(rotated.error()));
  const std::shared_lock lock(state_->mutex);
  state_->sealed.fetch_add(1, std::memory_order_relaxed);
  return state_->keys.front().clone(true);
}

std::optional<TicketKeys::Key> TicketKeys::opening_key(const Name& name) {
  if (auto rotated = state_->rotate(); !rotated) return std::nullopt;
  const std::shared_lock lock(state_->mutex);
  const auto found = std::ranges::find(state_->keys, name, &Key::name);
  if (found == state_->keys.end()) return std::nullopt;
  return found->clone(found == state_->keys.begin());
}

}  // namespace keyway
