// docs/decisions/0004-low-level-ec-and-rsa.md tells why functions that OpenSSL 3.0 deprecates are used here.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "crypto/libcrypto/private_key.hpp"

#include <limits>
#include <utility>

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "crypto/der.hpp"
#include "crypto/libcrypto/ec_key.hpp"
#include "crypto/libcrypto/key_base.hpp"
#include "crypto/libcrypto/message_key.hpp"
#include "crypto/libcrypto/rsa_key.hpp"
#include "crypto/public_key_info.hpp"
#include "crypto/signature_facts.hpp"

namespace keyway::crypto::libcrypto {
namespace {

using EcKey = Handle<EC_KEY, EC_KEY_free>;
using Pkcs8 = Handle<PKCS8_PRIV_KEY_INFO, PKCS8_PRIV_KEY_INFO_free>;

constexpr std::size_t max_der_size = 64 * 1024;  // an RSA key of 16384 bits takes some 9 KiB
constexpr std::size_t min_rsa_bits = 2048;
constexpr std::size_t max_rsa_bits = 8192;

std::unexpected<Error> not_a_key(std::string_view received, std::string_view advice) {
  ERR_clear_error();
  return std::unexpected(fail(ErrorCode::InvalidKey)
                             .at("private key")
                             .expected("PKCS#8, RSAPrivateKey or ECPrivateKey in DER")
                             .received(received)
                             .advice(advice));
}

/// RFC 5208 5, PrivateKeyInfo: well-formed, with a privateKeyAlgorithm that libcrypto does not know.
bool is_of_unknown_algorithm(ByteView data) {
  const unsigned char* at = data.data();
  const Pkcs8 info(d2i_PKCS8_PRIV_KEY_INFO(nullptr, &at, static_cast<long>(data.size())));
  const ASN1_OBJECT* algorithm = nullptr;
  if (info == nullptr || PKCS8_pkey_get0(&algorithm, nullptr, nullptr, nullptr, info.get()) != 1) return false;
  return OBJ_obj2nid(algorithm) == NID_undef;
}

/// RFC 5208 6, EncryptedPrivateKeyInfo: an algorithm, then an OCTET STRING.
bool is_encrypted(ByteView data) noexcept {
  constexpr std::uint8_t octet_string = 4;
  der::Elements outer(data);
  der::Elements inner = outer.enter(der::Tag::sequence);
  inner.enter(der::Tag::sequence);
  return inner.ok() && inner.next_is(der::Tag{octet_string});
}

/// Writes with one of libcrypto's i2d functions, which first tell the size.
template <typename Write>
Result<Bytes> encode(Write write) {
  const int size = write(nullptr);
  if (size <= 0) return std::unexpected(failed(ErrorCode::CryptoFailed).at("encoding a key"));
  Bytes der(static_cast<std::size_t>(size));
  unsigned char* out = der.data();
  // SAFETY: the same call has just told that it writes `size` bytes.
  if (write(&out) != size) return std::unexpected(failed(ErrorCode::CryptoFailed).at("encoding a key"));
  return der;
}

/// An EC key is taken over into an object that encodes its point uncompressed and its curve by name, whatever the file
/// did. Explicit parameters are refused even where they are those of a known curve (RFC 5480 2.1.1).
Result<Key> normalised(Key key) {
  if (EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_EC) return key;
  int was_explicit = 0;
  if (EVP_PKEY_get_int_param(key.get(), OSSL_PKEY_PARAM_EC_DECODED_FROM_EXPLICIT_PARAMS, &was_explicit) != 1) {
    return std::unexpected(failed(ErrorCode::CryptoFailed).at("EC private key"));
  }
  EcKey ec(EVP_PKEY_get1_EC_KEY(key.get()));
  if (ec == nullptr || was_explicit != 0 || EC_KEY_get0_public_key(ec.get()) == nullptr) {
    return not_a_key("an EC key with explicit curve parameters or without its point", "use a key on a named curve");
  }
  EC_KEY_set_conv_form(ec.get(), POINT_CONVERSION_UNCOMPRESSED);
  Key plain(EVP_PKEY_new());
  if (plain == nullptr || EVP_PKEY_set1_EC_KEY(plain.get(), ec.get()) != 1) {
    return std::unexpected(failed(ErrorCode::CryptoFailed).at("EC private key"));
  }
  return plain;
}

Result<std::unique_ptr<PrivateKey>> make(Key loaded) {
  auto key = normalised(std::move(loaded));
  if (!key) return std::unexpected(std::move(key.error()));
  auto public_key_info = encode([&](unsigned char** out) { return i2d_PUBKEY(key->get(), out); });
  if (!public_key_info) return std::unexpected(std::move(public_key_info.error()));
  // The public half is held to the same rules as everybody's.
  auto info = parse_public_key_info(*public_key_info);
  if (!info) return std::unexpected(std::move(info.error()).at("private key"));

  const auto bits = static_cast<std::size_t>(EVP_PKEY_get_bits(key->get()));
  KeyBase base{std::move(*key), *public_key_info, info->type, bits};
  switch (info->type) {
    case KeyType::rsa:
    case KeyType::rsa_pss:
      return make_rsa_private_key(std::move(base), *info);
    case KeyType::p256:
    case KeyType::p384:
    case KeyType::p521:
      return make_ec_private_key(std::move(base));
    case KeyType::dsa:
      return std::unexpected(fail(ErrorCode::UnsupportedKey).at("private key").received("a key of DSA"));
    default:
      base.bits = field_bits(info->type);  // libcrypto counts the encoding's bits
      return make_message_private_key(std::move(base));
  }
}

/// By libcrypto's name of the type, which is ours; `rsa_bits` is 0 where the type tells the size.
Key generate_by_name(const std::string& name, std::size_t rsa_bits) {
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, name.c_str(), nullptr));
  EVP_PKEY* made = nullptr;
  if (context == nullptr || EVP_PKEY_keygen_init(context.get()) != 1 ||
      (rsa_bits != 0 && EVP_PKEY_CTX_set_rsa_keygen_bits(context.get(), static_cast<int>(rsa_bits)) != 1) ||
      EVP_PKEY_generate(context.get(), &made) != 1) {
    return nullptr;
  }
  return Key(made);
}

Key generate(KeyType type, std::size_t bits) {
  switch (type) {
    case KeyType::p256:
      return Key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
    case KeyType::p384:
      return Key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-384"));
    case KeyType::p521:
      return Key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-521"));
    case KeyType::dsa:
      return nullptr;
    default:
      return generate_by_name(to_string(type), bits);
  }
}

}  // namespace

Result<Bytes> BasedPrivateKey::to_pkcs8() const {
  const Pkcs8 pkcs8(EVP_PKEY2PKCS8(handle()));
  if (pkcs8 == nullptr) return std::unexpected(failed(ErrorCode::CryptoFailed).at("PKCS#8"));
  return encode([&](unsigned char** out) { return i2d_PKCS8_PRIV_KEY_INFO(pkcs8.get(), out); });
}

std::unexpected<Error> BasedPrivateKey::cannot_sign(SignatureAlgorithm algorithm) const {
  return std::unexpected(fail(ErrorCode::UnsupportedAlgorithm)
                             .at("signing")
                             .expected("an algorithm for a key of type " + to_string(type()))
                             .received(to_string(algorithm)));
}

Result<std::unique_ptr<PrivateKey>> load_private_key(ByteView der) {
  if (der.empty() || der.size() > max_der_size) {
    return not_a_key(std::to_string(der.size()) + " bytes", "give the file that holds the private key");
  }
  if (is_encrypted(der)) {
    return std::unexpected(fail(ErrorCode::EncryptedKey)
                               .at("private key")
                               .expected("an unencrypted key")
                               .received("PKCS#8 under a passphrase")
                               .advice("decrypt it first, for example with: openssl pkey -in FILE -out PLAIN"));
  }
  const unsigned char* at = der.data();
  Key key(d2i_AutoPrivateKey(nullptr, &at, static_cast<long>(der.size())));
  if (key == nullptr && is_of_unknown_algorithm(der)) {
    ERR_clear_error();
    return std::unexpected(fail(ErrorCode::UnsupportedKey)
                               .at("private key")
                               .expected("an algorithm that libcrypto has")
                               .received("PKCS#8 with another"));
  }
  if (key == nullptr) return not_a_key("something else", "give the file that holds the private key");
  ERR_clear_error();  // the formats that were tried before the right one
  // SAFETY: libcrypto leaves `at` inside `der` or at its end.
  if (at != der.data() + der.size()) return not_a_key("a key and more behind it", "cut off what follows the key");
  return make(std::move(key));
}

Result<std::unique_ptr<PrivateKey>> generate_private_key(KeyType type, std::size_t bits) {
  const bool is_rsa = type == KeyType::rsa || type == KeyType::rsa_pss;
  if (is_rsa ? bits < min_rsa_bits || bits > max_rsa_bits : bits != 0) {
    return std::unexpected(fail(ErrorCode::InvalidArgument)
                               .at("key generation")
                               .expected(is_rsa ? "2048 to 8192 bits" : "no bits: the type tells the size")
                               .received(std::to_string(bits)));
  }
  Key key = generate(type, bits);
  if (key == nullptr) return std::unexpected(failed(ErrorCode::UnsupportedKey).at("generating " + to_string(type)));
  return make(std::move(key));
}

}  // namespace keyway::crypto::libcrypto
