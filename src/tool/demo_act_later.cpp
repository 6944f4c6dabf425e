// Identities that are proved on a connection that stands.

#include <chrono>

#include <keyway/clock.hpp>
#include <keyway/exported_authenticator.hpp>

#include "authority/profile.hpp"
#include "tool/demo_acts.hpp"
#include "tool/demo_duet.hpp"
#include "x509/certificate_builder.hpp"

namespace keyway::tool {
namespace {

/// The shop's club: whom it trusts, and a member's certificate.
struct Club {
  std::shared_ptr<const x509::TrustStore> trust;
  std::shared_ptr<const Credential> member;
};

/// A certificate of the club's, of its authority or of a member.
[[nodiscard]] Result<x509::Certificate> sign(const crypto::Provider& provider, std::string_view holder,
                                             const crypto::PrivateKey& key, const crypto::PrivateKey& issuer,
                                             x509::CertificateExtensions extensions) {
  auto serial = authority::make_serial(provider.random());
  if (!serial) return std::unexpected(std::move(serial.error()));
  const ByteView spki = key.subject_public_key_info();
  x509::TbsCertificateFields fields;
  fields.serial_number = std::move(*serial);
  fields.issuer = authority::make_subject("Example Shop", "Club");
  fields.subject = authority::make_subject("Example Shop", std::string(holder));
  fields.not_before = SystemClock().now() - std::chrono::hours(1);
  fields.not_after = fields.not_before + std::chrono::hours(24);
  fields.subject_public_key_info.assign(spki.begin(), spki.end());
  fields.extensions = std::move(extensions);
  auto der = x509::sign_certificate(fields, issuer);
  if (!der) return std::unexpected(std::move(der.error()));
  return x509::Certificate::from_der(std::move(*der));
}

[[nodiscard]] Result<Club> found_club(const crypto::Provider& provider) {
  auto root_key = provider.generate_key(crypto::KeyType::p256);
  if (!root_key) return std::unexpected(std::move(root_key.error()));
  auto key = provider.generate_key(crypto::KeyType::p256);
  if (!key) return std::unexpected(std::move(key.error()));
  auto root_id = x509::key_identifier(provider, (*root_key)->subject_public_key_info());
  if (!root_id) return std::unexpected(std::move(root_id.error()));

  x509::CertificateExtensions of_root;
  of_root.basic_constraints = x509::BasicConstraints{true, 0};
  of_root.key_usage = x509::KeyUsage{x509::key_usage::key_cert_sign};
  of_root.subject_key_identifier = *root_id;
  auto root = sign(provider, "Club", **root_key, **root_key, std::move(of_root));
  if (!root) return std::unexpected(std::move(root.error()));

  x509::CertificateExtensions of_member;
  of_member.key_usage = x509::KeyUsage{x509::key_usage::digital_signature};
  of_member.extended_key_usage = {std::string(x509::key_purpose::client_auth)};
  of_member.authority_key_identifier = *root_id;
  auto leaf = sign(provider, "Ann", **key, **root_key, std::move(of_member));
  if (!leaf) return std::unexpected(std::move(leaf.error()));

  auto trust = std::make_shared<x509::TrustStore>();
  trust->add(*root);
  std::vector<x509::Certificate> chain;
  chain.push_back(std::move(*leaf));
  auto credential = Credential::create(std::move(chain), std::move(*key), provider);
  if (!credential) return std::unexpected(std::move(credential.error()));
  return Club{std::move(trust), std::move(*credential)};
}

[[nodiscard]] std::string reason_of(const Error* error) {
  return error == nullptr ? "it does not say why" : error->message();
}

}  // namespace

Result<Scene> play_late_authentication(ActStage& stage) {
  auto club = found_club(*stage.provider());
  if (!club) return std::unexpected(std::move(club.error()));
  auto credential = stage.credential_for();
  if (!credential) return std::unexpected(std::move(credential.error()));
  const auto shop = [&] {
    auto builder = stage.server();
    builder.add_credential(*credential).ask_for_client_certificate(club->trust).ask_clients_later();
    return builder;
  };
  const auto customer = [&] {
    auto builder = stage.client();
    builder.trust(stage.trust()).allow_late_authentication();
    return builder;
  };
  auto member = customer();
  member.add_credential(club->member);
  auto known = Duet::shake_hands(std::move(member), shop());
  if (!known) return std::unexpected(std::move(known.error()));
  auto stranger = Duet::shake_hands(customer(), shop());
  if (!stranger) return std::unexpected(std::move(stranger.error()));

  Scene scene{"The shop asks who is there once it matters, on a connection that stands (RFC 8446 4.6.2)"};
  scene.check(known->server.peer_chain().empty() && known->transfers(Side::client, "what is new?"), "at first",
              "nobody is asked: anybody may look around");
  for (Duet* asked : {&*known, &*stranger}) {
    if (auto done = asked->server.request_client_certificate(); !done) return std::unexpected(std::move(done.error()));
    asked->settle();
  }
  const x509::Verdict* verdict = known->server.verdict();
  const bool is_known = known->server.info().late_authentication == ClientProofLater::proven && verdict != nullptr &&
                        verdict->accepted() && !known->server.peer_chain().empty();
  const auto leaf = is_known ? x509::CertificateView::parse(known->server.peer_chain().front())
                             : Result<x509::CertificateView>(std::unexpected(fail(ErrorCode::NotReady)));
  scene.check(is_known && known->transfers(Side::client, "my orders, please"), "a member's answer",
              leaf ? "is proven to be " + leaf->subject.to_string() : reason_of(known->error()));
  scene.check(stranger->server.info().late_authentication == ClientProofLater::declined &&
                  stranger->transfers(Side::client, "then only the catalogue"),
              "a stranger",
              "has no certificate and declines; the connection goes on, and the shop decides what that is worth");
  return scene;
}

Result<Scene> play_exported_authenticator(ActStage& stage) {
  constexpr std::string_view market = "market.localhost";
  auto shop = stage.credential_for();
  if (!shop) return std::unexpected(std::move(shop.error()));
  auto further = stage.credential_for(market);
  if (!further) return std::unexpected(std::move(further.error()));
  const auto meet = [&] {
    auto server = stage.server();
    server.add_credential(*shop);
    auto client = stage.client();
    client.trust(stage.trust());
    return Duet::shake_hands(std::move(client), std::move(server));
  };
  auto duet = meet();
  if (!duet) return std::unexpected(std::move(duet.error()));
  auto elsewhere = meet();
  if (!elsewhere) return std::unexpected(std::move(elsewhere.error()));
  const auto name = ServerName::parse(market);
  if (!name) return std::unexpected(name.error());
  const x509::Verifier verifier(stage.provider(), stage.trust(), {}, {}, {});
  const auto judge = [&](std::span<const ByteView> chain) {
    return verifier.verify(chain, &*name, x509::Purpose::server, SystemClock().now());
  };

  ExportedAuthenticators asks(duet->client, stage.provider());
  ExportedAuthenticators proves(duet->server, stage.provider());
  ExportedAuthenticators other(elsewhere->server, stage.provider());
  const auto request = asks.request();
  if (!request) return std::unexpected(request.error());
  const auto proof = proves.authenticate(*request, further->get());
  if (!proof) return std::unexpected(proof.error());
  const auto who = asks.validate(*request, *proof, judge);
  const auto again = asks.validate(*request, *proof, judge);
  const auto request_for_other = asks.request();
  if (!request_for_other) return std::unexpected(request_for_other.error());
  const auto foreign = other.authenticate(*request_for_other, further->get());
  if (!foreign) return std::unexpected(foreign.error());
  const auto taken_over = asks.validate(*request_for_other, *foreign, judge);

  Scene scene{"The shop proves that it is the market, too, without a connection of its own for that (RFC 9261)"};
  scene.check(who && !who->chain.empty(), std::string(market),
              who ? "proved, for this connection" : who.error().message());
  scene.check(!taken_over, "made elsewhere",
              taken_over ? "was taken" : "is refused: a proof is bound to the connection that it was made on");
  scene.check(!again && again.error().code() == ErrorCode::AuthenticatorReplayed, "the same, again",
              again ? "was taken" : "is refused: a request is good for one answer");
  scene.show("carrier", "request and proof are bytes, which the application carries: `keyway get --prove-also` does",
             explain::Tone::aside);
  return scene;
}

}  // namespace keyway::tool
