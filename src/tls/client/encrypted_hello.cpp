#include "tls/client/encrypted_hello.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "core/writer.hpp"
#include "tls/client/psk_offer.hpp"
#include "tls/schedule/ech_confirmation.hpp"
#include "tls/wire/extensions/encrypted_client_hello.hpp"
#include "tls/wire/handshake.hpp"
#include "tls/wire/hello_places.hpp"

namespace keyway::tls::client {
namespace {

using Extension = EncryptedClientHelloExtension;

constexpr std::array<std::uint8_t, 1> inner_marker{static_cast<std::uint8_t>(Extension::Kind::inner)};

Bytes write_body(const Extension& extension) {
  Bytes body;
  Writer out(body);
  extension.write(out);
  return body;
}

/// RFC 9849 6.2: a key that somebody could have, and as many random bytes as something hidden might take.
Result<std::unique_ptr<EchOffer>> begin_grease(const CommonConfig& config) {
  constexpr crypto::hpke::Suite suite{crypto::hpke::Kem::dhkem_x25519_hkdf_sha256, crypto::hpke::Kdf::hkdf_sha256,
                                      crypto::hpke::AeadId::aes_128_gcm};
  constexpr std::size_t smallest = 128;
  constexpr std::size_t step = 32;  // what is hidden is padded to a multiple of it
  const crypto::Random& random = config.randomness();
  auto key = crypto::hpke::generate_key_pair(*config.provider, random, suite.kem);
  if (!key) return std::unexpected(std::move(key.error()));
  std::array<std::uint8_t, 2> drawn{};
  if (auto filled = random.fill(drawn); !filled) return std::unexpected(std::move(filled.error()));
  Bytes payload(smallest + step * (drawn[0] % 4U) + crypto::aead_tag_size);
  if (auto filled = random.fill(payload); !filled) return std::unexpected(std::move(filled.error()));
  auto ech = std::make_unique<EchOffer>();
  ech->extension = write_body({Extension::Kind::outer, static_cast<std::uint16_t>(suite.kdf),
                               static_cast<std::uint16_t>(suite.aead), drawn[1], key->public_key, payload});
  return ech;
}

// --- the inner ClientHello, encoded

/// RFC 9849 5.1, 10.5: what is the same in both hellos needs to be sent once; what tells whom the client means, or that
/// the names are the same, is never left to the outer one.
bool may_be_shared(ExtensionType type) noexcept {
  constexpr std::array own{ExtensionType::server_name, ExtensionType::encrypted_client_hello,
                           ExtensionType::pre_shared_key, ExtensionType::early_data};
  return std::ranges::find(own, type) == own.end();
}

/// The extensions of the inner ClientHello, in the order in which it has them.
struct InnerExtensions {
  Bytes own;                         ///< that the encoding spells out
  Bytes shared;                      ///< that stand in the outer one as well, in its order
  std::vector<ExtensionType> types;  ///< of those
  Bytes last;                        ///< pre_shared_key, which ends it; empty: none

  [[nodiscard]] Bytes all() const {
    Bytes joined = own;
    joined.insert(joined.end(), shared.begin(), shared.end());
    joined.insert(joined.end(), last.begin(), last.end());
    return joined;
  }
};

void write_extension(Bytes& to, const ExtensionView& extension) {
  Writer out(to);
  out.value(extension.type);
  out.vector16(extension.body);
}

/// `inner`, `outer`: extensions of ours, well-formed.
InnerExtensions split(ByteView inner, ByteView outer, const Grease* grease) {
  const ExtensionBlock inner_block = ExtensionBlock::of_own(inner);
  const ExtensionBlock outer_block = ExtensionBlock::of_own(outer);
  InnerExtensions extensions;
  for (const ExtensionView extension : outer_block) {
    const auto own = inner_block.find(extension.type);
    const bool is_shared = own && may_be_shared(extension.type) && std::ranges::equal(*own, extension.body);
    if (!is_shared || extensions.types.size() == 127) continue;
    extensions.types.push_back(extension.type);
    write_extension(extensions.shared, extension);
  }
  for (const ExtensionView extension : inner_block) {
    if (std::ranges::find(extensions.types, extension.type) != extensions.types.end()) continue;
    const bool is_last = extension.type == ExtensionType::pre_shared_key;
    write_extension(is_last ? extensions.last : extensions.own, extension);
  }
  if (grease != nullptr) extensions.own = grease->rearrange(extensions.own);
  return extensions;
}

/// EncodedClientHelloInner without its padding.
Bytes encode(HelloParts parts, const InnerExtensions& extensions) {
  Bytes block = extensions.own;
  Writer out(block);
  if (!extensions.types.empty()) {
    out.value(ExtensionType::ech_outer_extensions);
    out.vector16([&] {
      out.vector8([&] {
        for (const ExtensionType type : extensions.types) out.value(type);
      });
    });
  }
  out.bytes(extensions.last);
  parts.session_id = {};
  Bytes encoded;
  Writer encoded_out(encoded);
  write_client_hello(encoded_out, parts, block);
  return encoded;
}

/// RFC 9849 6.1.3: names up to the configuration's length look alike, and so do sizes within 32 bytes.
void pad(Bytes& encoded, const HelloParts& parts, std::size_t maximum_name_length) {
  constexpr std::size_t without_name = 9;  // what a server_name extension takes beside the name
  const bool has_name = parts.config.sends_server_name() && parts.server_name.is_dns();
  const std::size_t name = parts.server_name.dns().size();
  if (has_name) {
    encoded.resize(encoded.size() + (maximum_name_length > name ? maximum_name_length - name : 0));
  } else {
    encoded.resize(encoded.size() + maximum_name_length + without_name);
  }
  encoded.resize((encoded.size() + 31) / 32 * 32);
}

// --- the outer ClientHello

/// RFC 9849 6.1.2: beside a hidden session stand random bytes of its form, so that none can be told from some.
class FeignedPsks {
 public:
  static Result<FeignedPsks> like(std::span<const PskOffer> real, const crypto::Random& random) {
    FeignedPsks feigned;
    feigned.identities_.reserve(real.size());
    for (const PskOffer& psk : real) {
      Bytes& identity = feigned.identities_.emplace_back(psk.identity.identity.size());
      std::array<std::uint8_t, 4> age{};
      if (auto filled = random.fill(identity); !filled) return std::unexpected(std::move(filled.error()));
      if (auto filled = random.fill(age); !filled) return std::unexpected(std::move(filled.error()));
      const std::uint32_t number = std::uint32_t{age[0]} << 24U | std::uint32_t{age[1]} << 16U |
                                   std::uint32_t{age[2]} << 8U | std::uint32_t{age[3]};
      feigned.offers_.push_back({{identity, number}, psk.hash, {}, psk.kind});
    }
    return feigned;
  }

  [[nodiscard]] std::span<const PskOffer> offers() const noexcept { return offers_; }

  /// Puts random bytes in the binders' place at the end of the ClientHello.
  [[nodiscard]] Result<void> fill_binders(ByteSpan client_hello, const crypto::Random& random) const {
    std::size_t size = 0;
    for (const PskOffer& psk : offers_) size += 1 + psk.hash->output_size();
    ByteSpan binders = client_hello.last(size);
    for (const PskOffer& psk : offers_) {
      const std::size_t binder = psk.hash->output_size();
      if (auto filled = random.fill(binders.subspan(1, binder)); !filled) return filled;
      binders = binders.subspan(1 + binder);
    }
    return {};
  }

 private:
  std::vector<Bytes> identities_;
  std::vector<PskOffer> offers_;
};

Bytes outer_body(const EchOffer& ech, bool is_retry, std::size_t payload_size) {
  const crypto::hpke::Suite& suite = ech.chosen->suite;
  const Bytes payload(payload_size);
  return write_body({Extension::Kind::outer, static_cast<std::uint16_t>(suite.kdf),
                     static_cast<std::uint16_t>(suite.aead), ech.chosen->config_id,
                     is_retry ? ByteView() : ByteView(ech.enc), payload});
}

Bytes outer_extensions(const HelloParts& outer) {
  Bytes extensions = build_extensions(outer);
  return outer.grease != nullptr ? outer.grease->rearrange(extensions) : extensions;
}

/// Seals what is hidden into the outer ClientHello, which is complete but for that (RFC 9849 5.2).
Result<void> seal(EchOffer& ech, ByteView encoded) {
  const auto hello = ClientHello::parse(ByteView(ech.outer_hello).subspan(handshake_header_size));
  const auto place = hello ? find_ech_payload(hello->extensions, ech.outer_hello.size()) : std::nullopt;
  if (!place) return std::unexpected(fail(ErrorCode::InternalError).at("ClientHello, encrypted_client_hello"));
  ech.outer_extensions = ExtensionSet::of(hello->extensions);
  ech.outer_extensions.remove(ExtensionType::pre_shared_key);
  auto payload = ech.context->seal(ByteView(ech.outer_hello).subspan(handshake_header_size), encoded);
  if (!payload) return std::unexpected(std::move(payload.error()));
  std::ranges::copy(*payload, ByteSpan(ech.outer_hello).subspan(place->begin, place->size).begin());
  return {};
}

/// For a second ClientHello, should the first have been refused.
void keep_extension(EchOffer& ech) {
  const auto hello = ClientHello::parse(ByteView(ech.outer_hello).subspan(handshake_header_size));
  const auto body = hello ? hello->extensions.find(ExtensionType::encrypted_client_hello) : std::nullopt;
  if (body) ech.extension.assign(body->begin(), body->end());
}

// --- the server's answer

/// The server answers the outer ClientHello: the offer becomes that one.
void fall_back(Flow& flow, Offer& offer, Bytes& client_hello) {
  EchOffer& ech = *offer.ech;
  ech.kind = EchOffer::Kind::refused;
  flow.info().ech = EchStatus::rejected;
  offer.server_name = ech.chosen->public_name;
  offer.random = ech.outer_random;
  offer.extensions = ech.outer_extensions;
  offer.sessions = nullptr;  // hidden, if there was one: nobody can have taken it
  client_hello = std::move(ech.outer_hello);
}

/// True where the message shows, in `place`, that its sender has read the inner ClientHello.
bool confirms(const Offer& offer, ByteView client_hello, ByteView message, const MessagePart& place,
              EchConfirmationPlace where, const crypto::HashFunction& hash, const Transcript* before) {
  Transcript transcript = before != nullptr ? *before : Transcript(hash);
  if (before == nullptr) {
    transcript.add(client_hello);
    if (where == EchConfirmationPlace::hello_retry_request) transcript.replace_with_message_hash();
  }
  const EchConfirmation expected =
      make_ech_confirmation(hash, offer.random, where, transcript.hash_with(with_zeros(message, place)));
  return equal_in_constant_time(expected, message.subspan(place.begin, place.size));
}

Result<bool> confirms_retry(const Offer& offer, ByteView client_hello, const ServerHello& retry, ByteView message,
                            const crypto::HashFunction& hash) {
  const auto body = retry.extensions.find(ExtensionType::encrypted_client_hello);
  if (!body) return false;
  if (auto parsed = EchConfirmationExtension::parse(*body); !parsed) {
    return std::unexpected(std::move(parsed.error()).at("HelloRetryRequest"));
  }
  const auto place = find_body(retry.extensions, ExtensionType::encrypted_client_hello, message.size());
  return confirms(offer, client_hello, message, *place, EchConfirmationPlace::hello_retry_request, hash, nullptr);
}

}  // namespace

Result<std::unique_ptr<EchOffer>> begin_ech(const ClientConfig& config) {
  const EchPlan* plan = config.ech();
  if (plan == nullptr) return nullptr;
  if (!plan->chosen) return begin_grease(config.common());
  const EchPlan::Chosen& chosen = *plan->chosen;
  const crypto::Random& random = config.common().randomness();
  auto sender = crypto::hpke::set_up_sender(*config.common().provider, random, chosen.suite, chosen.public_key,
                                            ech_info(chosen.config));
  if (!sender) return std::unexpected(std::move(sender.error()).at("ECHConfig"));
  auto ech = std::make_unique<EchOffer>();
  ech->kind = EchOffer::Kind::hiding;
  ech->chosen = &chosen;
  ech->context = std::move(sender->context);
  ech->enc = std::move(sender->enc);
  if (auto filled = random.fill(ech->outer_random); !filled) return std::unexpected(std::move(filled.error()));
  return ech;
}

Result<ExtensionSet> extensions_of(ByteView client_hello) {
  const auto hello = ClientHello::parse(client_hello.subspan(handshake_header_size));
  if (hello) return ExtensionSet::of(hello->extensions);
  return std::unexpected(fail(ErrorCode::InternalError).at("ClientHello").received(hello.error().message()));
}

Result<Bytes> hide_hello(Flow& flow, EchOffer& ech, const HelloParts& parts, const Transcript* before) {
  const crypto::Random& random = parts.config.common().randomness();
  HelloParts inner = parts;
  inner.kind = HelloKind::inner;
  inner.encrypted_client_hello = inner_marker;
  auto feigned = FeignedPsks::like(parts.psks, random);
  if (!feigned) return std::unexpected(std::move(feigned.error()));
  HelloParts outer{parts.config, ech.chosen->public_name, ech.outer_random, parts.session_id, parts.key_shares,
                   parts.cookie, feigned->offers()};
  outer.kind = HelloKind::outer;
  outer.has_early_data = parts.has_early_data;
  outer.grease = parts.grease;
  outer.is_retry = parts.is_retry;
  outer.quic = parts.quic;

  // How long the outer one is, the hidden one decides; what they share, the outer one's order.
  Bytes body = outer_body(ech, parts.is_retry, 1);
  outer.encrypted_client_hello = body;
  InnerExtensions extensions = split(build_extensions(inner), outer_extensions(outer), parts.grease);
  Bytes hidden = build_client_hello(inner, extensions.all());
  if (!parts.psks.empty()) {
    write_binders(hidden, parts.psks, before);
    const ByteView with_binders = ByteView(hidden).last(extensions.last.size());
    extensions.last.assign(with_binders.begin(), with_binders.end());
  }
  Bytes encoded = encode(inner, extensions);
  pad(encoded, parts, ech.chosen->maximum_name_length);

  body = outer_body(ech, parts.is_retry, encoded.size() + crypto::aead_tag_size);
  outer.encrypted_client_hello = body;
  ech.outer_hello = build_client_hello(outer, outer_extensions(outer));
  if (auto filled = feigned->fill_binders(ech.outer_hello, random); !filled) {
    return std::unexpected(std::move(filled.error()));
  }
  if (auto sealed = seal(ech, encoded); !sealed) return std::unexpected(std::move(sealed.error()));
  keep_extension(ech);
  flow.emit(event::InnerClientHello{Direction::sent, hidden});
  return hidden;
}

Result<void> settle_ech(Flow& flow, Offer& offer, Bytes& client_hello, const ServerHello& hello, ByteView message,
                        const crypto::HashFunction& hash, const Transcript* before) {
  if (!offer.ech || !offer.ech->is_hiding()) return {};
  if (hello.is_hello_retry_request()) {
    auto is_read = confirms_retry(offer, client_hello, hello, message, hash);
    if (!is_read) return std::unexpected(std::move(is_read.error()));
    if (*is_read) {
      offer.ech->kind = EchOffer::Kind::promised;
    } else {
      fall_back(flow, offer, client_hello);
    }
    return {};
  }
  const MessagePart place{ech_confirmation_in_server_hello, ech_confirmation_size};
  if (confirms(offer, client_hello, message, place, EchConfirmationPlace::server_hello, hash, before)) {
    flow.info().ech = EchStatus::accepted;
    offer.extensions.remove(ExtensionType::encrypted_client_hello);  // answered: nothing more of it may come
    offer.ech = nullptr;
    return {};
  }
  if (offer.ech->kind == EchOffer::Kind::promised) {  // RFC 9849 6.1.5
    return std::unexpected(fail(ErrorCode::EchAnswerChanged).at("ServerHello, random"));
  }
  fall_back(flow, offer, client_hello);
  return {};
}

Result<void> settle_ech_in_tls12(Flow& flow, Offer& offer, Bytes& client_hello, const ServerHello& hello) {
  if (!offer.ech) return {};
  if (hello.extensions.has(ExtensionType::encrypted_client_hello)) {  // RFC 5246 7.4.1.4: there is no answer in TLS 1.2
    return std::unexpected(fail(ErrorCode::UnsolicitedExtension).at("ServerHello, extension encrypted_client_hello"));
  }
  if (offer.ech->is_hiding()) fall_back(flow, offer, client_hello);
  return {};
}

Result<void> take_retry_configs(Flow& flow, const ExtensionBlock& encrypted_extensions) {
  const auto body = encrypted_extensions.find(ExtensionType::encrypted_client_hello);
  if (!body) return {};
  auto configs = EchRetryConfigsExtension::parse(*body);
  if (!configs) return std::unexpected(std::move(configs.error()).at("EncryptedExtensions"));
  // RFC 9849 6.2: what answers GREASE means nothing.
  if (flow.info().ech != EchStatus::rejected) return {};
  flow.ech_progress().unproven_retry_configs.assign(configs->list.begin(), configs->list.end());
  return {};
}

}  // namespace keyway::tls::client
