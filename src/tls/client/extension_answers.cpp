#include "tls/client/extension_answers.hpp"

#include <algorithm>
#include <utility>

#include "core/text.hpp"
#include "tls/ech/configs.hpp"
#include "tls/wire/extensions/alpn.hpp"
#include "tls/wire/extensions/certificate_type.hpp"
#include "tls/wire/extensions/max_fragment_length.hpp"
#include "tls/wire/extensions/record_size_limit.hpp"
#include "tls/wire/extensions/supported_groups.hpp"
#include "tls/wire/extensions/ticket_request.hpp"

namespace keyway::tls::client {

const std::vector<std::string>& offered_protocols(const ClientConfig& config, bool is_outer) noexcept {
  const EchPlan* plan = config.ech();
  return is_outer && plan != nullptr && plan->outer_alpn ? *plan->outer_alpn : config.common().alpn;
}

Result<std::string> chosen_alpn(const ExtensionBlock& extensions, const ClientConfig& config, EchStatus ech,
                                std::string_view message) {
  const auto where = [&] { return std::string(message) + ", application_layer_protocol_negotiation"; };
  const auto body = extensions.find(ExtensionType::application_layer_protocol_negotiation);
  if (!body) return std::string();
  auto alpn = AlpnExtension::parse(*body);
  if (!alpn) return std::unexpected(std::move(alpn.error()).at(message));
  const auto name = alpn->only();
  if (!name) return std::unexpected(fail(ErrorCode::InvalidValue).at(where()).expected("exactly one protocol"));
  std::string chosen(as_text(*name));
  const auto& offered = offered_protocols(config, ech == EchStatus::rejected);
  if (!config.takes_unoffered_alpn() && std::ranges::find(offered, chosen) == offered.end()) {
    return std::unexpected(fail(ErrorCode::AlpnNotOffered).at(where()).received(printable(chosen)));
  }
  return chosen;
}

Result<void> check_plain_answers(const ExtensionBlock& extensions, std::string_view message) {
  for (const ExtensionType type :
       {ExtensionType::server_name, ExtensionType::status_request, ExtensionType::early_data}) {
    const auto body = extensions.find(type);
    if (!body || body->empty()) continue;
    return std::unexpected(fail(ErrorCode::TrailingData)
                               .at(std::string(message) + ", " + to_string(type))
                               .expected("an empty answer")
                               .received(std::to_string(body->size()) + " bytes"));
  }
  if (const auto body = extensions.find(ExtensionType::ticket_request)) {
    if (auto answer = TicketRequestAnswer::parse(*body); !answer) {
      return std::unexpected(std::move(answer.error()).at(message));
    }
  }
  if (const auto body = extensions.find(ExtensionType::supported_groups)) {
    if (auto groups = SupportedGroupsExtension::parse(*body); !groups) {
      return std::unexpected(std::move(groups.error()).at(message));
    }
  }
  return {};
}

namespace {

/// RFC 6066 4: the length that was asked for, or none.
Result<void> take_max_fragment_length(ByteView body, const ClientConfig& config, Flow& flow, std::string_view message) {
  auto answer = MaxFragmentLengthExtension::parse(body);
  if (!answer) return std::unexpected(std::move(answer.error()).at(message));
  if (answer->max_fragment_length != config.max_fragment_length()) {
    return std::unexpected(fail(ErrorCode::InvalidValue)
                               .at(std::string(message) + ", max_fragment_length")
                               .expected("the length that was asked for")
                               .received(std::to_string(answer->bytes()) + " bytes"));
  }
  flow.agree_on_max_fragment_length(*answer);
  return {};
}

Result<void> take_record_size_limit(ByteView body, const ClientConfig& config, Flow& flow, std::string_view message) {
  auto answer = RecordSizeLimitExtension::parse(body);
  if (!answer) return std::unexpected(std::move(answer.error()).at(message));
  const std::size_t most = max_record_size_limit(flow.info().version);
  if (answer->record_size_limit > most) {
    return std::unexpected(fail(ErrorCode::InvalidValue)
                               .at(std::string(message) + ", record_size_limit")
                               .expected("at most " + std::to_string(most))
                               .received(std::to_string(answer->record_size_limit)));
  }
  flow.agree_on_record_size_limits(*answer, config.common().record_size_limit);
  return {};
}

}  // namespace

namespace {

/// `is_needed`: silence means X.509, which must have been offered then.
template <typename Chosen>
Result<CertificateType> chosen_type(const ExtensionBlock& extensions, std::span<const CertificateType> offered,
                                    bool is_needed, std::string_view message) {
  CertificateType type = CertificateType::X509;
  const auto body = extensions.find(Chosen::type);
  if (body) {
    auto chosen = Chosen::parse(*body);
    if (!chosen) return std::unexpected(std::move(chosen.error()).at(message));
    type = chosen->certificate_type;
  }
  const bool was_offered = std::ranges::find(offered, type) != offered.end();
  if (was_offered || (!body && !is_needed)) return type;
  return std::unexpected(fail(ErrorCode::CertificateTypeNotOffered)
                             .at(std::string(message) + ", " + to_string(Chosen::type))
                             .received(body ? to_string(type) : "nothing, which means X509"));
}

}  // namespace

Result<void> take_certificate_types(const ExtensionBlock& extensions, const ClientConfig& config, Flow& flow,
                                    std::string_view message) {
  auto peer = chosen_type<ServerCertificateTypeChosen>(extensions, config.server_certificate_types(), true, message);
  if (!peer) return std::unexpected(std::move(peer.error()));
  flow.info().peer_certificate_type = *peer;
  // Whether there is anything to be shown is not known yet.
  auto own = chosen_type<ClientCertificateTypeChosen>(extensions, config.client_certificate_types(), false, message);
  if (!own) return std::unexpected(std::move(own.error()));
  flow.info().own_certificate_type = *own;
  return {};
}

Result<void> take_record_limits(const ExtensionBlock& extensions, const ClientConfig& config, Flow& flow,
                                std::string_view message) {
  const auto length = extensions.find(ExtensionType::max_fragment_length);
  const auto limit = extensions.find(ExtensionType::record_size_limit);
  if (length && limit) {  // RFC 8449 5
    return std::unexpected(fail(ErrorCode::InvalidValue)
                               .at(std::string(message) + ", record_size_limit")
                               .received("max_fragment_length beside it"));
  }
  if (length) return take_max_fragment_length(*length, config, flow, message);
  if (limit) return take_record_size_limit(*limit, config, flow, message);
  return {};
}

}  // namespace keyway::tls::client
