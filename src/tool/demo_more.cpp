#include "tool/demo_more.hpp"

#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <keyway/config.hpp>
#include <keyway/delegated_credential.hpp>
#include <keyway/ech.hpp>
#include <keyway/external_psk.hpp>
#include <keyway/trust.hpp>

#include "net/fetch.hpp"
#include "net/server.hpp"
#include "tool/demo_stage.hpp"

namespace keyway::tool {
namespace {

using explain::Tone;

/// A visit, and what of it was to come.
struct Visit {
  net::Response response;
  bool has_page = false;
};

/// The stage with what this part of the demo needs of it.
class More {
 public:
  More(DemoStage stage, Audience& audience) : stage_(std::move(stage)), audience_(&audience) {}

  [[nodiscard]] Result<bool> early_data();
  [[nodiscard]] Result<bool> shared_key();
  [[nodiscard]] Result<bool> raw_public_key();
  [[nodiscard]] Result<bool> delegation();
  [[nodiscard]] Result<bool> hidden_name();

 private:
  [[nodiscard]] ServerConfig::Builder server() const {
    ServerConfig::Builder builder;
    builder.provider(stage_.provider()).alpn({"http/1.1"}).unknown_name(UnknownName::use_default);
    return builder;
  }
  [[nodiscard]] ClientConfig::Builder client() const {
    ClientConfig::Builder builder;
    builder.provider(stage_.provider()).alpn({"http/1.1"});
    return builder;
  }
  [[nodiscard]] std::shared_ptr<const x509::TrustStore> trust() {
    auto store = std::make_shared<x509::TrustStore>();
    store->add(stage_.authority().root());
    return store;
  }
  [[nodiscard]] Result<void> open(ServerConfig::Builder builder) {
    auto config = builder.build();
    if (!config) return std::unexpected(std::move(config.error()));
    net::FileServerOptions options;
    options.folder = stage_.page_folder();
    options.threads = 1;
    auto opened = net::FileServer::start(std::move(*config), std::move(options));
    if (!opened) return std::unexpected(std::move(opened.error()));
    shop_ = std::move(*opened);
    return {};
  }
  /// The page, if the shop lets it be had.
  [[nodiscard]] Result<Visit> visit(const std::shared_ptr<const ClientConfig>& config, bool early = false) const {
    auto url = net::Url::parse(fmt::format("https://{}:{}/", demo_name, shop_->port()));
    if (!url) return std::unexpected(std::move(url.error()));
    net::FetchOptions options;
    options.sends_early = early;
    options.connect.overrides.push_back({std::string(demo_name), shop_->port(), *IpAddress::parse("127.0.0.1")});
    auto response = net::fetch(*url, config, options);
    if (!response) return std::unexpected(std::move(response.error()));
    const bool has_page = response->status == 200 && response->body_bytes > 0;
    return Visit{std::move(*response), has_page};
  }
  void tell(std::string_view kind, std::string headline, std::vector<explain::Fact> facts, bool good) {
    explain::Step step;
    step.kind = kind;
    step.headline = std::move(headline);
    step.facts = std::move(facts);
    step.tone = good ? Tone::good : Tone::bad;
    step.data["as_expected"] = good;
    audience_->take(step);
  }
  /// A certificate for the shop, and the chain of it.
  [[nodiscard]] Result<authority::IssuedCertificate> issue(std::string_view name = demo_name) {
    authority::IssueRequest request;
    request.names = {std::string(name)};
    request.may_delegate = true;
    return stage_.authority().issue(request);
  }
  [[nodiscard]] static Result<std::vector<x509::Certificate>> chain_of(const authority::IssuedCertificate& issued) {
    std::vector<x509::Certificate> chain;
    for (const Bytes& der : issued.chain) {
      auto certificate = x509::Certificate::from_der(der);
      if (!certificate) return std::unexpected(std::move(certificate.error()));
      chain.push_back(std::move(*certificate));
    }
    return chain;
  }

  [[nodiscard]] Result<std::shared_ptr<const Credential>> credential_for(std::string_view name) {
    auto issued = issue(name);
    if (!issued) return std::unexpected(std::move(issued.error()));
    auto chain = chain_of(*issued);
    if (!chain) return std::unexpected(std::move(chain.error()));
    return Credential::create(std::move(*chain), std::move(issued->key), *stage_.provider());
  }

  DemoStage stage_;
  Audience* audience_;
  std::unique_ptr<net::FileServer> shop_;
};

Result<bool> More::early_data() {
  audience_->section("Early data: the request goes out with the first bytes");
  auto credential = credential_for(demo_name);
  if (!credential) return std::unexpected(std::move(credential.error()));
  auto builder = server();
  builder.add_credential(std::move(*credential)).take_early_data();
  if (auto opened = open(std::move(builder)); !opened) return std::unexpected(std::move(opened.error()));
  auto config = client().trust(trust()).allow_early_data().build();
  if (!config) return std::unexpected(std::move(config.error()));
  const auto first = visit(*config, true);
  if (!first) return std::unexpected(first.error());
  const auto second = visit(*config, true);
  if (!second) return std::unexpected(second.error());
  const bool good = first->has_page && second->has_page && second->response.tls.early_data == EarlyData::accepted;
  tell("early_data", "A customer who comes back asks at once, under a key of the last visit",
       {{"first visit", fmt::format("early data: {}", to_string(first->response.tls.early_data))},
        {"second visit", fmt::format("early data: {}", to_string(second->response.tls.early_data))},
        {"price", "whoever recorded it can send it again, so only a GET goes out so, and a ticket counts once",
         Tone::aside}},
       good);
  return good;
}

Result<bool> More::shared_key() {
  audience_->section("A key that both ends were given, and no certificate at all");
  std::array<std::uint8_t, 32> secret{};
  if (auto filled = stage_.provider()->random().fill(secret); !filled)
    return std::unexpected(std::move(filled.error()));
  const ExternalPsk::Key key{.identity = as_bytes("till 7"), .secret = secret};
  const auto add = [&](auto& builder, Side side, std::string_view own, std::string_view peer) -> Result<void> {
    auto psk = ExternalPsk::between(side, own, peer, key);
    if (!psk) return std::unexpected(std::move(psk.error()));
    builder.add_psk(std::move(*psk));
    return {};
  };
  auto shop = server();
  auto till = client();
  auto itself = client();
  auto added = add(shop, Side::server, "shop", "till");
  if (added) added = add(till, Side::client, "till", "shop");
  if (added) added = add(itself, Side::client, "shop", "till");
  wipe(secret);
  if (!added) return std::unexpected(std::move(added.error()));
  if (auto opened = open(std::move(shop)); !opened) return std::unexpected(std::move(opened.error()));
  auto known = till.build();
  if (!known) return std::unexpected(std::move(known.error()));
  auto reflected = itself.build();
  if (!reflected) return std::unexpected(std::move(reflected.error()));
  const auto page = visit(*known);
  const auto refused = visit(*reflected);
  const bool good = page && page->has_page && !refused;
  tell("external_psk", "The shop and its till know each other by a key, bound to both names (RFC 9258)",
       {{"the till", page ? "is let in" : page.error().message(), page ? Tone::good : Tone::bad},
        {"the shop itself", refused ? "reached itself" : "is refused: no node takes itself for its peer (Selfie)",
         refused ? Tone::bad : Tone::good}},
       good);
  return good;
}

Result<bool> More::raw_public_key() {
  audience_->section("A key that is pinned, in a certificate's place");
  auto key = stage_.provider()->generate_key(crypto::KeyType::p256);
  if (!key) return std::unexpected(std::move(key.error()));
  auto other = stage_.provider()->generate_key(crypto::KeyType::p256);
  if (!other) return std::unexpected(std::move(other.error()));
  const auto pin = [](const crypto::PrivateKey& of) {
    const ByteView spki = of.subject_public_key_info();
    return Bytes(spki.begin(), spki.end());
  };
  auto right = client().pin_server_key(pin(**key)).build();
  auto wrong = client().pin_server_key(pin(**other)).build();
  if (!right) return std::unexpected(std::move(right.error()));
  if (!wrong) return std::unexpected(std::move(wrong.error()));
  auto credential = Credential::raw_public_key(std::move(*key), *stage_.provider());
  if (!credential) return std::unexpected(std::move(credential.error()));
  auto builder = server();
  builder.add_credential(std::move(*credential));
  if (auto opened = open(std::move(builder)); !opened) return std::unexpected(std::move(opened.error()));
  const auto page = visit(*right);
  const auto refused = visit(*wrong);
  const bool good = page && page->has_page && !refused && refused.error().code() == ErrorCode::RawPublicKeyUnknown;
  tell("raw_public_key", "The customer knows the shop's key from elsewhere, and takes no other (RFC 7250)",
       {{"who pinned it", page ? "is served" : page.error().message(), page ? Tone::good : Tone::bad},
        {"who pinned another", refused ? "was served" : refused.error().message(), refused ? Tone::bad : Tone::good}},
       good);
  return good;
}

Result<bool> More::delegation() {
  audience_->section("A delegated credential: the certificate's key stays at home");
  auto issued = issue();
  if (!issued) return std::unexpected(std::move(issued.error()));
  auto chain = chain_of(*issued);
  if (!chain) return std::unexpected(std::move(chain.error()));
  std::shared_ptr<const crypto::PrivateKey> key;
  auto made = stage_.provider()->generate_key(crypto::KeyType::p256);
  if (!made) return std::unexpected(std::move(made.error()));
  key = std::move(*made);
  const Time now = SystemClock().now();
  auto delegation =
      delegate(chain->front().view(), *issued->key,
               {key->subject_public_key_info(), SignatureScheme::ecdsa_secp256r1_sha256, now + std::chrono::hours(24)},
               now, *stage_.provider());
  if (!delegation) return std::unexpected(std::move(delegation.error()));
  auto credential = Credential::delegated(std::move(*chain), std::move(*delegation), key, *stage_.provider());
  if (!credential) return std::unexpected(std::move(credential.error()));
  auto builder = server();
  builder.add_credential(std::move(*credential));
  if (auto opened = open(std::move(builder)); !opened) return std::unexpected(std::move(opened.error()));
  auto taking = client().trust(trust()).take_delegated_credentials().build();
  auto plain = client().trust(trust()).build();
  if (!taking) return std::unexpected(std::move(taking.error()));
  if (!plain) return std::unexpected(std::move(plain.error()));
  const auto page = visit(*taking);
  const auto refused = visit(*plain);
  const bool good = page && page->has_page && page->response.tls.is_delegated && !refused;
  tell("delegated_credential",
       "The shop proves itself with a key that its certificate's key signed for a day (RFC 9345)",
       {{"who takes such", page ? "is served" : page.error().message(), page ? Tone::good : Tone::bad},
        {"who does not", refused ? "was served" : "is not: the certificate's own key is not there", Tone::plain}},
       good);
  return good;
}

Result<bool> More::hidden_name() {
  audience_->section("Encrypted ClientHello: nobody on the way reads which shop was asked for");
  constexpr std::string_view market = "market.localhost";
  auto shop = credential_for(demo_name);
  if (!shop) return std::unexpected(std::move(shop.error()));
  auto front = credential_for(market);
  if (!front) return std::unexpected(std::move(front.error()));
  std::vector<EchKey> keys;
  std::vector<EchConfigList> published;  // of today, and of a key that is gone
  for (int i = 0; i < 2; ++i) {
    auto key = EchKey::generate(*stage_.provider(), {.public_name = std::string(market)});
    if (!key) return std::unexpected(std::move(key.error()));
    published.push_back(key->config_list());
    if (i == 0) keys.push_back(std::move(*key));
  }
  auto held = EchKeys::make(stage_.provider(), std::move(keys));
  if (!held) return std::unexpected(std::move(held.error()));
  auto builder = server();
  builder.add_credential(std::move(*shop)).add_credential(std::move(*front)).ech_keys(std::move(*held));
  if (auto opened = open(std::move(builder)); !opened) return std::unexpected(std::move(opened.error()));
  auto today = client().trust(trust()).ech(published[0]).build();
  auto yesterday = client().trust(trust()).ech(published[1]).build();
  if (!today) return std::unexpected(std::move(today.error()));
  if (!yesterday) return std::unexpected(std::move(yesterday.error()));
  const auto page = visit(*today);
  const auto refused = visit(*yesterday);
  const bool is_told = !refused && refused.error().code() == ErrorCode::EchRejected;
  const bool good = page && page->has_page && page->response.tls.ech == EchStatus::accepted && is_told;
  tell("encrypted_client_hello", "Whoever listens reads the market's name alone; the shop's is sealed (RFC 9849)",
       {{"with the key of today", page ? "is served" : page.error().message(), page ? Tone::good : Tone::bad},
        {"with one that is gone", refused ? "was served" : "is told the key of today, by the market's certificate",
         is_told ? Tone::good : Tone::bad}},
       good);
  return good;
}

}  // namespace

Result<bool> play_more(const std::filesystem::path& folder, Audience& audience) {
  auto stage = DemoStage::set(folder);
  if (!stage) return std::unexpected(std::move(stage.error()));
  More more(std::move(*stage), audience);
  bool good = true;
  for (const auto act :
       {&More::early_data, &More::shared_key, &More::raw_public_key, &More::delegation, &More::hidden_name}) {
    const auto played = (more.*act)();
    if (!played) return played;
    good = good && *played;
  }
  audience.paragraph(good ? "All came out as it should." : "NOT all came out as it should: see above.");
  return good;
}

}  // namespace keyway::tool
