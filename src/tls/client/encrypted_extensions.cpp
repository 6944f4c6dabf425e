#include "tls/client/encrypted_extensions.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "core/text.hpp"
#include "tls/wire/encrypted_extensions.hpp"
#include "tls/wire/extensions/alpn.hpp"
#include "tls/wire/extensions/supported_groups.hpp"

namespace keyway::tls::client {
namespace {

/// RFC 7301 3.1, 3.2: exactly one protocol, and one of those offered.
Result<std::string> chosen_alpn(const ExtensionBlock& extensions, const std::vector<std::string>& offered) {
  constexpr std::string_view where = "EncryptedExtensions, application_layer_protocol_negotiation";
  const auto body = extensions.find(ExtensionType::application_layer_protocol_negotiation);
  if (!body) return std::string();
  auto alpn = AlpnExtension::parse(*body);
  if (!alpn) return std::unexpected(std::move(alpn.error()).at("EncryptedExtensions"));
  const auto name = alpn->only();
  if (!name) return std::unexpected(fail(ErrorCode::InvalidValue).at(where).expected("exactly one protocol"));
  std::string chosen(as_text(*name));
  if (std::ranges::find(offered, chosen) == offered.end()) {
    return std::unexpected(fail(ErrorCode::AlpnNotOffered).at(where).received(printable(chosen)));
  }
  return chosen;
}

/// The ServerHello has answered these already; once more, they answer nothing that was asked.
Result<void> check_answered_once(const ExtensionBlock& extensions) {
  for (const ExtensionType answered : {ExtensionType::key_share, ExtensionType::supported_versions}) {
    if (!extensions.has(answered)) continue;
    return std::unexpected(
        fail(ErrorCode::UnsolicitedExtension).at("EncryptedExtensions, extension " + to_string(answered)));
  }
  return {};
}

/// Answers whose content does not matter here must still be well-formed.
Result<void> check_bodies(const ExtensionBlock& extensions) {
  if (const auto body = extensions.find(ExtensionType::server_name); body && !body->empty()) {
    return std::unexpected(fail(ErrorCode::TrailingData)
                               .at("EncryptedExtensions, server_name")
                               .expected("an empty answer")
                               .received(std::to_string(body->size()) + " bytes"));
  }
  if (const auto body = extensions.find(ExtensionType::supported_groups)) {
    if (auto groups = SupportedGroupsExtension::parse(*body); !groups) {
      return std::unexpected(std::move(groups.error()).at("EncryptedExtensions"));
    }
  }
  return {};
}

}  // namespace

Result<ExpectEncryptedExtensions::Next> ExpectEncryptedExtensions::handle(Flow& flow,
                                                                          const HandshakeMessage& message) && {
  auto encrypted = EncryptedExtensions::parse(message.body);
  if (!encrypted) return std::unexpected(std::move(encrypted.error()));
  if (auto once = check_answered_once(encrypted->extensions); !once) return std::unexpected(std::move(once.error()));
  auto checked =
      check_extensions(encrypted->extensions, ExtensionHome::encrypted_extensions, offered_, "EncryptedExtensions");
  if (!checked) return std::unexpected(std::move(checked.error()));
  if (auto bodies = check_bodies(encrypted->extensions); !bodies) return std::unexpected(std::move(bodies.error()));
  auto alpn = chosen_alpn(encrypted->extensions, common_.config->common().alpn);
  if (!alpn) return std::unexpected(std::move(alpn.error()));

  common_.transcript.add(message.raw);
  if (!alpn->empty()) {
    flow.info().alpn = std::move(*alpn);
    flow.emit_parameters();
  }
  return Next(ExpectCertificateOrRequest(std::move(common_), std::move(server_name_)));
}

}  // namespace keyway::tls::client
