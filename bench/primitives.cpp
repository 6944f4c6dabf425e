#include "primitives.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include <keyway/quic_packets.hpp>

#include "crypto/hkdf.hpp"
#include "crypto/hmac.hpp"
#include "material.hpp"

namespace keyway::bench {
namespace {

using testing::provider;

/// Compressions of SHA-256 in a full handshake of TLS 1.3; one that resumes has fewer in the transcript, and the
/// binder's and the tickets' instead.
constexpr std::size_t compressions_tls13 = 111;
/// The same with the client's two certificates, its CertificateVerify and the CertificateRequest in the transcript.
constexpr std::size_t compressions_tls13_mutual = compressions_tls13 + 22;
/// In one of TLS 1.2: master secret, key block and both Finished of the PRF, and the transcript.
constexpr std::size_t compressions_tls12 = 78;
/// The same with a transcript that holds no certificates.
constexpr std::size_t compressions_tls12_resumed = 50;
/// A certificate's size, more or less: what is signed there.
constexpr std::size_t certificate_size = 640;
/// What CertificateVerify signs (RFC 8446 4.4.3).
constexpr std::size_t verify_content_size = 130;

const crypto::HashFunction& sha256() {
  return *provider()->hash(crypto::HashAlgorithm::sha256);
}
const crypto::KeyExchangeGroup& group_of(NamedGroup group) {
  return *provider()->group(group);
}

crypto::SignatureAlgorithm algorithm_in_handshake(LeafKey key) {
  return key == LeafKey::ecdsa_p256 ? crypto::SignatureAlgorithm::ecdsa_sha256
                                    : crypto::SignatureAlgorithm::rsa_pss_sha256;
}
crypto::SignatureAlgorithm algorithm_in_certificate(LeafKey key) {
  return key == LeafKey::ecdsa_p256 ? crypto::SignatureAlgorithm::ecdsa_sha256
                                    : crypto::SignatureAlgorithm::rsa_pkcs1_sha256;
}

std::string lowered(NamedGroup group) {
  std::string name = keyway::to_string(group);
  std::ranges::transform(name, name.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return name;
}

Primitive start_exchange(NamedGroup group) {
  return {lowered(group) + "/start", [group] {
            std::unique_ptr<crypto::KeyExchange> exchange;
            return time_of([&] { exchange = must(group_of(group).start(provider()->random()), "key exchange"); });
          }};
}

Primitive answer_exchange(NamedGroup group) {
  const auto client = std::shared_ptr(must(group_of(group).start(provider()->random()), "key exchange"));
  return {
      lowered(group) + "/answer", [client, group] {
        return time_of([&] { (void)must(group_of(group).answer(provider()->random(), client->share()), "answer"); });
      }};
}

Primitive complete_exchange(NamedGroup group) {
  return {lowered(group) + "/complete", [group] {
            const auto exchange = must(group_of(group).start(provider()->random()), "key exchange");
            const auto answer = must(group_of(group).answer(provider()->random(), exchange->share()), "answer");
            return time_of([&] { (void)must(exchange->complete(answer.share), "complete"); });
          }};
}

Primitive sign(LeafKey key) {
  const auto signer = material(key).leaf.key;
  return {"sign/" + std::string(to_string(key)), [signer, key, message = Bytes(verify_content_size, 0x20)] {
            Bytes signature;
            return time_of([&] { must(signer->sign(algorithm_in_handshake(key), message, signature), "sign"); });
          }};
}

/// What there is to verify: the signature of one of many.
struct Signed {
  Bytes message;
  Bytes signature;
};

/// Whether a key that verifies is one that nobody has seen before: its DER is then parsed first.
enum class Acquaintance : std::uint8_t { new_each_time, known };

/// Each run has another signature before it: the same one again and again is one that the processor knows by heart.
Primitive verify(LeafKey key, Acquaintance acquaintance, crypto::SignatureAlgorithm algorithm, std::size_t message_size,
                 std::string name) {
  constexpr std::size_t how_many = 64;
  const auto signer = material(key).leaf.key;
  std::vector<Signed> all(how_many);
  for (std::size_t i = 0; i < how_many; ++i) {
    all[i].message = Bytes(message_size, static_cast<std::uint8_t>(i));
    must(signer->sign(algorithm, all[i].message, all[i].signature), "sign");
  }
  const auto parse = [signer] { return must(provider()->public_key(signer->subject_public_key_info()), "public key"); };
  std::shared_ptr<const crypto::PublicKey> known;
  if (acquaintance == Acquaintance::known) known = parse();
  return {std::move(name), [parse, known, algorithm, all = std::move(all), at = std::size_t(0)]() mutable {
            const Signed& one = all[at++ % how_many];
            return time_of([&] {
              const auto parsed = known ? nullptr : parse();
              const crypto::PublicKey& by = known ? *known : *parsed;
              if (!by.verify(algorithm, one.message, one.signature)) give_up("a signature does not hold");
            });
          }};
}

Primitive verify_handshake(LeafKey key) {
  return verify(key, Acquaintance::new_each_time, algorithm_in_handshake(key), verify_content_size,
                "verify/" + std::string(to_string(key)) + "/handshake");
}
Primitive verify_certificate(LeafKey key) {
  return verify(key, Acquaintance::known, algorithm_in_certificate(key), certificate_size,
                "verify/" + std::string(to_string(key)) + "/certificate");
}

Primitive hash(std::string name, std::size_t size) {
  return {std::move(name), [data = Bytes(size, 0x36)] {
            std::array<std::uint8_t, crypto::max_hash_size> out{};
            return time_of([&] {
              crypto::HashState state;
              sha256().start(state);
              sha256().update(state, data);
              sha256().finish(state, out);
            });
          }};
}

Primitive symmetric(Form form = Form::full) {
  std::size_t compressions = compressions_tls13;
  if (form == Form::mutual) compressions = compressions_tls13_mutual;
  if (form == Form::full_tls12) compressions = compressions_tls12;
  if (form == Form::resumed_tls12) compressions = compressions_tls12_resumed;
  // The padding fills the last block.
  return hash("symmetric", 64 * compressions - 9);
}

Primitive hmac() {
  return {"hmac_sha256/64", [data = Bytes(64, 0x36)] {
            HashSecret out(32);
            return time_of([&] { crypto::HmacKey(sha256(), data).mac(data, out.span()); });
          }};
}

Primitive hkdf_expand_label() {
  const auto key = std::make_shared<crypto::HmacKey>(sha256(), Bytes(32, 7));
  return {"hkdf_expand_label/32", [key, context = Bytes(32, 0x36)] {
            HashSecret out(32);
            return time_of([&] { (void)crypto::hkdf_expand_label(*key, "c hs traffic", context, out.span()); });
          }};
}

Primitive random_bytes() {
  return {"random/32", [] {
            std::array<std::uint8_t, 32> out{};
            return time_of([&] { must(provider()->random().fill(out), "random"); });
          }};
}

Primitive aead_key(crypto::AeadAlgorithm algorithm, std::string name) {
  return {std::move(name), [algorithm, key = Bytes(crypto::limits(algorithm).key_size, 7)] {
            return time_of([&] { (void)must(provider()->aead(algorithm, key), "AEAD"); });
          }};
}

constexpr std::size_t quic_payload = 1200 - 11 - QuicSealer::overhead;

QuicSecret quic_secret(CipherSuite suite, Direction direction) {
  return {EncryptionLevel::application, direction, suite, SecretBuffer<64>(Bytes(32, 7))};
}

/// One packet of 1200 bytes with a short header, again and again.
struct QuicPackets {
  explicit QuicPackets(CipherSuite suite)
      : sealer(must(QuicSealer::create(testing::provider(), QuicVersion::v1, quic_secret(suite, Direction::sent)),
                    "sealer")),
        opener(must(QuicOpener::create(testing::provider(), QuicVersion::v1, quic_secret(suite, Direction::received)),
                    "opener")) {}

  void seal() {
    if (sealer.needs_update()) {
      sealer.acknowledged(number - 1);
      must(sealer.update(), "key update");
    }
    header[9] = static_cast<std::uint8_t>(number >> 8U);
    header[10] = static_cast<std::uint8_t>(number);
    const std::array parts{ByteView(payload)};
    (void)must(sealer.seal(number++, header, parts, packet), "seal");
  }
  void open() {
    const auto read = must(read_quic_packet(packet, 8), "packet");
    (void)must(opener.open(packet, read.packet_number_offset), "open");
  }

  QuicSealer sealer;
  QuicOpener opener;
  std::uint64_t number = 0;
  std::array<std::uint8_t, 11> header{0x41, 1, 2, 3, 4, 5, 6, 7, 8};
  Bytes payload = Bytes(quic_payload, 0x36);
  Bytes packet = Bytes(1200);
};

Primitive quic_seal(CipherSuite suite, std::string name) {
  const auto packets = std::make_shared<QuicPackets>(suite);
  return {"quic_seal/1200/" + name, [packets] { return time_of([&] { packets->seal(); }); }};
}
Primitive quic_open(CipherSuite suite, std::string name) {
  const auto packets = std::make_shared<QuicPackets>(suite);
  return {"quic_open/1200/" + name, [packets] {
            packets->seal();
            return time_of([&] { packets->open(); });
          }};
}

}  // namespace

std::vector<Primitive> all_primitives() {
  std::vector<Primitive> all;
  for (const NamedGroup group : {NamedGroup::x25519, NamedGroup::X25519MLKEM768}) {
    all.push_back(start_exchange(group));
    all.push_back(answer_exchange(group));
    all.push_back(complete_exchange(group));
  }
  for (const LeafKey key : {LeafKey::ecdsa_p256, LeafKey::rsa_2048}) {
    all.push_back(sign(key));
    all.push_back(verify_handshake(key));
    all.push_back(verify_certificate(key));
  }
  all.push_back(symmetric());
  all.push_back(hash("sha256/16384", 16384));
  all.push_back(hmac());
  all.push_back(hkdf_expand_label());
  all.push_back(random_bytes());
  all.push_back(aead_key(crypto::AeadAlgorithm::aes_128_gcm, "aead_key/aes_128_gcm"));
  all.push_back(aead_key(crypto::AeadAlgorithm::chacha20_poly1305, "aead_key/chacha20_poly1305"));
  for (const auto& [suite, name] : {std::pair{CipherSuite::TLS_AES_128_GCM_SHA256, "aes_128_gcm"},
                                    std::pair{CipherSuite::TLS_CHACHA20_POLY1305_SHA256, "chacha20_poly1305"}}) {
    all.push_back(quic_seal(suite, name));
    all.push_back(quic_open(suite, name));
  }
  return all;
}

namespace {

NamedGroup group_of(Form form) {
  return form == Form::hybrid ? NamedGroup::X25519MLKEM768 : NamedGroup::x25519;
}

/// A chain of two and the proof of its leaf, judged: the intermediate is one that has been seen before, as all but the
/// first time, and the leaf is not.
void add_verification(std::vector<Primitive>& list, LeafKey key) {
  list.push_back(verify_certificate(key));
  list.push_back(verify_handshake(key));
}

}  // namespace

std::vector<Primitive> server_primitives(const HandshakeKind& kind) {
  std::vector<Primitive> list;
  list.push_back(symmetric(kind.form));
  if (kind.form == Form::resumed_tls12) return list;
  list.push_back(answer_exchange(group_of(kind.form)));
  if (!is_resumption(kind.form)) list.push_back(sign(kind.key));
  if (kind.form == Form::mutual) add_verification(list, kind.key);
  return list;
}

std::vector<Primitive> client_primitives(const HandshakeKind& kind) {
  std::vector<Primitive> list;
  list.push_back(symmetric(kind.form));
  if (kind.form == Form::resumed_tls12) return list;
  list.push_back(start_exchange(group_of(kind.form)));
  list.push_back(complete_exchange(group_of(kind.form)));
  if (!is_resumption(kind.form)) add_verification(list, kind.key);
  if (kind.form == Form::mutual) list.push_back(sign(kind.key));
  return list;
}

}  // namespace keyway::bench
