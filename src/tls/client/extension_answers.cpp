#include "tls/client/extension_answers.hpp"

#include <algorithm>
#include <utility>

#include "core/text.hpp"
#include "tls/wire/extensions/alpn.hpp"
#include "tls/wire/extensions/supported_groups.hpp"

namespace keyway::tls::client {

Result<std::string> chosen_alpn(const ExtensionBlock& extensions, const std::vector<std::string>& offered,
                                std::string_view message) {
  const auto where = [&] { return std::string(message) + ", application_layer_protocol_negotiation"; };
  const auto body = extensions.find(ExtensionType::application_layer_protocol_negotiation);
  if (!body) return std::string();
  auto alpn = AlpnExtension::parse(*body);
  if (!alpn) return std::unexpected(std::move(alpn.error()).at(message));
  const auto name = alpn->only();
  if (!name) return std::unexpected(fail(ErrorCode::InvalidValue).at(where()).expected("exactly one protocol"));
  std::string chosen(as_text(*name));
  if (std::ranges::find(offered, chosen) == offered.end()) {
    return std::unexpected(fail(ErrorCode::AlpnNotOffered).at(where()).received(printable(chosen)));
  }
  return chosen;
}

Result<void> check_plain_answers(const ExtensionBlock& extensions, std::string_view message) {
  if (const auto body = extensions.find(ExtensionType::server_name); body && !body->empty()) {
    return std::unexpected(fail(ErrorCode::TrailingData)
                               .at(std::string(message) + ", server_name")
                               .expected("an empty answer")
                               .received(std::to_string(body->size()) + " bytes"));
  }
  if (const auto body = extensions.find(ExtensionType::supported_groups)) {
    if (auto groups = SupportedGroupsExtension::parse(*body); !groups) {
      return std::unexpected(std::move(groups.error()).at(message));
    }
  }
  return {};
}

}  // namespace keyway::tls::client
