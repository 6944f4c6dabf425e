#include "lasting.hpp"

#include <algorithm>
#include <utility>

#include "tls/session/client_session.hpp"

namespace keyway::bogo {
namespace {

/// The same session of another configuration, whose ID stands at the end of the store's key.
StoredSession bound_to(const tls::ClientSession& kept, std::string_view key) {
  tls::ClientSession bound{kept.session.clone(), kept.ticket, kept.session_id, kept.peer};
  tls::ConfigurationId& id = bound.session.configuration;
  if (key.size() >= id.size()) std::ranges::copy(as_bytes(key.substr(key.size() - id.size())), id.begin());
  return std::make_shared<const tls::ClientSession>(std::move(bound));
}

Outcome<Bytes> make_key(const crypto::Provider& provider) {
  Bytes key(TicketKeys::key_size);
  if (auto filled = provider.random().fill(key); !filled) return broke(std::move(filled.error()));
  return key;
}

}  // namespace

void KeptSessions::put(std::string_view, StoredSession session) {
  if (session != given_) ++new_;
  sessions_.push_back(std::move(session));
}

StoredSession KeptSessions::take(std::string_view key) {
  const bool wants_tls12 = key.starts_with("tls1.2 ");
  const bool is_there =
      !sessions_.empty() && wants_tls12 == (sessions_.back()->session.version == ProtocolVersion::TLS1_2);
  if (!is_there) return nullptr;
  given_ = bound_to(*sessions_.back(), key);
  sessions_.clear();  // the newest counts alone
  return given_;
}

bool KeptSessions::newest_takes_early_data() const {
  return !sessions_.empty() && sessions_.back()->session.max_early_data > 0;
}

std::size_t KeptSessions::take_count_of_new() noexcept {
  return std::exchange(new_, 0);
}

Outcome<Lasting> Lasting::make() {
  auto provider = crypto::make_provider();
  if (!provider) return broke(std::move(provider.error()));
  Lasting lasting;
  lasting.provider = std::move(*provider);
  lasting.clock = std::make_shared<ShiftedClock>();
  lasting.client_sessions = std::make_shared<KeptSessions>();
  lasting.early_data_store = std::make_shared<InMemorySingleUseStore>(lasting.clock->now());
  lasting.server_sessions = std::make_shared<InMemoryServerSessionStore>();
  auto key = make_key(*lasting.provider);
  if (!key) return std::unexpected(std::move(key.error()));
  lasting.keys_.push_back(std::move(*key));
  auto keys = TicketKeys::from(lasting.provider, std::vector<ByteView>{lasting.keys_.front()});
  if (!keys) return broke(std::move(keys.error()));
  lasting.ticket_keys = std::move(*keys);
  return lasting;
}

Outcome<void> Lasting::change_ticket_keys() {
  auto key = make_key(*provider);
  if (!key) return std::unexpected(std::move(key.error()));
  keys_.insert(keys_.begin(), std::move(*key));
  const std::vector<ByteView> views(keys_.begin(), keys_.end());
  if (auto replaced = ticket_keys->replace(views); !replaced) return broke(std::move(replaced.error()));
  return {};
}

}  // namespace keyway::bogo
