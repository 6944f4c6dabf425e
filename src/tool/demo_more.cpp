#include "tool/demo_more.hpp"

#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "tool/demo_acts.hpp"
#include "tool/demo_stage.hpp"

namespace keyway::tool {
namespace {

struct Act {
  std::string_view kind;   ///< for programs
  std::string_view title;  ///< for people
  std::string_view use;    ///< when one would have it
  Result<Scene> (*play)(ActStage&);
};

constexpr std::array acts{
    Act{"early_data", "Early data: the request goes out with the first bytes",
        "where clients come back, a round trip counts, and a request may come twice", &play_early_data},
    Act{"external_psk", "A key that both ends were given, and no certificate at all",
        "between two ends that can be given a random key, and have no room for certificates", &play_shared_key},
    Act{"psk_lookup", "A key that somebody else looks up",
        "with keys by the thousand, or kept in one place for a fleet", &play_psk_lookup},
    Act{"raw_public_key", "A key that is pinned, in a certificate's place",
        "between ends that know each other, as a device and its service", &play_raw_public_key},
    Act{"delegated_credential", "A delegated credential: the certificate's key stays at home",
        "where servers stand in places that the certificate's key should not be in", &play_delegation},
    Act{"encrypted_client_hello", "Encrypted ClientHello: nobody on the way reads which shop was asked for",
        "where many names share their addresses, and DNS itself is asked in private", &play_hidden_name},
    Act{"late_authentication", "Late authentication: the client is asked once it matters",
        "where one resource of many needs to know who asks; not over HTTP/2", &play_late_authentication},
    Act{"exported_authenticator", "An exported authenticator: a further name, proved where one is already talking",
        "to prove further names or clients inside a protocol of your own", &play_exported_authenticator},
    Act{"stateless_retry", "A cookie: the server keeps nothing of who has not shown that it is there",
        "where ClientHellos come as datagrams, from addresses that may be forged", &play_stateless_retry},
    Act{"early_choice", "An early choice: what the ClientHello asks for decides who answers",
        "where configurations are loaded as they are asked for, one for each tenant", &play_early_choice},
    Act{"session_lookup", "A session that somebody else keeps", "for a fleet of servers with one store",
        &play_session_lookup},
    Act{"handover", "A connection that is handed on", "to restart a server without losing its connections",
        &play_handover},
    Act{"kernel_tls", "Kernel TLS: records in the kernel's hands",
        "to send large files: the kernel encrypts, and nothing is copied", &play_kernel_tls},
    Act{"quic", "QUIC: the handshake without records", "as the TLS of a QUIC stack", &play_quic},
};

[[nodiscard]] explain::Step step_of(const Act& act, Scene scene) {
  using explain::Tone;
  explain::Step step;
  step.kind = act.kind;
  step.headline = std::move(scene.headline);
  step.facts = std::move(scene.facts);
  step.facts.push_back({"use it", std::string(act.use), Tone::aside});
  step.tone = scene.is_as_expected ? Tone::good : Tone::bad;
  step.data["as_expected"] = scene.is_as_expected;
  step.data["use"] = act.use;
  for (const explain::Fact& fact : step.facts)
    step.data["facts"].push_back({{"label", fact.label}, {"text", fact.text}});
  return step;
}

}  // namespace

Result<bool> play_more(const std::filesystem::path& folder, Audience& audience) {
  auto set = DemoStage::set(folder);
  if (!set) return std::unexpected(std::move(set.error()));
  ActStage stage(std::move(*set));
  bool good = true;
  for (const Act& act : acts) {
    audience.section(act.title);
    auto scene = act.play(stage);
    if (!scene) return std::unexpected(std::move(scene.error()));
    good = good && scene->is_as_expected;
    audience.take(step_of(act, std::move(*scene)));
  }
  audience.paragraph(good ? "All came out as it should." : "NOT all came out as it should: see above.");
  return good;
}

}  // namespace keyway::tool
