#include "tls/client/certificate_verify.hpp"

#include <utility>

#include "tls/wire/certificate_verify.hpp"

namespace keyway::tls::client {

Result<ExpectCertificateVerify::Next> ExpectCertificateVerify::handle(Flow& flow, const HandshakeMessage& message) && {
  auto verify = CertificateVerify::parse(message.body);
  if (!verify) return std::unexpected(std::move(verify.error()));
  auto proof = verify_certificate_verify(*verify, key_.key(), Side::server, common_.transcript.hash(),
                                         key_.schemes(common_.config->common().policy));
  if (!proof) return std::unexpected(std::move(proof.error()));
  common_.transcript.add(message.raw);
  flow.info().signature_scheme = verify->algorithm;
  flow.emit(event::HandshakeSignature{Direction::received, verify->algorithm});
  return Next(ExpectFinished(std::move(common_), std::move(asked_), chain_, *proof));
}

}  // namespace keyway::tls::client
