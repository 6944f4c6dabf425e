#include "tool/demo_visit.hpp"

#include <string>
#include <utility>

#include <fmt/format.h>

#include "explain/narrator.hpp"
#include "tool/demo_steps.hpp"

namespace keyway::tool {
namespace {

[[nodiscard]] std::string page_request(std::string_view host, std::uint16_t port) {
  return fmt::format("GET / HTTP/1.1\r\nHost: {}:{}\r\nUser-Agent: keyway-demo\r\nConnection: close\r\n\r\n", host,
                     port);
}

}  // namespace

Result<Exchange> ask_shop(std::string_view asked, const DemoShop& shop,
                          const std::shared_ptr<const ClientConfig>& client, ExchangeOptions options) {
  const auto name = ServerName::parse(asked);
  if (!name) return std::unexpected(name.error());
  const auto address = IpAddress::parse("127.0.0.1");
  options.connect.overrides.push_back({std::string(asked), shop.server->port(), *address});
  return exchange_over_tls(*name, shop.server->port(), client, options);
}

Result<bool> visit_shop(const DemoShop& shop, const std::shared_ptr<const ClientConfig>& client, const DemoStage& stage,
                        Audience& audience) {
  explain::Narrator narrator(audience.sink(), {.provider = stage.provider().get()});
  narrator.start_clock();
  ExchangeOptions options;
  options.observer = &narrator;
  options.request = page_request(demo_name, shop.server->port());
  options.on_connected = [&](const net::TcpConnection& tcp) { narrator.tcp_connected(tcp.address); };
  const auto exchange = ask_shop(demo_name, shop, client, std::move(options));
  if (!exchange) return std::unexpected(exchange.error());
  narrator.tell(tell_page(*exchange));
  return is_the_page(*exchange);
}

}  // namespace keyway::tool
