#pragma once
/// \file
/// A connection that goes on elsewhere: in another process (export_idle() and import_idle(), for a restart that clients
/// don't notice), or with its records in other hands, such as the kernel's (extract_secrets(); kernel_tls.hpp).
///
/// Either way the keys leave the connection, which the configuration has to allow by name: allow_secret_extraction().
/// The connection that they left can't seal or open any more, so there are never two ends that seal under one key.
///
/// \code
///   auto carried = connection.export_idle(key);                        // in the process that goes
///   auto connection = Connection::import_idle(config, key, *carried);  // in the one that comes, with the same socket
/// \endcode

#include <cstddef>
#include <cstdint>
#include <utility>

#include <keyway/bytes.hpp>
#include <keyway/crypto.hpp>
#include <keyway/detail/attributes.hpp>
#include <keyway/error.hpp>
#include <keyway/secret.hpp>
#include <keyway/types.hpp>

namespace keyway {

/// All that protects the records of one direction from here on.
struct DirectionSecrets {
  SecretBuffer<32> key;
  /// The static IV (RFC 8446 5.3, RFC 7905 2), 12 bytes; in TLS 1.2 with AES-GCM the 4 that stay (RFC 5288 3).
  SecretBuffer<12> iv;
  std::uint64_t sequence_number = 0;  ///< of the next record
  /// TLS 1.3: `application_traffic_secret_N`, from which the next keys come (RFC 8446 7.2); TLS 1.2: empty.
  HashSecret traffic_secret;
};

/// The same of both directions. Whoever has it reads all that both ends send from here on, and can send as either.
struct ConnectionSecrets {
  ProtocolVersion version{};
  CipherSuite cipher_suite{};
  crypto::AeadAlgorithm aead{};
  DirectionSecrets reading;
  DirectionSecrets writing;
};

/// How records are to be, by what both sides agreed on and the configuration says.
struct RecordShape {
  crypto::AeadAlgorithm aead{};           ///< once the handshake is done
  std::size_t max_sent = 16384;           ///< bytes of content and padding
  std::size_t max_taken = 16384;          ///< the same of what comes
  std::size_t padding_block = 0;          ///< CommonConfig::padding_block
  std::uint64_t max_records_per_key = 0;  ///< CommonConfig::max_records_per_key
};

/// What a connection is sealed under on its way from process to process. Make a new one for each restart and hand it on
/// by another way than the connections (or by the same, where nobody else can look: a pipe, a Unix socket); who has it
/// can read what is carried under it, and make up connections.
class HandoverKey {
 public:
  static constexpr std::size_t size = 32;

  /// Errors: RandomFailed.
  [[nodiscard]] static Result<HandoverKey> generate(const crypto::Provider& provider);
  /// Errors: InvalidArgument, for another length than `size`.
  [[nodiscard]] static Result<HandoverKey> from(ByteView bytes);

  [[nodiscard]] ByteView bytes() const noexcept KEYWAY_LIFETIMEBOUND { return secret_.view(); }

 private:
  explicit HandoverKey(SecretBuffer<size> secret) noexcept : secret_(std::move(secret)) {}
  SecretBuffer<size> secret_;
};

}  // namespace keyway
