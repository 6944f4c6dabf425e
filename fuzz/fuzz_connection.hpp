#pragma once
/// \file
/// What the two whole-connection targets share: a plan read from the fuzzer's bytes, credentials that are the same in
/// every run, and what must hold of a connection whatever it was fed.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>

#include <keyway/connection.hpp>

#include "core/text.hpp"
#include "testing/pair.hpp"
#include "testing/scripted_peer.hpp"

namespace keyway::fuzzing {

inline void require(bool holds) {
  if (!holds) std::abort();
}

/// The fuzzer's bytes, taken from the front; zeros when they are used up.
class Plan {
 public:
  explicit Plan(ByteView bytes) noexcept : rest_(bytes) {}
  [[nodiscard]] bool empty() const noexcept { return rest_.empty(); }
  [[nodiscard]] std::uint8_t u8() noexcept {
    const ByteView one = bytes(1);
    return one.empty() ? std::uint8_t{0} : one[0];
  }
  [[nodiscard]] std::size_t u16() noexcept {
    const std::size_t high = u8();
    return high << 8U | u8();
  }
  [[nodiscard]] ByteView bytes(std::size_t size) noexcept {
    const ByteView taken = rest_.first(std::min(size, rest_.size()));
    rest_ = rest_.subspan(taken.size());
    return taken;
  }
  [[nodiscard]] ByteView all() noexcept { return bytes(rest_.size()); }

 private:
  ByteView rest_;
};

/// A root and a leaf for shop.localhost whose bytes never change: Ed25519 signs without randomness.
struct Identity {
  std::shared_ptr<const Credential> credential;
  std::shared_ptr<const x509::TrustStore> trust;
};

inline const Identity& fixed_identity() {
  static const Identity identity = [] {
    using namespace keyway::testing;
    // The private key of RFC 8410 10.3.
    const Bytes pkcs8 =
        from_hex("302e020100300506032b657004220420d4ee72dbf913584ad5b6d8f1f769f8ad3afe7c28cbf1d4fbe097a88f44755842")
            .value();
    const std::shared_ptr<const crypto::PrivateKey> key = provider()->private_key(pkcs8).value();
    CertificateOptions of_root;
    of_root.common_name = "Root";
    of_root.key = key;
    of_root.serial = Bytes{1};
    of_root.is_ca = true;
    const IssuedCertificate root = make_self_signed(of_root);
    CertificateOptions of_leaf;
    of_leaf.names = {"shop.localhost"};
    of_leaf.key = key;
    of_leaf.serial = Bytes{2};
    const IssuedCertificate leaf = make_certificate(root, of_leaf);
    x509::TrustStore store;
    store.add(root.certificate());
    return Identity{Credential::create(leaf.chain_certificates(), key, *provider()).value(),
                    std::make_shared<const x509::TrustStore>(std::move(store))};
  }();
  return identity;
}

/// Both versions, without the hybrid groups, whose arithmetic would take most of the fuzzer's time.
inline Policy both_versions() {
  static constexpr std::array curves{NamedGroup::x25519, NamedGroup::secp256r1};
  return Policy::compatible_2026().with_groups(curves);
}

/// A client and a server that do the same in every run.
inline Connection fixed_client() {
  auto builder = testing::client_builder();
  builder.policy(both_versions())
      .trust(fixed_identity().trust)
      .random(std::make_shared<testing::FixedRandom>(std::uint8_t{1}));
  return Connection::client(testing::build(std::move(builder)), testing::server_name()).value();
}
inline Connection fixed_server(ProtocolVersion version = ProtocolVersion::TLS1_3) {
  ServerConfig::Builder builder;
  builder.provider(testing::provider())
      .policy(both_versions().narrowed_to({version}))
      .clock(std::make_shared<FixedClock>(testing::test_now))
      .add_credential(fixed_identity().credential)
      .random(std::make_shared<testing::FixedRandom>(std::uint8_t{2}));
  return Connection::server(testing::build(std::move(builder))).value();
}

/// What a client and a server say to each other, and the same in every run: the handshake, in TLS 1.3 new keys, and a
/// few bytes of data from the one whose part is wanted.
struct Conversation {
  Bytes of_client;
  Bytes of_server;
};

inline void add(Bytes& wire, const Bytes& more) {
  wire.insert(wire.end(), more.begin(), more.end());
}

inline Bytes data_of(Connection& sender, ProtocolVersion version) {
  if (version == ProtocolVersion::TLS1_3) require(sender.update_keys(true).has_value());
  Bytes data(sender.sealed_size(4) + sender.output().size());
  const auto sent = sender.send(as_bytes("data"), data);
  require(sent.has_value());
  data.resize(sent->written);
  return data;
}

inline Conversation record(ProtocolVersion version) {
  Connection client = fixed_client();
  Connection server = fixed_server(version);
  Conversation said;
  for (int flight = 0; flight < 3; ++flight) {
    const Bytes ours = testing::drain(client);
    add(said.of_client, ours);
    static_cast<void>(testing::feed(server, ours));
    const Bytes theirs = testing::drain(server);
    add(said.of_server, theirs);
    static_cast<void>(testing::feed(client, theirs));
  }
  require(!server.is_handshaking() && !client.is_handshaking());
  add(said.of_client, data_of(client, version));
  add(said.of_server, data_of(server, version));
  return said;
}

inline const Conversation& conversation(ProtocolVersion version) {
  static const Conversation tls13 = record(ProtocolVersion::TLS1_3);
  static const Conversation tls12 = record(ProtocolVersion::TLS1_2);
  return version == ProtocolVersion::TLS1_2 ? tls12 : tls13;
}

/// Changes `bytes` as the plan says: bits flipped, pieces cut out, doubled or put in.
inline void mutate(Bytes& bytes, Plan& plan) {
  while (!plan.empty() && !bytes.empty()) {
    const std::uint8_t how = plan.u8();
    const std::size_t at = plan.u16() % bytes.size();
    const auto place = bytes.begin() + static_cast<std::ptrdiff_t>(at);
    if (how < 128) {
      bytes[at] ^= static_cast<std::uint8_t>(how + 1);
    } else if (how < 192) {
      const std::size_t count = std::min<std::size_t>(how - 127U, bytes.size() - at);
      bytes.erase(place, place + static_cast<std::ptrdiff_t>(count));
    } else {
      const ByteView more = plan.bytes(how - 191U);
      bytes.insert(place, more.begin(), more.end());
    }
  }
}

/// Gives `wire` to a connection in steps of the plan's making and answers its pauses.
inline void give_in_steps(Connection& connection, ByteView wire, std::size_t step) {
  Bytes pending;
  while (!wire.empty()) {
    const ByteView some = wire.first(std::min(step + 1, wire.size()));
    wire = wire.subspan(some.size());
    pending.insert(pending.end(), some.begin(), some.end());
    while (!pending.empty()) {
      const auto received = connection.receive(pending);
      if (!received || received->consumed == 0) break;
      require(received->consumed <= pending.size());
      pending.erase(pending.begin(), pending.begin() + static_cast<std::ptrdiff_t>(received->consumed));
    }
  }
}

/// What holds of every connection at any time.
inline void check(Connection& connection) {
  Bytes out(100);
  const bool could = connection.can_send();
  require(!could || !connection.is_handshaking());
  require(connection.send(as_bytes("x"), out).has_value() == could || !connection.output().empty());
  if (const Error* error = connection.error()) {
    const ErrorCode code = error->code();
    require(!error->message().empty());
    Bytes more(20, 1);
    require(connection.receive(more).error().code() == code);
    require(!connection.can_send());
    require(!connection.pause());
  }
  connection.close();
  require(!connection.can_send());
}

}  // namespace keyway::fuzzing
