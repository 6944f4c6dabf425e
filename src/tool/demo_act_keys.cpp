// Keys in a certificate's place, or in place of its key.

#include <array>
#include <chrono>

#include <keyway/clock.hpp>
#include <keyway/delegated_credential.hpp>
#include <keyway/external_psk.hpp>

#include "tool/demo_acts.hpp"

namespace keyway::tool {

Result<Scene> play_shared_key(ActStage& stage) {
  std::array<std::uint8_t, 32> secret{};
  if (auto filled = stage.provider()->random().fill(secret); !filled) return std::unexpected(std::move(filled.error()));
  const ExternalPsk::Key key{.identity = as_bytes("till 7"), .secret = secret};
  const auto add = [&](auto& builder, Side side, std::string_view own, std::string_view peer) -> Result<void> {
    auto psk = ExternalPsk::between(side, own, peer, key);
    if (!psk) return std::unexpected(std::move(psk.error()));
    builder.add_psk(std::move(*psk));
    return {};
  };
  auto shop = stage.server();
  auto till = stage.client();
  auto itself = stage.client();
  auto added = add(shop, Side::server, "shop", "till");
  if (added) added = add(till, Side::client, "till", "shop");
  if (added) added = add(itself, Side::client, "shop", "till");
  wipe(secret);
  if (!added) return std::unexpected(std::move(added.error()));
  if (auto opened = stage.open(std::move(shop)); !opened) return std::unexpected(std::move(opened.error()));
  auto known = till.build();
  if (!known) return std::unexpected(std::move(known.error()));
  auto reflected = itself.build();
  if (!reflected) return std::unexpected(std::move(reflected.error()));
  const auto page = stage.visit(*known);
  const auto refused = stage.visit(*reflected);

  Scene scene{"The shop and its till know each other by a key, bound to both names (RFC 9258)"};
  scene.check(page && page->has_page, "the till", page ? "is let in" : page.error().message());
  scene.check(!refused, "the shop itself",
              refused ? "reached itself" : "is refused: no node takes itself for its peer (Selfie)");
  return scene;
}

Result<Scene> play_raw_public_key(ActStage& stage) {
  auto key = stage.provider()->generate_key(crypto::KeyType::p256);
  if (!key) return std::unexpected(std::move(key.error()));
  auto other = stage.provider()->generate_key(crypto::KeyType::p256);
  if (!other) return std::unexpected(std::move(other.error()));
  const auto pin = [](const crypto::PrivateKey& of) {
    const ByteView spki = of.subject_public_key_info();
    return Bytes(spki.begin(), spki.end());
  };
  auto right = stage.client().pin_server_key(pin(**key)).build();
  auto wrong = stage.client().pin_server_key(pin(**other)).build();
  if (!right) return std::unexpected(std::move(right.error()));
  if (!wrong) return std::unexpected(std::move(wrong.error()));
  auto credential = Credential::raw_public_key(std::move(*key), *stage.provider());
  if (!credential) return std::unexpected(std::move(credential.error()));
  auto builder = stage.server();
  builder.add_credential(std::move(*credential));
  if (auto opened = stage.open(std::move(builder)); !opened) return std::unexpected(std::move(opened.error()));
  const auto page = stage.visit(*right);
  const auto refused = stage.visit(*wrong);

  Scene scene{"The customer knows the shop's key from elsewhere, and takes no other (RFC 7250)"};
  scene.check(page && page->has_page, "who pinned it", page ? "is served" : page.error().message());
  scene.check(!refused && refused.error().code() == ErrorCode::RawPublicKeyUnknown, "who pinned another",
              refused ? "was served" : refused.error().message());
  return scene;
}

Result<Scene> play_delegation(ActStage& stage) {
  auto issued = stage.issue();
  if (!issued) return std::unexpected(std::move(issued.error()));
  auto chain = chain_of(*issued);
  if (!chain) return std::unexpected(std::move(chain.error()));
  std::shared_ptr<const crypto::PrivateKey> key;
  auto made = stage.provider()->generate_key(crypto::KeyType::p256);
  if (!made) return std::unexpected(std::move(made.error()));
  key = std::move(*made);
  const Time now = SystemClock().now();
  auto delegation =
      delegate(chain->front().view(), *issued->key,
               {key->subject_public_key_info(), SignatureScheme::ecdsa_secp256r1_sha256, now + std::chrono::hours(24)},
               now, *stage.provider());
  if (!delegation) return std::unexpected(std::move(delegation.error()));
  auto credential = Credential::delegated(std::move(*chain), std::move(*delegation), key, *stage.provider());
  if (!credential) return std::unexpected(std::move(credential.error()));
  auto builder = stage.server();
  builder.add_credential(std::move(*credential));
  if (auto opened = stage.open(std::move(builder)); !opened) return std::unexpected(std::move(opened.error()));
  auto taking = stage.client().trust(stage.trust()).take_delegated_credentials().build();
  auto plain = stage.client().trust(stage.trust()).build();
  if (!taking) return std::unexpected(std::move(taking.error()));
  if (!plain) return std::unexpected(std::move(plain.error()));
  const auto page = stage.visit(*taking);
  const auto refused = stage.visit(*plain);

  Scene scene{"The shop proves itself with a key that its certificate's key signed for a day (RFC 9345)"};
  scene.check(page && page->has_page && page->response.tls.is_delegated, "who takes such",
              page ? "is served" : page.error().message());
  scene.check(!refused, "who does not", refused ? "was served" : "is not: the certificate's own key is not there");
  return scene;
}

}  // namespace keyway::tool
