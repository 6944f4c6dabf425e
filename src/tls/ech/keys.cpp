#include <algorithm>
#include <array>
#include <mutex>
#include <string>
#include <utility>

#include <keyway/ech.hpp>

#include "core/text.hpp"
#include "core/writer.hpp"
#include "tls/ech/configs.hpp"

namespace keyway {
namespace {

constexpr std::string_view config_label = "ECHCONFIG";  // RFC 9934
constexpr std::string_view private_key_label = "PRIVATE KEY";
constexpr std::size_t private_key_size = 32;

/// What stands before the 32 bytes of an X25519 key in PKCS#8 (RFC 8410 7).
constexpr std::array<std::uint8_t, 16> pkcs8_of_x25519{0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06,
                                                       0x03, 0x2b, 0x65, 0x6e, 0x04, 0x22, 0x04, 0x20};

Error as_config_error(const Error& error) {
  return fail(ErrorCode::InvalidEchConfig).at(error.where()).expected(error.expected()).received(error.message());
}

Error no_config(std::string_view received) {
  return fail(ErrorCode::InvalidEchConfig).expected("an ECHConfigList").received(received);
}

Result<ByteView> read_x25519(ByteView pkcs8) {
  const std::size_t header = pkcs8_of_x25519.size();
  const bool is_one =
      pkcs8.size() == header + private_key_size && std::ranges::equal(pkcs8.first(header), pkcs8_of_x25519);
  if (is_one) return pkcs8.subspan(header);
  return std::unexpected(fail(ErrorCode::InvalidKey).at("PRIVATE KEY").expected("PKCS#8 of an X25519 key"));
}

/// The configuration in a list that is of this private key.
Result<Bytes> find_config(const crypto::Provider& provider, ByteView list, ByteView private_key) {
  const auto configs = tls::parse_ech_config_list(list);
  if (!configs) return std::unexpected(as_config_error(configs.error()));
  for (const tls::EchConfig& config : *configs) {
    if (!config.is_known()) continue;
    const auto public_key = crypto::hpke::public_key_of(provider, crypto::hpke::Kem{config.kem_id}, private_key);
    if (public_key && std::ranges::equal(*public_key, config.public_key)) {
      return Bytes(config.raw.begin(), config.raw.end());
    }
  }
  return std::unexpected(no_config("none of this private key"));
}

const PemBlock* find_block(const std::vector<PemBlock>& blocks, std::string_view label) {
  const auto found = std::ranges::find(blocks, label, &PemBlock::label);
  return found == blocks.end() ? nullptr : &*found;
}

/// A parsed text whose secrets are wiped when it goes.
struct WipedBlocks {
  std::vector<PemBlock> blocks;
  explicit WipedBlocks(std::vector<PemBlock> of) noexcept : blocks(std::move(of)) {}
  WipedBlocks(const WipedBlocks&) = delete;
  WipedBlocks& operator=(const WipedBlocks&) = delete;
  ~WipedBlocks() {
    for (PemBlock& block : blocks) wipe(block.data);
  }
};

}  // namespace

std::string_view to_string(EchStatus status) noexcept {
  switch (status) {
    case EchStatus::off:
      return "off";
    case EchStatus::greased:
      return "greased";
    case EchStatus::offered:
      return "offered";
    case EchStatus::accepted:
      return "accepted";
    case EchStatus::rejected:
      return "rejected";
  }
  return "unknown";
}

// ------------------------------------------------------------------------------------------------ what is published

Result<EchConfigList> EchConfigList::parse(ByteView wire) {
  if (auto configs = tls::parse_ech_config_list(wire); !configs) {
    return std::unexpected(as_config_error(configs.error()));
  }
  return EchConfigList(Bytes(wire.begin(), wire.end()));
}

Result<EchConfigList> EchConfigList::from_text(std::string_view text) {
  if (text.find("-----BEGIN ") == std::string_view::npos) {
    auto wire = from_base64(text);
    if (!wire) return std::unexpected(std::move(wire.error()).at("ECHConfigList"));
    return parse(*wire);
  }
  auto blocks = parse_pem(text);
  if (!blocks) return std::unexpected(std::move(blocks.error()));
  const WipedBlocks parsed(std::move(*blocks));
  const PemBlock* block = find_block(parsed.blocks, config_label);
  if (block == nullptr) return std::unexpected(no_config("PEM without an ECHCONFIG"));
  return parse(block->data);
}

std::string EchConfigList::to_base64() const {
  return keyway::to_base64(bytes_);
}

std::string EchConfigList::to_pem() const {
  return keyway::to_pem(config_label, bytes_);
}

// ------------------------------------------------------------------------------------------------ keys

Result<EchKey> EchKey::generate(const crypto::Provider& provider, const Parameters& parameters) {
  using namespace crypto::hpke;
  constexpr Kem kem = Kem::dhkem_x25519_hkdf_sha256;
  const auto name = tls::read_public_name(as_bytes(parameters.public_name));
  if (!name) {
    return std::unexpected(fail(ErrorCode::InvalidArgument)
                               .at("EchKey, public_name")
                               .expected("a host name")
                               .received(printable(parameters.public_name)));
  }
  std::array<std::uint8_t, 1> id{};
  if (auto filled = provider.random().fill(id); !filled) return std::unexpected(std::move(filled.error()));
  auto pair = generate_key_pair(provider, provider.random(), kem);
  if (!pair) return std::unexpected(std::move(pair.error()));
  Bytes suites;
  Writer suites_out(suites);
  for (const AeadId aead : {AeadId::aes_128_gcm, AeadId::aes_256_gcm, AeadId::chacha20_poly1305}) {
    suites_out.value(Kdf::hkdf_sha256);
    suites_out.value(aead);
  }
  tls::EchConfig config;
  config.config_id = id[0];
  config.kem_id = static_cast<std::uint16_t>(kem);
  config.public_key = pair->public_key;
  config.cipher_suites = tls::WireList<std::uint32_t>(suites);
  config.maximum_name_length = parameters.maximum_name_length;
  config.public_name = as_bytes(name->dns());
  Bytes written;
  Writer out(written);
  config.write(out);
  return EchKey(std::move(written), std::move(pair->private_key), parameters.is_retry_config);
}

Result<EchKey> EchKey::from(const crypto::Provider& provider, ByteView config, ByteView private_key,
                            bool is_retry_config) {
  const auto parsed = tls::EchConfig::parse(config);
  if (!parsed) return std::unexpected(as_config_error(parsed.error()));
  if (!parsed->is_known()) return std::unexpected(no_config("one of another version"));
  auto public_key = crypto::hpke::public_key_of(provider, crypto::hpke::Kem{parsed->kem_id}, private_key);
  if (!public_key) return std::unexpected(std::move(public_key.error()).at("EchKey"));
  if (!std::ranges::equal(*public_key, parsed->public_key)) {
    return std::unexpected(no_config("one of another private key"));
  }
  return EchKey(Bytes(config.begin(), config.end()), SecretBuffer<32>(private_key), is_retry_config);
}

Result<EchKey> EchKey::from_pem(const crypto::Provider& provider, std::string_view text, bool is_retry_config) {
  auto blocks = parse_pem(text);
  if (!blocks) return std::unexpected(std::move(blocks.error()));
  const WipedBlocks parsed(std::move(*blocks));
  const PemBlock* key = find_block(parsed.blocks, private_key_label);
  const PemBlock* list = find_block(parsed.blocks, config_label);
  if (key == nullptr || list == nullptr) {
    return std::unexpected(
        fail(ErrorCode::InvalidPem).expected("a PRIVATE KEY and an ECHCONFIG (RFC 9934)").received("less"));
  }
  const auto private_key = read_x25519(key->data);
  if (!private_key) return std::unexpected(private_key.error());
  auto config = find_config(provider, list->data, *private_key);
  if (!config) return std::unexpected(std::move(config.error()));
  return EchKey(std::move(*config), SecretBuffer<32>(*private_key), is_retry_config);
}

EchConfigList EchKey::config_list() const {
  return EchConfigList(tls::make_ech_config_list({config_}));
}

Result<std::string> EchKey::to_pem() const {
  const auto config = tls::EchConfig::parse(config_);
  const auto x25519 = static_cast<std::uint16_t>(crypto::hpke::Kem::dhkem_x25519_hkdf_sha256);
  if (!config || config->kem_id != x25519) {
    return std::unexpected(fail(ErrorCode::UnsupportedAlgorithm).at("EchKey, PEM").expected("a key of X25519"));
  }
  Bytes pkcs8(pkcs8_of_x25519.begin(), pkcs8_of_x25519.end());
  pkcs8.reserve(pkcs8.size() + private_key_size);
  pkcs8.insert(pkcs8.end(), private_key_.view().begin(), private_key_.view().end());
  std::string text = keyway::to_pem(private_key_label, pkcs8) + config_list().to_pem();
  wipe(pkcs8);
  return text;
}

// ------------------------------------------------------------------------------------------------ sets of keys

struct EchKeys::State {
  std::shared_ptr<const crypto::Provider> provider;
  mutable std::mutex mutex;
  std::shared_ptr<const tls::EchKeySet> current;
};

EchKeys::EchKeys(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}
EchKeys::~EchKeys() = default;

Result<std::shared_ptr<EchKeys>> EchKeys::make(std::shared_ptr<const crypto::Provider> provider,
                                               std::vector<EchKey> keys) {
  if (!provider) {
    return std::unexpected(fail(ErrorCode::InvalidConfiguration).at("EchKeys").expected("a provider"));
  }
  auto state = std::make_unique<State>();
  state->provider = std::move(provider);
  std::shared_ptr<EchKeys> made(new EchKeys(std::move(state)));
  if (auto put = made->replace(std::move(keys)); !put) return std::unexpected(std::move(put.error()));
  return made;
}

Result<void> EchKeys::replace(std::vector<EchKey> keys) {
  if (keys.empty() || keys.size() > max_keys) {
    return std::unexpected(fail(ErrorCode::InvalidConfiguration)
                               .at("EchKeys")
                               .expected("1 to " + std::to_string(max_keys) + " keys")
                               .received(std::to_string(keys.size())));
  }
  auto set = std::make_shared<const tls::EchKeySet>(state_->provider, std::move(keys));
  const std::scoped_lock lock(state_->mutex);
  state_->current = std::move(set);
  return {};
}

std::shared_ptr<const tls::EchKeySet> EchKeys::current() const {
  const std::scoped_lock lock(state_->mutex);
  return state_->current;
}

std::optional<EchConfigList> EchKeys::retry_configs() const {
  const auto set = current();
  auto list = EchConfigList::parse(set->retry_configs());
  if (!list) return std::nullopt;
  return std::move(*list);
}

}  // namespace keyway
