#pragma once
/// \file
/// Encrypted ClientHello (RFC 9849): a client hides whom it asks for, and all else that it offers, in a ClientHello
/// that names another server, the public one. Configurations say how; a server publishes them, best in DNS.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <keyway/bytes.hpp>
#include <keyway/crypto.hpp>
#include <keyway/error.hpp>
#include <keyway/secret.hpp>

namespace keyway {

namespace tls {
class EchKeySet;
}

/// ECHConfigs as a server publishes them (RFC 9849 4): well-formed, those of unknown versions included.
class EchConfigList {
 public:
  /// `wire`: an ECHConfigList, its length included. Errors: InvalidEchConfig.
  [[nodiscard]] static Result<EchConfigList> parse(ByteView wire);
  /// Reads base64, or the ECHCONFIG of a PEM text (RFC 9934); other blocks are passed over. Errors: InvalidEchConfig,
  /// InvalidBase64, InvalidPem.
  [[nodiscard]] static Result<EchConfigList> from_text(std::string_view text);

  /// The ECHConfigList, as in the `ech` parameter of an HTTPS record.
  [[nodiscard]] ByteView bytes() const noexcept KEYWAY_LIFETIMEBOUND { return bytes_; }
  [[nodiscard]] std::string to_base64() const;
  [[nodiscard]] std::string to_pem() const;
  friend bool operator==(const EchConfigList&, const EchConfigList&) = default;

 private:
  friend class EchKey;
  explicit EchConfigList(Bytes bytes) noexcept : bytes_(std::move(bytes)) {}
  Bytes bytes_;
};

/// How much a client insists on hiding its ClientHello.
enum class EchUse : std::uint8_t {
  required,       ///< a configuration of which nothing can be used is refused at once
  when_possible,  ///< where nothing can be used, the name goes out in the clear, as without
};

/// What became of it.
enum class EchStatus : std::uint8_t {
  off,
  greased,  ///< client: what looks like one was sent, to keep servers tolerant and the real ones company (RFC 9849 6.2)
  offered,  ///< client: the server has not answered yet
  accepted,  ///< the server reads the hidden ClientHello
  rejected,  ///< it could not. A client's handshake ends with EchRejected; for a server it may have been GREASE
};
[[nodiscard]] std::string_view to_string(EchStatus status) noexcept;

/// What there is to know beside the status.
struct EchDetails {
  /// Whom the outer ClientHello asks for. For a client whose offer is rejected, that is whom the server's certificate
  /// must be for. For a server: as it came; empty without one.
  std::string public_name;
  /// Client, after EchRejected: configurations to try again with, at once and once (RFC 9849 6.1.6), as an
  /// ECHConfigList, vouched for by the public name's certificate. Empty: the server has none, and may have switched
  /// ECH off.
  Bytes retry_configs;
};

/// A server's key pair, and the ECHConfig that tells clients of it. Move-only.
class EchKey {
 public:
  struct Parameters {
    std::string public_name;                ///< a host name that the server has a certificate for
    std::uint8_t maximum_name_length = 64;  ///< of the names that are hidden: clients pad to it
    bool is_retry_config = true;            ///< sent to clients that come with an old or a wrong configuration
  };
  /// Makes an X25519 key. Errors: InvalidArgument (no host name), RandomFailed, CryptoFailed.
  [[nodiscard]] static Result<EchKey> generate(const crypto::Provider& provider, const Parameters& parameters);
  /// `config`: one ECHConfig; `private_key`: as RFC 9180 7.1 writes it. Errors: InvalidEchConfig, also for one of
  /// another key; UnsupportedAlgorithm, InvalidKey.
  [[nodiscard]] static Result<EchKey> from(const crypto::Provider& provider, ByteView config, ByteView private_key,
                                           bool is_retry_config = true);
  /// Reads a PRIVATE KEY (PKCS#8, X25519) and the ECHCONFIG that follows it (RFC 9934), the list of which holds one
  /// configuration of that key; others beside it are passed over. Errors: as from(), InvalidPem.
  [[nodiscard]] static Result<EchKey> from_pem(const crypto::Provider& provider, std::string_view text,
                                               bool is_retry_config = true);

  [[nodiscard]] ByteView config() const noexcept KEYWAY_LIFETIMEBOUND { return config_; }  ///< one ECHConfig
  [[nodiscard]] EchConfigList config_list() const;                                         ///< it alone
  [[nodiscard]] ByteView private_key() const noexcept KEYWAY_LIFETIMEBOUND { return private_key_.view(); }
  [[nodiscard]] bool is_retry_config() const noexcept { return is_retry_config_; }
  /// The text that from_pem() reads, for a file that nobody else may read. Errors: UnsupportedAlgorithm, for keys other
  /// than X25519's.
  [[nodiscard]] Result<std::string> to_pem() const;

 private:
  EchKey(Bytes config, SecretBuffer<32> private_key, bool is_retry_config) noexcept
      : config_(std::move(config)), private_key_(std::move(private_key)), is_retry_config_(is_retry_config) {}
  Bytes config_;
  SecretBuffer<32> private_key_;
  bool is_retry_config_;
};

/// A server's keys. Thread-safe. Keys are changed by replacing all: keep the old ones among the new, not as retry
/// configurations, until what was published of them has run out everywhere.
class EchKeys {
 public:
  static constexpr std::size_t max_keys = 16;

  /// Errors: InvalidConfiguration (no provider, no key or too many).
  [[nodiscard]] static Result<std::shared_ptr<EchKeys>> make(std::shared_ptr<const crypto::Provider> provider,
                                                             std::vector<EchKey> keys);
  ~EchKeys();
  EchKeys(const EchKeys&) = delete;
  EchKeys& operator=(const EchKeys&) = delete;

  /// From the next ClientHello on. Errors: as make(); then nothing has changed.
  [[nodiscard]] Result<void> replace(std::vector<EchKey> keys);
  /// What clients that come with another configuration are sent; nothing where no key is a retry configuration.
  [[nodiscard]] std::optional<EchConfigList> retry_configs() const;

  /// For the handshake.
  [[nodiscard]] std::shared_ptr<const tls::EchKeySet> current() const;

 private:
  struct State;
  explicit EchKeys(std::unique_ptr<State> state) noexcept;
  std::unique_ptr<State> state_;
};

}  // namespace keyway
