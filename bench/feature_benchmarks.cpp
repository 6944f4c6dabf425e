#include "feature_benchmarks.hpp"

#include <benchmark/benchmark.h>

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include <keyway/delegated_credential.hpp>
#include <keyway/early_data.hpp>
#include <keyway/ech.hpp>
#include <keyway/external_psk.hpp>
#include <keyway/session.hpp>

#include "ends.hpp"

namespace keyway::bench {
namespace {

using testing::provider;
using testing::test_now;

/// A handshake with a feature, beside the same without.
struct Feature {
  const char* name;
  Form form = Form::full;
  std::function<void(Builders&)> add;
  /// That the feature was used, or was not, as the row says.
  std::function<bool(const ConnectionInfo& server)> is_right;
  bool sends_early = false;
};

/// One configuration's handshakes, each on the accounts of its two ends.
class Contestant {
 public:
  Contestant(const Feature& feature, bool has_feature) : feature_(feature), has_feature_(has_feature) {
    Builders made = builders({.form = feature.form});
    if (has_feature) feature.add(made);
    configs_ = build(std::move(made));
    for (int i = 0; i < warm_up; ++i) static_cast<void>(shake_hands(false, i > 0));
  }

  HandshakeCost shake_hands(bool books_heap, bool is_checked = true) {
    End client{{}, Account(books_heap)};
    End server{{}, Account(books_heap)};
    open(client, server, configs_, name_);
    if (has_feature_ && feature_.sends_early) send_early(client, server);
    bench::shake_hands(client, server, buffer_);
    if (is_checked && has_feature_ && !feature_.is_right(server.connection->info())) give_up(feature_.name);
    return {finish(client), finish(server)};
  }

  void run_round() {
    for (int i = 0; i < in_a_row; ++i) {
      last = shake_hands(false);
      samples[0].add(last.client.time);
      samples[1].add(last.server.time);
    }
  }

  std::array<Samples, 2> samples;  ///< client, server
  HandshakeCost last;

 private:
  static constexpr int warm_up = 5;
  static constexpr int in_a_row = 8;

  void send_early(End& client, End& server) {
    static const Bytes request(100, 0x47);
    if (client.connection->info().early_data != EarlyData::offered) return;  // the first, which has no session yet
    client.account.charge([&] {
      early_.resize(client.connection->sealed_size(request.size()));
      const auto sent = client.connection->send_early(request, early_);
      if (!sent || sent->consumed != request.size()) give_up("early data");
      early_.resize(sent->written);
    });
    deliver(server, early_);
  }

  Feature feature_;
  bool has_feature_;
  Configs configs_;
  ServerName name_ = must(ServerName::parse(host_name), "host name");
  Bytes buffer_ = Bytes(65536);
  Bytes early_;
};

EchKey ech_key() {
  return must(EchKey::generate(*provider(), {.public_name = std::string(host_name)}), "ECH key");
}

void serve_ech(Builders& made, EchKey key) {
  std::vector<EchKey> keys;
  keys.push_back(std::move(key));
  made.server.ech_keys(must(EchKeys::make(provider(), std::move(keys)), "ECH keys"));
}

void hide(Builders& made) {
  EchKey key = ech_key();
  made.client.ech(key.config_list());
  serve_ech(made, std::move(key));
}

void show_raw_key(Builders& made) {
  auto key = must(Credential::raw_public_key(material(LeafKey::ecdsa_p256).leaf.key, *provider()), "raw key");
  made.client.pin_server_key({key->name().begin(), key->name().end()});
  made.client.server_certificate_types({CertificateType::RawPublicKey});
  made.server = bare_server({});
  made.server.add_credential(std::move(key));
}

std::shared_ptr<const ExternalPsk> psk_of(Side side) {
  static const Bytes secret(32, 0x42);
  const ExternalPsk::Key key{as_bytes("till"), secret, crypto::HashAlgorithm::sha256};
  const bool is_client = side == Side::client;
  return must(ExternalPsk::between(side, is_client ? "till" : "vault", is_client ? "vault" : "till", key), "PSK");
}

void share_psk(Builders& made) {
  made.client.add_psk(psk_of(Side::client));
  made.server.add_psk(psk_of(Side::server));
}

/// Knows one key, at hand or, as far as anybody asks, later.
class OnePskResolver final : public PskResolver {
 public:
  explicit OnePskResolver(bool answers_later) : answers_later_(answers_later) {}
  [[nodiscard]] std::shared_ptr<const ExternalPsk> resolve(std::span<const OfferedPsk> /*offered*/,
                                                           const ClientHelloView& /*hello*/) const override {
    return psk_;
  }
  [[nodiscard]] bool answers_later() const override { return answers_later_; }

 private:
  std::shared_ptr<const ExternalPsk> psk_ = psk_of(Side::server);
  bool answers_later_;
};

/// Keeps sessions in a table, and gives out their numbers as tickets.
class TableProtection final : public TicketProtection {
 public:
  explicit TableProtection(bool answers_later) : answers_later_(answers_later) {}
  [[nodiscard]] Result<Bytes> protect(ByteView session) override {
    Bytes ticket(8);
    std::uint64_t rest = ++last_;
    for (std::uint8_t& byte : ticket) byte = static_cast<std::uint8_t>(std::exchange(rest, rest >> 8U));
    sessions_.emplace(last_, Bytes(session.begin(), session.end()));
    return ticket;
  }
  [[nodiscard]] std::optional<Bytes> unprotect(ByteView ticket) override {
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < ticket.size() && i < 8; ++i) number |= std::uint64_t{ticket[i]} << (8U * i);
    auto found = sessions_.extract(number);
    return found ? std::optional(std::move(found.mapped())) : std::nullopt;
  }
  [[nodiscard]] bool answers_later() const override { return answers_later_; }

 private:
  std::unordered_map<std::uint64_t, Bytes> sessions_;
  std::uint64_t last_ = 0;
  bool answers_later_;
};

void seal_tickets_elsewhere(Builders& made, bool answers_later) {
  made.server.ticket_keys(must(TicketKeys::behind(std::make_shared<TableProtection>(answers_later)), "tickets"));
}

/// A server that would give such tickets, to a client that takes none.
void seal_no_tickets_elsewhere(Builders& made) {
  Builders giving = builders({.form = Form::resumed});
  seal_tickets_elsewhere(giving, true);
  made.server = std::move(giving.server);
}

/// Its answers would come later, where somebody asked.
class DistantSessionStore final : public ServerSessionStore {
 public:
  void put(ByteView id, Bytes session, Time until) override { near_.put(id, std::move(session), until); }
  [[nodiscard]] std::optional<Bytes> get(ByteView id) override { return near_.get(id); }
  [[nodiscard]] std::optional<Bytes> take(ByteView id) override { return near_.take(id); }
  [[nodiscard]] bool answers_later(ByteView /*id*/) const override { return true; }

 private:
  InMemoryServerSessionStore near_;
};

/// Of a leaf that may delegate; the plain one stays behind it, for clients that take none.
void delegate_key(Builders& made) {
  const testing::TestAuthority& authority = material(LeafKey::ecdsa_p256).authority;
  const testing::IssuedCertificate leaf = authority.issue(
      {.names = {std::string(host_name)}, .extra_extensions = {{"1.3.6.1.4.1.44363.44", false, Bytes{0x05, 0x00}}}});
  std::shared_ptr<const crypto::PrivateKey> key = must(provider()->generate_key(crypto::KeyType::p256, 0), "key");
  const ByteView public_key = key->subject_public_key_info();
  const DelegationRequest request{public_key, SignatureScheme::ecdsa_secp256r1_sha256,
                                  test_now + std::chrono::hours(24)};
  auto delegation =
      must(delegate(leaf.certificate().view(), *leaf.key, request, test_now, *provider()), "delegated credential");
  made.server = bare_server({});
  made.server.add_credential(
      must(Credential::delegated(leaf.chain_certificates(), std::move(delegation), std::move(key), *provider()),
           "delegated"));
  made.server.add_credential(credential_of(leaf));
}

void take_early_data(Builders& made) {
  made.client.allow_early_data();
  // Of a clock that stands still: made an hour ago, so that no ticket is older, and large, as nothing is ever
  // forgotten.
  made.server.take_early_data(
      {.store = std::make_shared<InMemorySingleUseStore>(test_now - std::chrono::hours(1), std::size_t{1} << 24U)});
}

bool is_plain(const ConnectionInfo& server) {
  return server.ech == EchStatus::off && !server.is_delegated && server.psk == nullptr;
}

bool is_resumed(const ConnectionInfo& server) {
  return server.is_resumption;
}

std::vector<Feature> all_features() {
  const auto ech_is = [](EchStatus status) {
    return [status](const ConnectionInfo& server) { return server.ech == status; };
  };
  return {
      {"grease", Form::full, [](Builders& made) { made.client.grease(); }, is_plain},
      {"ech", Form::full, hide, ech_is(EchStatus::accepted)},
      {"ech_grease", Form::full, [](Builders& made) { made.client.grease_ech(); },
       [](const ConnectionInfo& server) { return server.ech != EchStatus::accepted; }},
      {"ech_unused", Form::full, [](Builders& made) { serve_ech(made, ech_key()); }, is_plain},
      {"raw_public_key", Form::full, show_raw_key, is_plain},
      {"external_psk", Form::full, share_psk, [](const ConnectionInfo& server) { return server.psk != nullptr; }},
      {"external_psk_unused", Form::full,
       [](Builders& made) {
         Builders with_psk = builders({});
         share_psk(with_psk);
         made.server = std::move(with_psk.server);
       },
       is_plain},
      {"psk_resolver", Form::full,
       [](Builders& made) {
         made.client.add_psk(psk_of(Side::client));
         made.server.psk_resolver(std::make_shared<OnePskResolver>(false));
       },
       [](const ConnectionInfo& server) { return server.psk != nullptr; }},
      {"psk_resolver_unused", Form::full,
       [](Builders& made) { made.server.psk_resolver(std::make_shared<OnePskResolver>(true)); }, is_plain},
      {"session_store", Form::resumed,
       [](Builders& made) {
         made.server.without_tickets().session_store(std::make_shared<InMemoryServerSessionStore>());
       },
       is_resumed},
      {"session_store_unused", Form::resumed,
       [](Builders& made) { made.server.session_store(std::make_shared<DistantSessionStore>()); }, is_resumed},
      {"ticket_protection", Form::resumed, [](Builders& made) { seal_tickets_elsewhere(made, false); }, is_resumed},
      {"ticket_protection_unused", Form::full, seal_no_tickets_elsewhere, is_plain},
      {"kernel_tls_unused", Form::full,
       [](Builders& made) {
         made.client.allow_secret_extraction();
         made.server.allow_secret_extraction();
       },
       is_plain},
      {"delegated_credential", Form::full,
       [](Builders& made) {
         delegate_key(made);
         made.client.take_delegated_credentials();
       },
       [](const ConnectionInfo& server) { return server.is_delegated; }},
      {"delegated_credential_unused", Form::full, [](Builders& made) { delegate_key(made); }, is_plain},
      {"late_authentication_unused", Form::full, [](Builders& made) { made.client.allow_late_authentication(); },
       is_plain},
      {"early_data", Form::resumed, take_early_data,
       [](const ConnectionInfo& server) { return server.early_data == EarlyData::accepted; }, true},
      {"early_data_unused", Form::resumed,
       [](Builders& made) {
         Builders taking = builders({.form = Form::resumed});
         take_early_data(taking);
         made.server = std::move(taking.server);
       },
       [](const ConnectionInfo& server) { return server.is_resumption && server.early_data != EarlyData::accepted; }},
  };
}

/// In turns, so that what drifts on the machine drifts for both.
void run_feature(benchmark::State& state, const Feature& feature, Side side) {
  const std::size_t at = side == Side::client ? 0 : 1;
  Contestant plain(feature, false);
  Contestant with(feature, true);
  for ([[maybe_unused]] const auto iteration : state) {
    plain.run_round();
    with.run_round();
    const SideCost& cost = side == Side::client ? with.last.client : with.last.server;
    state.SetIterationTime(std::chrono::duration<double>(cost.time).count());
  }
  const Nanoseconds without = plain.samples[at].median();
  const Nanoseconds time = with.samples[at].median();
  state.counters["plain_us"] = microseconds(without);
  state.counters["feature_us"] = microseconds(time);
  state.counters["ratio"] = time / without;
  const auto of = [side](const HandshakeCost& cost) { return side == Side::client ? cost.client : cost.server; };
  const SideCost heap_without = of(plain.shake_hands(true));
  const SideCost heap = of(with.shake_hands(true));
  state.counters["more_allocations"] =
      static_cast<double>(heap.allocations) - static_cast<double>(heap_without.allocations);
  state.counters["more_idle_bytes"] = static_cast<double>(heap.idle_bytes - heap_without.idle_bytes);
}

}  // namespace

void register_feature_benchmarks() {
  for (const Feature& feature : all_features()) {
    for (const Side side : {Side::server, Side::client}) {
      const std::string name = std::string("features/") + feature.name + (side == Side::server ? "/server" : "/client");
      benchmark::RegisterBenchmark(name.c_str(), [feature, side](benchmark::State& state) {
        run_feature(state, feature, side);
      })->UseManualTime();
    }
  }
}

}  // namespace keyway::bench
