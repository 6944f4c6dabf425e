#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include <keyway/certificate.hpp>
#include <keyway/config.hpp>
#include <keyway/crypto.hpp>
#include <keyway/name.hpp>

#include "tls/handshake/flow.hpp"
#include "tls/handshake/proofs.hpp"
#include "tls/session/client_session.hpp"
#include "tls/wire/certificate.hpp"

namespace keyway::tls {

// What either side does with the other's certificates, in every version.

/// What the leaf's key is to be good for (RFC 5280 4.2.1.3).
enum class LeafUse : std::uint8_t {
  signing,     ///< digitalSignature: proves itself by a signature
  decryption,  ///< keyEncipherment: TLS 1.2's RSA key transport
};

/// What stands first in what a peer shows.
struct ShownLeaf {
  std::unique_ptr<crypto::PublicKey> key;
  std::optional<x509::CertificateView> certificate;  ///< of the message's bytes; nothing around a raw key
};

/// The leaf of what a peer shows, of the type that was agreed on. `message` is not empty. Errors: those of parsing,
/// WrongKeyUsage, InvalidRawPublicKey.
[[nodiscard]] Result<ShownLeaf> parse_shown_leaf(const CertificateMessage& message, CertificateType type,
                                                 const crypto::Provider& provider);

/// The certificates of a TLS 1.2 Certificate, or its one key, which then stands alone. Empty: nothing is shown. Errors:
/// the codecs'.
[[nodiscard]] Result<std::vector<ByteView>> parse_shown_tls12(ByteView body, CertificateType type);
/// What stands first among them; its key must be one that may do this.
[[nodiscard]] Result<ShownLeaf> parse_shown_leaf(std::span<const ByteView> shown, CertificateType type,
                                                 const crypto::Provider& provider, LeafUse use = LeafUse::signing);

/// Keeps the chain for Connection::peer_chain(); gives views of what is kept.
[[nodiscard]] std::vector<ByteView> keep_chain(Flow& flow, std::span<const ByteView> chain);

/// The server goes on with `session`: what it showed when that began stands for its chain. Gives views of it.
[[nodiscard]] std::vector<ByteView> recall_chain(Flow& flow, const ClientSession& session);

/// What the entries carry beside the certificates (RFC 8446 4.4.2.1). Errors: the codecs', with the entry.
[[nodiscard]] Result<CarriedProofs> read_proofs(const CertificateMessage& message);

/// Where extensions were asked for in no entry of a Certificate: none may be there. `message`: its name. Errors: those
/// of check_extensions().
[[nodiscard]] Result<void> check_entries_are_bare(const CertificateMessage& certificate, std::string_view message);

/// Asks the configuration's verifier about a server's chain, with the OCSP responses that came (Flow::peer_proofs), and
/// tells of its verdict. Nothing where the application is to judge the chain, or to get what the verifier wants for its
/// verdict. `leaf`: the first of the chain, where it is parsed already. Errors: the verdict's.
[[nodiscard]] Result<std::optional<ChainAccepted>> judge_chain(const ClientConfig& config, const ServerName& name,
                                                               std::span<const ByteView> chain, Flow& flow,
                                                               const ShownLeaf& leaf = {});

/// The same about a client's. `config` asks for certificates and has a verifier.
[[nodiscard]] Result<ChainAccepted> judge_chain(const ServerConfig& config, std::span<const ByteView> chain, Flow& flow,
                                                const ShownLeaf& leaf);

/// The same by what is asked of clients later.
[[nodiscard]] Result<ChainAccepted> judge_chain(const ServerConfig& config, const ClientAuthentication& by,
                                                std::span<const ByteView> chain, Flow& flow,
                                                const ShownLeaf& leaf = {});

/// What the application answered to Pause::verification. `name`: whom the chain is to be of; empty for a client.
/// Errors: CertificateRefused, the verdict's.
[[nodiscard]] Result<ChainAccepted> take_judgement(std::string_view name, std::span<const ByteView> chain, Flow& flow,
                                                   Answer& answer);

}  // namespace keyway::tls
