#include "tool/demo_classic.hpp"

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <keyway/policy.hpp>

#include "tool/demo_recording.hpp"
#include "tool/demo_stage.hpp"
#include "tool/demo_steps.hpp"
#include "tool/demo_visit.hpp"

namespace keyway::tool {
namespace {

/// A line of the comparison.
struct Row {
  std::string_view label;
  std::string_view key;  ///< for programs
  std::string_view classic;
  std::string_view modern;
};

constexpr std::array rows{
    Row{"the secret", "secret", "the client makes it up and sends it, encrypted to the certificate's RSA key",
        "never sent: both sides compute it from fresh halves that are thrown away"},
    Row{"the server's key", "server_key", "decrypts: it opens this connection, and every recorded one",
        "signs: it proves who answers, and opens nothing"},
    Row{"proof of identity", "proof", "that the server can decrypt; it shows at the Finished",
        "a signature over all that was said"},
    Row{"stolen key", "stolen_key", "opens the past: no forward secrecy",
        "lets a thief pose as the server from now on, "
        "until it is revoked; the past stays closed"},
    Row{"quantum computer", "quantum", "breaks RSA, and with it every recording",
        "has to break ML-KEM and the curve, where X25519MLKEM768 was agreed on"},
    Row{"certificate", "certificate", "in the clear", "encrypted"},
    Row{"round trips", "round_trips", "two before data flows", "one"},
};

[[nodiscard]] explain::Step tell_comparison() {
  explain::Step step;
  step.kind = "comparison";
  step.headline = "The classic handshake beside the modern one";
  for (const Row& row : rows) {
    step.facts.push_back({std::string(row.label), "classic: " + std::string(row.classic)});
    step.facts.push_back({"", "modern: " + std::string(row.modern)});
    step.data[row.key] = {{"classic", row.classic}, {"modern", row.modern}};
  }
  return step;
}

/// TLS 1.2's RSA key transport, and nothing beside it. Errors: those of the policies.
[[nodiscard]] Result<Policy> classic_policy() {
  constexpr std::array suites{CipherSuite::TLS_RSA_WITH_AES_128_GCM_SHA256,
                              CipherSuite::TLS_RSA_WITH_AES_256_GCM_SHA384};
  return Policy::classic_rsa_2026().narrowed_to({ProtocolVersion::TLS1_2}).with_cipher_suites(suites);
}

/// One handshake, told: the same certificate, the same page, another policy.
[[nodiscard]] Result<bool> play_handshake(DemoStage& stage, const authority::IssuedCertificate& issued,
                                          const Policy& policy, Audience& audience,
                                          std::shared_ptr<Observer> recorder = nullptr) {
  auto crls = stage.sign_crls();
  if (!crls) return std::unexpected(std::move(crls).error());
  auto credential = Credential::from_files(stage.certificate_file(), stage.key_file(), *stage.provider());
  if (!credential) return std::unexpected(std::move(credential).error());
  auto shop = stage.open_shop(issued.record, std::move(*credential), policy);
  if (!shop) return std::unexpected(std::move(shop).error());
  auto client = stage.client(std::move(*crls), policy, std::move(recorder));
  if (!client) return std::unexpected(std::move(client).error());
  return visit_shop(*shop, *client, stage, audience);
}

}  // namespace

Result<bool> play_classic(const std::filesystem::path& folder, Audience& audience) {
  const auto classic = classic_policy();
  if (!classic) return std::unexpected(classic.error());
  auto stage = DemoStage::set(folder);
  if (!stage) return std::unexpected(std::move(stage).error());
  const auto issued = stage->issue(authority::KeyKind::rsa2048);
  if (!issued) return std::unexpected(issued.error());

  audience.section("The classic handshake: the secret is sent, sealed with the server's key");
  audience.paragraph(
      "As textbooks tell it, and as the web did it until about 2015: the server shows an RSA certificate, the client "
      "makes up a secret, encrypts it to that key and sends it. Keyway does so under the policy classic-rsa-2026 "
      "alone.");
  const auto recording = std::make_shared<Recording>();
  const auto first = play_handshake(*stage, *issued, *classic, audience, recording);
  if (!first) return first;
  const auto opened = open_recording(*recording, *issued->key, *stage->provider());
  audience.take(tell_theft(*recording, opened));

  audience.section("The modern handshake: the secret is never sent");
  audience.paragraph("The same shop with the same certificate, under the policy that holds when nothing is said.");
  const auto second = play_handshake(*stage, *issued, named_policies().front().policy, audience);
  if (!second) return second;

  audience.section("Why the modern one replaced it");
  audience.take(tell_comparison());
  audience.paragraph(
      "Forward secrecy: who records connections today and gets the server's key in ten years - by theft, by law, or by "
      "a "
      "quantum computer - opens them all, where the secret was sent. Where it was agreed on, the halves are gone.");
  audience.paragraph(
      "Padding: RSA decryption tells, by an alert or by its time, whether what came was well padded, unless it is done "
      "with great care; with some million questions that opens any recorded connection (Bleichenbacher 1998, ROBOT "
      "2017, Marvin 2023). Keyway takes that care, and would rather not need to: TLS 1.3 has no RSA decryption at "
      "all.");
  audience.paragraph(
      "Agreement: a fresh signature over the whole handshake leaves nobody room to talk both sides into something "
      "weaker (FREAK and Logjam, 2015).");
  const bool good = *first && *second && is_opened(*recording, opened);
  audience.paragraph(good ? "All came out as it should." : "NOT all came out as it should: see above.");
  return good;
}

}  // namespace keyway::tool
