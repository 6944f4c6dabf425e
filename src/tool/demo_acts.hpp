#pragma once
/// \file
/// The acts of `keyway demo --more`: what is off by default, each in a scene of its own.

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <keyway/authority.hpp>
#include <keyway/certificate.hpp>
#include <keyway/config.hpp>
#include <keyway/credential.hpp>
#include <keyway/crypto.hpp>
#include <keyway/error.hpp>
#include <keyway/trust.hpp>

#include "explain/story.hpp"
#include "net/fetch.hpp"
#include "net/server.hpp"
#include "tool/demo_stage.hpp"

namespace keyway::tool {

/// What an act comes to.
struct Scene {
  std::string headline;
  std::vector<explain::Fact> facts = {};
  bool is_as_expected = true;

  void show(std::string label, std::string text, explain::Tone tone = explain::Tone::plain) {
    facts.push_back({std::move(label), std::move(text), tone});
  }
  /// A fact that is to hold.
  void check(bool holds, std::string label, std::string text) {
    is_as_expected = is_as_expected && holds;
    show(std::move(label), std::move(text), holds ? explain::Tone::good : explain::Tone::bad);
  }
};

/// A visit to the shop, and what of it was to come.
struct Visit {
  net::Response response;
  bool has_page = false;
};

/// The demo's stage, with what the acts share.
class ActStage {
 public:
  explicit ActStage(DemoStage stage) : stage_(std::move(stage)) {}

  [[nodiscard]] const std::shared_ptr<const crypto::Provider>& provider() const noexcept { return stage_.provider(); }
  [[nodiscard]] ServerConfig::Builder server() const;
  [[nodiscard]] ClientConfig::Builder client() const;
  /// The demo's own authority.
  [[nodiscard]] std::shared_ptr<const x509::TrustStore> trust();
  [[nodiscard]] Result<authority::IssuedCertificate> issue(std::string_view name = demo_name);
  [[nodiscard]] Result<std::shared_ptr<const Credential>> credential_for(std::string_view name = demo_name);

  /// Opens the shop, in the place of one that is open.
  [[nodiscard]] Result<void> open(ServerConfig::Builder builder);
  /// The page, if the shop lets it be had.
  [[nodiscard]] Result<Visit> visit(const std::shared_ptr<const ClientConfig>& config, bool early = false) const;

 private:
  DemoStage stage_;
  std::unique_ptr<net::FileServer> shop_;
};

[[nodiscard]] Result<std::vector<x509::Certificate>> chain_of(const authority::IssuedCertificate& issued);

// The acts. An error is one of this machine; what does not come out as it should, the scene tells.
[[nodiscard]] Result<Scene> play_early_data(ActStage& stage);
[[nodiscard]] Result<Scene> play_hidden_name(ActStage& stage);
[[nodiscard]] Result<Scene> play_shared_key(ActStage& stage);
[[nodiscard]] Result<Scene> play_raw_public_key(ActStage& stage);
[[nodiscard]] Result<Scene> play_delegation(ActStage& stage);
[[nodiscard]] Result<Scene> play_late_authentication(ActStage& stage);
[[nodiscard]] Result<Scene> play_exported_authenticator(ActStage& stage);
[[nodiscard]] Result<Scene> play_stateless_retry(ActStage& stage);
[[nodiscard]] Result<Scene> play_early_choice(ActStage& stage);
[[nodiscard]] Result<Scene> play_psk_lookup(ActStage& stage);
[[nodiscard]] Result<Scene> play_session_lookup(ActStage& stage);
[[nodiscard]] Result<Scene> play_handover(ActStage& stage);
[[nodiscard]] Result<Scene> play_kernel_tls(ActStage& stage);
[[nodiscard]] Result<Scene> play_quic(ActStage& stage);

}  // namespace keyway::tool
