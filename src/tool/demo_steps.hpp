#pragma once
/// \file
/// What the demo tells beside the handshake: the authority, the shop, the page, the refusals.

#include <chrono>
#include <string_view>

#include <keyway/authority.hpp>
#include <keyway/error.hpp>

#include "explain/certificate_facts.hpp"
#include "explain/story.hpp"
#include "tool/demo_stage.hpp"
#include "tool/exchange.hpp"

namespace keyway::tool {

[[nodiscard]] explain::Step tell_authority(const authority::Authority& made, const explain::Viewpoint& from,
                                           std::chrono::nanoseconds took);
[[nodiscard]] explain::Step tell_issued(const authority::IssuedCertificate& issued, const DemoStage& stage,
                                        const explain::Viewpoint& from, std::chrono::nanoseconds took);
[[nodiscard]] explain::Step tell_server(const net::FileServer& server, std::chrono::nanoseconds took);
[[nodiscard]] explain::Step tell_page(const Exchange& exchange);

/// A refusal as it is to come.
struct ExpectedRefusal {
  std::string_view title;  ///< "the same server, asked under another name"
  std::string_view story;  ///< one sentence that tells what was set up
  std::string_view asked;  ///< the server name
  ErrorCode code;
};

/// True when it was refused for exactly that reason.
[[nodiscard]] bool is_as_expected(const ExpectedRefusal& expected, const Exchange& exchange) noexcept;
[[nodiscard]] explain::Step tell_refusal(const ExpectedRefusal& expected, const Exchange& exchange,
                                         std::chrono::nanoseconds took);

/// True when the answer is the shop's page.
[[nodiscard]] bool is_the_page(const Exchange& exchange) noexcept;

}  // namespace keyway::tool
