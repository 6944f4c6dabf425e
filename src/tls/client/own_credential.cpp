#include "tls/client/own_credential.hpp"

#include <optional>
#include <string_view>
#include <utility>

#include "tls/handshake/credential_fit.hpp"

namespace keyway::tls::client {
namespace {

Result<Shown> show(std::shared_ptr<const Credential> credential, const CertificateRequestView::Parts& request) {
  if (!credential) return Shown{};
  auto scheme = answer_with(*credential, request);
  if (!scheme) return std::unexpected(std::move(scheme.error()));
  return Shown{std::move(credential), *scheme};
}

/// Of the credentials that fit, the first whose issuer is named and whose chain the server verifies; else one that has
/// the former of these, or the latter, or neither. Errors: why the last one does not fit, where none does.
Result<Shown> best_that_fits(const ClientConfig& config, const CertificateRequestView::Parts& request) {
  constexpr int best_rank = 3;
  std::optional<Shown> best;
  int rank_of_best = -1;
  Error why = fail(ErrorCode::NoCredential).at("CertificateRequest");
  for (const auto& credential : config.credentials()) {
    auto shown = show(credential, request);
    if (!shown) {
      why = std::move(shown.error());
      continue;
    }
    const int rank =
        (is_issuer_named(*credential, request.authorities) ? 2 : 0) + (is_chain_taken(*credential, request) ? 1 : 0);
    if (rank == best_rank) return shown;
    if (rank <= rank_of_best) continue;
    rank_of_best = rank;
    best = std::move(*shown);
  }
  if (best) return std::move(*best);
  return std::unexpected(std::move(why));
}

}  // namespace

Result<Shown> choose_credential(const ClientConfig& config, const CertificateAsked& asked) {
  const CertificateRequestView::Parts request = asked.parts(config.common().policy);
  if (config.credential_resolver() != nullptr) {
    auto credential = config.credential_resolver()->resolve(CertificateRequestView(request));
    if (!credential && config.insists_on_credential()) {
      return std::unexpected(fail(ErrorCode::NoCredential).at("CertificateRequest"));
    }
    return show(std::move(credential), request);
  }
  auto shown = best_that_fits(config, request);
  if (shown || config.insists_on_credential()) return shown;
  return Shown{};
}

bool answers_credential(const Answer& answer) noexcept {
  return std::holds_alternative<answer::UseCredential>(answer) || std::holds_alternative<answer::Refuse>(answer);
}

Result<Shown> take_credential(const ClientConfig& config, const CertificateAsked& asked, Answer& answer,
                              std::string_view state) {
  if (const auto* refuse = std::get_if<answer::Refuse>(&answer)) {
    return std::unexpected(fail(ErrorCode::RejectedByApplication).at(state).alert(refuse->alert));
  }
  return show(std::move(std::get<answer::UseCredential>(answer).credential), asked.parts(config.common().policy));
}

}  // namespace keyway::tls::client
