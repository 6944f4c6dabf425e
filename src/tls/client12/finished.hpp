#pragma once

#include <array>
#include <string_view>
#include <variant>

#include <keyway/config.hpp>
#include <keyway/name.hpp>

#include "tls/handshake/established.hpp"
#include "tls/handshake/flow.hpp"
#include "tls/handshake/proofs.hpp"
#include "tls/record/protection_tls12.hpp"
#include "tls/schedule/prf_tls12.hpp"
#include "tls/schedule/transcript_tls12.hpp"
#include "tls/wire/handshake.hpp"

namespace keyway::tls::client12 {

/// What every TLS 1.2 state of the client before its own flight carries.
struct Common12 {
  const ClientConfig* config;
  const SuiteTls12* suite;
  TranscriptTls12 transcript;
  HelloRandoms randoms;
};

/// What is known once the client has sent its Finished: all that the server may still say.
struct Awaited12 {
  const SuiteTls12* suite;
  ProtectionTls12 reading;
  VerifyDataTls12 verify_data;  ///< of the server's Finished
  ExporterTls12 exporter;
  HelloRandom client_random;
};

/// Waits for the server's Finished (RFC 5246 7.4.9).
class ExpectFinished {
 public:
  using Next = std::variant<EstablishedTls12>;
  static constexpr std::string_view name = "client, TLS 1.2: waiting for the server's Finished";
  static constexpr std::array accepts{HandshakeType::finished};

  ExpectFinished(const SuiteTls12& suite, const VerifyDataTls12& verify_data, ExporterTls12 exporter,
                 const HelloRandom& client_random) noexcept
      : suite_(&suite), verify_data_(verify_data), exporter_(std::move(exporter)), client_random_(client_random) {}

  [[nodiscard]] Result<Next> handle(Flow& flow, const HandshakeMessage& message) &&;

 private:
  const SuiteTls12* suite_;
  VerifyDataTls12 verify_data_;
  ExporterTls12 exporter_;
  HelloRandom client_random_;
};

/// Waits for the server's ChangeCipherSpec (RFC 5246 7.1): no sooner than here does one change keys.
class ExpectChangeCipherSpec {
 public:
  using Next = std::variant<ExpectFinished>;
  static constexpr std::string_view name = "client, TLS 1.2: waiting for the server's ChangeCipherSpec";

  explicit ExpectChangeCipherSpec(Awaited12 awaited) noexcept : awaited_(std::move(awaited)) {}

  [[nodiscard]] Result<Next> change_cipher_spec(Flow& flow) &&;

 private:
  Awaited12 awaited_;
};

}  // namespace keyway::tls::client12
