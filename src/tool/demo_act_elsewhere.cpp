// Connections that go on elsewhere: in another process, or in the kernel.

#include <array>
#include <utility>

#include <fmt/format.h>

#include <keyway/handover.hpp>
#include <keyway/kernel_tls.hpp>

#include "tool/demo_acts.hpp"
#include "tool/demo_duet.hpp"

namespace keyway::tool {
namespace {

constexpr std::array<std::pair<crypto::AeadAlgorithm, std::string_view>, 3> record_protections{
    {{crypto::AeadAlgorithm::aes_128_gcm, "AES-128-GCM"},
     {crypto::AeadAlgorithm::aes_256_gcm, "AES-256-GCM"},
     {crypto::AeadAlgorithm::chacha20_poly1305, "ChaCha20-Poly1305"}}};

}  // namespace

Result<Scene> play_handover(ActStage& stage) {
  auto credential = stage.credential_for();
  if (!credential) return std::unexpected(std::move(credential.error()));
  auto server = stage.server().add_credential(std::move(*credential)).allow_secret_extraction().build();
  if (!server) return std::unexpected(std::move(server.error()));
  auto client = stage.client().trust(stage.trust()).build();
  if (!client) return std::unexpected(std::move(client.error()));
  auto duet = Duet::make(*client, *server, demo_name);
  if (!duet) return std::unexpected(std::move(duet.error()));
  if (auto done = duet->handshake(); !done) return std::unexpected(std::move(done.error()));
  const bool talked = duet->transfers(Side::client, "before") && duet->transfers(Side::server, "before");

  auto key = HandoverKey::generate(*stage.provider());
  if (!key) return std::unexpected(std::move(key.error()));
  auto wrong_key = HandoverKey::generate(*stage.provider());
  if (!wrong_key) return std::unexpected(std::move(wrong_key.error()));
  const auto carried = duet->server.export_idle(*key);
  if (!carried) return std::unexpected(carried.error());
  const bool is_over_here = !duet->transfers(Side::server, "from the old process");
  const auto stolen = Connection::import_idle(*server, *wrong_key, *carried);
  auto taken = Connection::import_idle(*server, *key, *carried);
  if (!taken) return std::unexpected(std::move(taken.error()));
  duet->server = std::move(*taken);
  const bool talks = duet->transfers(Side::client, "after") && duet->transfers(Side::server, "after");

  Scene scene{"The server is restarted, and its connections go on in the new process"};
  scene.check(talked, "carried over", fmt::format("{} bytes, sealed under a key that is made for it", carried->size()));
  scene.check(talks, "in the new process", "both talk on: the client has noticed nothing");
  scene.check(is_over_here, "in the old one", "it has ended: never do two ends seal under the same keys");
  scene.check(!stolen, "without the key", stolen ? "it was taken" : "it is of no use to anybody");
  return scene;
}

Result<Scene> play_kernel_tls(ActStage& /*stage*/) {
  const KernelTls kernel = KernelTls::probe();
  Scene scene{kernel.offers_anything()
                  ? "This kernel seals and opens records itself: files go out by sendfile"
                  : "This kernel offers no TLS: connections seal by themselves, with the same results"};
  for (const ProtocolVersion version : {ProtocolVersion::TLS1_3, ProtocolVersion::TLS1_2}) {
    std::string offered;
    for (const auto& [aead, name] : record_protections) {
      if (kernel.offers(version, aead)) offered += fmt::format("{}{}", offered.empty() ? "" : ", ", name);
    }
    scene.show(to_string(version), offered.empty() ? "nothing" : offered);
  }
  if (!kernel.why_not().empty()) scene.show("why not", kernel.why_not());
  if (kernel.offers_anything())
    scene.show("key updates", kernel.changes_keys() ? "yes" : "no: a peer that changes its keys ends the connection");
  return scene;
}

}  // namespace keyway::tool
