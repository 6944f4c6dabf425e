#pragma once
/// \file
/// A visit to a shop of the demo.

#include <memory>
#include <string_view>

#include <keyway/config.hpp>
#include <keyway/error.hpp>

#include "tool/demo_audience.hpp"
#include "tool/demo_stage.hpp"
#include "tool/exchange.hpp"

namespace keyway::tool {

/// Asks a shop of this machine, whatever the name. Errors: InvalidServerName.
[[nodiscard]] Result<Exchange> ask_shop(std::string_view asked, const DemoShop& shop,
                                        const std::shared_ptr<const ClientConfig>& client, ExchangeOptions options);

/// Fetches the shop's page and tells every step of it. True when the page came.
[[nodiscard]] Result<bool> visit_shop(const DemoShop& shop, const std::shared_ptr<const ClientConfig>& client,
                                      const DemoStage& stage, Audience& audience);

}  // namespace keyway::tool
