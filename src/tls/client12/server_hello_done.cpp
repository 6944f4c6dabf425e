#include "tls/client12/server_hello_done.hpp"

#include <utility>

#include "tls/handshake/next.hpp"
#include "tls/wire/certificate_request_tls12.hpp"
#include "tls/wire/server_hello_done.hpp"

namespace keyway::tls::client12 {

Result<ExpectServerHelloDone::Next> ExpectServerHelloDone::handle(Flow& flow, const HandshakeMessage& message) && {
  // The answer goes out now: nothing of the server's may follow in the record.
  if (auto ends = flow.check_record_ends(); !ends) return std::unexpected(std::move(ends.error()));
  auto hello_done = ServerHelloDone::parse(message.body);
  if (!hello_done) return std::unexpected(std::move(hello_done.error()));
  common_.transcript.add(message.raw);
  return send_own_flight(flow, {std::move(common_), std::move(agreement_), chain_}, std::move(asked_));
}

Result<ExpectRequestOrDone::Next> ExpectRequestOrDone::handle(Flow& flow, const HandshakeMessage& message) && {
  if (message.type == HandshakeType::server_hello_done) {
    common_.transcript.forget_messages();
    ExpectServerHelloDone expect_done(std::move(common_), std::move(agreement_), nullptr, chain_, shared_);
    return widen<Next>(std::move(expect_done).handle(flow, message));
  }
  auto request = CertificateRequestTls12::parse(message.body);
  if (!request) return std::unexpected(std::move(request.error()));
  common_.transcript.add(message.raw);
  const auto bytes = [](ByteView list) { return Bytes(list.begin(), list.end()); };
  auto asked = std::make_unique<client::CertificateAsked>(
      client::CertificateAsked{ProtocolVersion::TLS1_2, bytes(request->supported_signature_algorithms.bytes()),
                               bytes(request->certificate_authorities), bytes(request->certificate_types.bytes())});
  asked->certificate_type = flow.info().own_certificate_type;
  return Next(ExpectServerHelloDone(std::move(common_), std::move(agreement_), std::move(asked), chain_, shared_));
}

}  // namespace keyway::tls::client12
