#include "tls/server/hello_answers.hpp"

#include <algorithm>

#include "tls/handshake/raw_public_key.hpp"
#include "tls/wire/extension_block.hpp"

namespace keyway::tls::server {

ProofsAsked proofs_asked(const HelloInHand& hello) noexcept {
  const auto& status = hello.extensions.status_request;
  return {status && status->asks_for_ocsp(), hello.extensions.signed_certificate_timestamp.has_value()};
}

Result<std::optional<CertificateType>> choose_client_type(const ServerConfig& config, const HelloInHand& hello) {
  const ClientAuthentication* asks = config.client_authentication();
  if (asks == nullptr) return std::nullopt;
  const auto& offered = hello.extensions.client_certificate_type;
  const auto theirs = offered ? std::optional(offered->types) : std::nullopt;
  if (const auto type = choose_certificate_type(asks->certificate_types, theirs)) return type;
  return std::unexpected(fail(ErrorCode::NoCommonCertificateType)
                             .at("ClientHello, client_certificate_type")
                             .expected(to_string(asks->certificate_types.front()))
                             .received(offered ? "others" : "nothing, which means X509"));
}

void write_certificate_types(Writer& out, const HelloInHand& hello, CertificateType own,
                             std::optional<CertificateType> client_type) {
  const auto& offered = hello.extensions.server_certificate_type;
  if (offered && offered->types.contains(own)) write_extension(out, ServerCertificateTypeChosen{own});
  if (hello.extensions.client_certificate_type && client_type) {
    write_extension(out, ClientCertificateTypeChosen{*client_type});
  }
}

void write_record_limits(Writer& out, const ServerConfig& config, const HelloInHand& hello, ProtocolVersion version) {
  // RFC 8449 5: a server that has record_size_limit passes over max_fragment_length beside it.
  if (hello.extensions.record_size_limit) {
    const std::size_t most = max_record_size_limit(version);
    const std::size_t own = config.common().record_size_limit;
    const auto told = static_cast<std::uint16_t>(own == 0 ? most : std::min(own, most));
    write_extension(out, RecordSizeLimitExtension{told});
  } else if (hello.extensions.max_fragment_length) {
    write_extension(out, *hello.extensions.max_fragment_length);
  }
}

void agree_on_record_limits(Flow& flow, const ServerConfig& config, const HelloInHand& hello) noexcept {
  if (hello.extensions.record_size_limit) {
    flow.agree_on_record_size_limits(*hello.extensions.record_size_limit, config.common().record_size_limit);
  } else if (hello.extensions.max_fragment_length) {
    flow.agree_on_max_fragment_length(*hello.extensions.max_fragment_length);
  }
}

}  // namespace keyway::tls::server
