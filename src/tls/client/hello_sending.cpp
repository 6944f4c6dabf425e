#include "tls/client/hello_sending.hpp"

#include <utility>
#include <vector>

#include "tls/client/encrypted_hello.hpp"
#include "tls/client/hello_builder.hpp"
#include "tls/client/psk_offer.hpp"

namespace keyway::tls::client {
namespace {

/// What the ClientHello is to be made of. Views into the offer and `psks`.
HelloParts parts_of(const Offer& offer, ByteView cookie, bool is_retry, std::span<const PskOffer> psks) {
  HelloParts parts{*offer.config, offer.server_name, offer.random, offer.session_id(), offer.key_exchanges, cookie};
  if (const ClientSession* tls12 = offer.offered(ProtocolVersion::TLS1_2)) parts.session_ticket = tls12->ticket;
  parts.has_early_data = offer.has_early_data;
  parts.grease = offer.grease.get();
  parts.quic = offer.quic;
  parts.is_retry = is_retry;
  parts.psks = psks;
  if (offer.ech && !offer.ech->is_hiding()) parts.encrypted_client_hello = offer.ech->extension;
  if (was_refused(offer.ech.get())) parts.kind = HelloKind::outer;
  return parts;
}

}  // namespace

Result<Bytes> send_client_hello(Flow& flow, Offer& offer, ByteView cookie, const Transcript* before) {
  const std::vector<PskOffer> psks = offered_psks(offer);
  const HelloParts parts = parts_of(offer, cookie, before != nullptr, psks);
  if (offer.ech && offer.ech->is_hiding()) {
    auto inner = hide_hello(flow, *offer.ech, parts, before);
    if (!inner) return inner;
    auto offered = extensions_of(*inner);
    if (!offered) return std::unexpected(std::move(offered.error()));
    offer.extensions = *offered;
    if (auto sent = flow.send(offer.ech->outer_hello); !sent) return std::unexpected(std::move(sent.error()));
    return inner;
  }
  Bytes raw = build_client_hello(parts);
  if (!psks.empty()) write_binders(raw, psks, before);
  auto offered = extensions_of(raw);
  if (!offered) return std::unexpected(std::move(offered.error()));
  offer.extensions = *offered;
  if (auto sent = flow.send(raw); !sent) return std::unexpected(std::move(sent.error()));
  return raw;
}

}  // namespace keyway::tls::client
