#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <keyway/connection.hpp>

#include "testing/hello_fields.hpp"
#include "testing/pair.hpp"
#include "testing/wire_tap.hpp"
#include "tls/wire/key_update.hpp"

namespace keyway::testing {

/// The other end of a connection under test, played by hand: it says what the test wants, protected with the keys that
/// the connection itself expects, and opens what the connection answers.
class ScriptedPeer {
 public:
  ScriptedPeer(const ScriptedPeer&) = delete;
  ScriptedPeer& operator=(const ScriptedPeer&) = delete;

  WireTap tap;

  [[nodiscard]] Connection& subject() noexcept { return *subject_; }

  // --- speaking

  /// A record under the keys in force.
  [[nodiscard]] Bytes seal(ContentType type, ByteView content, std::size_t padding = 0);
  [[nodiscard]] static Bytes plain(ContentType type, ByteView content);
  /// Hands bytes of the wire over and listens to the answer.
  void give(ByteView wire);
  /// Says handshake bytes in one record; they count in the transcript.
  void say(ByteView messages);
  /// Says something in one record.
  void put(ContentType type, ByteView content) { give(seal(type, content)); }
  void change_cipher_spec() { give(plain(ContentType::change_cipher_spec, Bytes{1})); }
  /// Says a KeyUpdate and goes on with new keys.
  void update_keys(tls::KeyUpdateRequest request = tls::KeyUpdateRequest::update_not_requested);
  void turn_to_handshake_keys();
  void turn_to_application_keys();

  /// The hash of all messages of both sides so far.
  [[nodiscard]] tls::TranscriptHash transcript() const;
  /// This peer's Finished for the transcript so far.
  [[nodiscard]] Bytes finished() const;

  // --- what was heard

  [[nodiscard]] const std::vector<Bytes>& messages() const noexcept { return messages_; }  ///< handshake messages
  [[nodiscard]] const Bytes& data() const noexcept { return data_; }                       ///< application data
  [[nodiscard]] std::optional<AlertDescription> alert() const noexcept { return alert_; }  ///< the last
  [[nodiscard]] std::size_t alerts() const noexcept { return alerts_; }
  [[nodiscard]] std::optional<Bytes> message(HandshakeType type) const;  ///< the last of this type
  [[nodiscard]] Bytes delivered() const { return delivered_; }  ///< application data that the connection handed out

  /// The error's code, or nothing while the connection is well.
  [[nodiscard]] std::optional<ErrorCode> refusal() const;
  [[nodiscard]] std::string why() const;

 protected:
  explicit ScriptedPeer(Side side) : side_(side) {}
  ~ScriptedPeer() = default;
  void set_subject(Connection subject);
  void listen();

 private:
  void hear(ContentType type, ByteView content);
  [[nodiscard]] SecretLabel label(Side side, bool is_handshake) const;

  Side side_;
  std::unique_ptr<Connection> subject_;
  std::optional<tls::ProtectionTls13> sealing_;
  std::optional<tls::ProtectionTls13> opening_;
  std::optional<tls::TrafficSecret> sealing_secret_;
  std::uint32_t heard_key_updates_ = 0;
  std::vector<Bytes> log_;  ///< the transcript's messages
  std::vector<Bytes> messages_;
  Bytes begun_;  ///< of a message heard
  Bytes data_;
  Bytes delivered_;
  std::optional<AlertDescription> alert_;
  std::size_t alerts_ = 0;
};

/// Plays the server to a client.
class ScriptedServer : public ScriptedPeer {
 public:
  explicit ScriptedServer(std::shared_ptr<const ClientConfig> config = nullptr);

  /// The ServerHello that the client would like, with a share of its first group.
  [[nodiscard]] ServerHelloFields hello() const;
  [[nodiscard]] ServerHelloFields hello(NamedGroup group) const;
  [[nodiscard]] ServerHelloFields retry(NamedGroup group = NamedGroup::secp256r1) const;
  /// Says it in the clear and turns to the handshake keys if it was accepted.
  void say_hello(const ServerHelloFields& fields);
  void say_hello() { say_hello(hello()); }

  [[nodiscard]] static Bytes encrypted_extensions(const ExtensionList& extensions = {});
  [[nodiscard]] static Bytes certificate_request(const ExtensionList& extensions, ByteView context = {});
  [[nodiscard]] static Bytes certificate_request();
  [[nodiscard]] static Bytes certificate();
  /// Over the transcript so far.
  [[nodiscard]] Bytes certificate_verify() const;

  /// Says all up to, not including, the message of this type.
  void say_until(HandshakeType type);
  /// The whole handshake.
  void connect();

 private:
  tls::HelloRandom random_{};
};

/// Plays the client to a server.
class ScriptedClient : public ScriptedPeer {
 public:
  explicit ScriptedClient(std::shared_ptr<const ServerConfig> config = nullptr);

  /// A ClientHello with every suite, group and scheme and a share of x25519.
  [[nodiscard]] static ClientHelloFields hello();
  /// A fresh share of a group.
  [[nodiscard]] static Bytes share(NamedGroup group);
  /// Says it in the clear and turns to the handshake keys if it was accepted.
  void say_hello(const ClientHelloFields& fields);
  void say_hello() { say_hello(hello()); }

  /// The shared client's chain, and the proof over the transcript so far: by another key, or as if it were the
  /// server's.
  [[nodiscard]] static Bytes certificate(const ExtensionList& leaf_extensions = {}, ByteView context = {});
  [[nodiscard]] Bytes certificate_verify(SignatureScheme scheme = SignatureScheme::ecdsa_secp256r1_sha256,
                                         const crypto::PrivateKey* key = nullptr, Side as = Side::client) const;

  /// The whole handshake.
  void connect();
};

}  // namespace keyway::testing
