// What goes out with the first bytes: a request, or a name that nobody reads.

#include <fmt/format.h>

#include <keyway/ech.hpp>

#include "tool/demo_acts.hpp"

namespace keyway::tool {

Result<Scene> play_early_data(ActStage& stage) {
  auto credential = stage.credential_for();
  if (!credential) return std::unexpected(std::move(credential.error()));
  auto builder = stage.server();
  builder.add_credential(std::move(*credential)).take_early_data();
  if (auto opened = stage.open(std::move(builder)); !opened) return std::unexpected(std::move(opened.error()));
  auto config = stage.client().trust(stage.trust()).allow_early_data().build();
  if (!config) return std::unexpected(std::move(config.error()));
  const auto first = stage.visit(*config, true);
  if (!first) return std::unexpected(first.error());
  const auto second = stage.visit(*config, true);
  if (!second) return std::unexpected(second.error());

  Scene scene{"A customer who comes back asks at once, under a key of the last visit"};
  scene.check(first->has_page, "first visit", fmt::format("early data: {}", to_string(first->response.tls.early_data)));
  scene.check(second->has_page && second->response.tls.early_data == EarlyData::accepted, "second visit",
              fmt::format("early data: {}", to_string(second->response.tls.early_data)));
  scene.show("price", "whoever recorded it can send it again, so only a GET goes out so, and a ticket counts once",
             explain::Tone::aside);
  return scene;
}

Result<Scene> play_hidden_name(ActStage& stage) {
  constexpr std::string_view market = "market.localhost";
  auto shop = stage.credential_for();
  if (!shop) return std::unexpected(std::move(shop.error()));
  auto front = stage.credential_for(market);
  if (!front) return std::unexpected(std::move(front.error()));
  std::vector<EchKey> keys;
  std::vector<EchConfigList> published;  // of today, and of a key that is gone
  for (int i = 0; i < 2; ++i) {
    auto key = EchKey::generate(*stage.provider(), {.public_name = std::string(market)});
    if (!key) return std::unexpected(std::move(key.error()));
    published.push_back(key->config_list());
    if (i == 0) keys.push_back(std::move(*key));
  }
  auto held = EchKeys::make(stage.provider(), std::move(keys));
  if (!held) return std::unexpected(std::move(held.error()));
  auto builder = stage.server();
  builder.add_credential(std::move(*shop)).add_credential(std::move(*front)).ech_keys(std::move(*held));
  if (auto opened = stage.open(std::move(builder)); !opened) return std::unexpected(std::move(opened.error()));
  auto today = stage.client().trust(stage.trust()).ech(published[0]).build();
  auto yesterday = stage.client().trust(stage.trust()).ech(published[1]).build();
  if (!today) return std::unexpected(std::move(today.error()));
  if (!yesterday) return std::unexpected(std::move(yesterday.error()));
  const auto page = stage.visit(*today);
  const auto refused = stage.visit(*yesterday);

  Scene scene{"Whoever listens reads the market's name alone; the shop's is sealed (RFC 9849)"};
  scene.check(page && page->has_page && page->response.tls.ech == EchStatus::accepted, "key of today",
              page ? "is served" : page.error().message());
  scene.check(!refused && refused.error().code() == ErrorCode::EchRejected, "key that is gone",
              refused ? "was served" : "is told the key of today, by the market's certificate");
  return scene;
}

}  // namespace keyway::tool
