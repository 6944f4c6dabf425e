#include "tls/client/encrypted_extensions.hpp"

#include <utility>

#include "tls/client/extension_answers.hpp"
#include "tls/wire/encrypted_extensions.hpp"

namespace keyway::tls::client {
Result<ExpectEncryptedExtensions::Next> ExpectEncryptedExtensions::handle(Flow& flow,
                                                                          const HandshakeMessage& message) && {
  auto encrypted = EncryptedExtensions::parse(message.body);
  if (!encrypted) return std::unexpected(std::move(encrypted.error()));
  auto checked =
      check_extensions(encrypted->extensions, ExtensionHome::encrypted_extensions, offered_, "EncryptedExtensions");
  if (!checked) return std::unexpected(std::move(checked.error()));
  if (auto bodies = check_plain_answers(encrypted->extensions, "EncryptedExtensions"); !bodies)
    return std::unexpected(std::move(bodies.error()));
  auto alpn = chosen_alpn(encrypted->extensions, common_.config->common().alpn, "EncryptedExtensions");
  if (!alpn) return std::unexpected(std::move(alpn.error()));

  common_.transcript.add(message.raw);
  if (!alpn->empty()) {
    flow.info().alpn = std::move(*alpn);
    flow.emit_parameters();
  }
  return Next(ExpectCertificateOrRequest(std::move(common_), std::move(server_name_)));
}

}  // namespace keyway::tls::client
