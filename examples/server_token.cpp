// A server whose private key stays in a PKCS#11 token (a smart card, an HSM, SoftHSM): keyway::crypto::PrivateKey over
// libcrypto's engine `pkcs11` (on Debian: libengine-pkcs11-openssl). The token signs at once, so nothing pauses.
//
//   example_server_token CHAIN.pem 'pkcs11:token=shop;object=key;type=private?pin-value=1234' [PORT]
//
// The engine finds the token's module by p11-kit, or by PKCS11_MODULE_PATH.
#define OPENSSL_SUPPRESS_DEPRECATED  // engines: OpenSSL 3 would rather have a provider, which Debian 12 does not ship
#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/engine.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include <keyway/blocking.hpp>
#include <keyway/keyway.hpp>

namespace {

using keyway::ErrorCode;
using keyway::fail;
using keyway::crypto::KeyType;
using keyway::crypto::SignatureAlgorithm;

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Digest = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

/// A P-256 key that never leaves its token.
class TokenKey final : public keyway::crypto::PrivateKey {
 public:
  static keyway::Result<std::shared_ptr<const TokenKey>> open(const char* uri) {
    const auto refuse = [](const char* what) { return std::unexpected(fail(ErrorCode::UnsupportedKey).at(what)); };
    ENGINE_load_builtin_engines();
    ENGINE* engine = ENGINE_by_id("pkcs11");
    if (engine == nullptr || ENGINE_init(engine) != 1) return refuse("the engine pkcs11");
    Key key(ENGINE_load_private_key(engine, uri, nullptr, nullptr), &EVP_PKEY_free);
    if (!key) return refuse(uri);
    if (EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_EC || EVP_PKEY_get_bits(key.get()) != 256) return refuse("P-256");
    unsigned char* der = nullptr;
    const int size = i2d_PUBKEY(key.get(), &der);
    if (size <= 0) return refuse("the token's public key");
    keyway::Bytes spki(der, der + size);
    OPENSSL_free(der);
    return std::make_shared<const TokenKey>(std::move(key), std::move(spki));
  }
  TokenKey(Key key, keyway::Bytes spki) : key_(std::move(key)), spki_(std::move(spki)) {}

  KeyType type() const noexcept override { return KeyType::p256; }
  std::size_t bits() const noexcept override { return 256; }
  keyway::ByteView subject_public_key_info() const noexcept override { return spki_; }
  keyway::Result<void> sign(SignatureAlgorithm algorithm, keyway::ByteView message, keyway::Bytes& out) const override {
    if (algorithm != SignatureAlgorithm::ecdsa_sha256) {
      return std::unexpected(fail(ErrorCode::UnsupportedAlgorithm).at("the token"));
    }
    const Digest digest(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
    std::size_t size = 0;
    bool well = digest && EVP_DigestSignInit(digest.get(), nullptr, EVP_sha256(), nullptr, key_.get()) == 1 &&
                EVP_DigestSign(digest.get(), nullptr, &size, message.data(), message.size()) == 1;
    keyway::Bytes signature(size);
    well = well && EVP_DigestSign(digest.get(), signature.data(), &size, message.data(), message.size()) == 1;
    if (!well) return std::unexpected(fail(ErrorCode::SigningFailed).at("the token"));
    out.insert(out.end(), signature.begin(), signature.begin() + static_cast<std::ptrdiff_t>(size));
    return {};
  }
  keyway::Result<keyway::Bytes> to_pkcs8() const override {
    return std::unexpected(fail(ErrorCode::InvalidArgument).at("the token").received("a key that can't leave"));
  }

 private:
  Key key_;
  keyway::Bytes spki_;
};

keyway::Result<void> echo(int fd, const std::shared_ptr<const keyway::ServerConfig>& config) {
  auto stream = keyway::BlockingStream::server(fd, config, {.handshake = std::chrono::seconds(10)});
  if (!stream) return std::unexpected(stream.error());
  if (auto done = stream->handshake(); !done) return done;
  std::array<std::uint8_t, 4096> buffer{};
  for (;;) {
    const auto count = stream->read_some(buffer);
    if (!count) return std::unexpected(count.error());
    if (*count == 0) return stream->close();
    if (auto sent = stream->write_all(keyway::ByteView(buffer).first(*count)); !sent) return sent;
  }
}

int listen_on(std::uint16_t& port) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (bind(fd, generic, size) != 0 || listen(fd, 16) != 0 || getsockname(fd, generic, &size) != 0) return -1;
  port = ntohs(address.sin_port);
  return fd;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return std::fprintf(stderr, "usage: %s CHAIN.pem PKCS11-URI [PORT]\n", argv[0]), 2;
  const auto told = [](const keyway::Error& error) { return std::fprintf(stderr, "%s\n", error.message().c_str()), 1; };
  const auto provider = keyway::crypto::make_provider();
  if (!provider) return told(provider.error());
  const auto key = TokenKey::open(argv[2]);
  if (!key) return told(key.error());
  std::ifstream file(argv[1]);
  const std::string pem{std::istreambuf_iterator<char>(file), {}};
  const auto chain = keyway::x509::Certificate::all_from(keyway::as_bytes(pem));
  if (!chain) return told(chain.error());
  const auto credential = keyway::Credential::create(*chain, *key, **provider);
  if (!credential) return told(credential.error());
  const auto config = keyway::ServerConfig::Builder().provider(*provider).add_credential(*credential).build();
  if (!config) return told(config.error());

  auto port = static_cast<std::uint16_t>(argc > 3 ? std::atoi(argv[3]) : 0);
  const int listener = listen_on(port);
  if (listener < 0) return std::perror("listen"), 1;
  std::printf("listening on %u\n", static_cast<unsigned>(port));
  std::fflush(stdout);
  for (;;) {
    const int fd = accept(listener, nullptr, nullptr);
    if (fd < 0) continue;
    if (const auto done = echo(fd, *config); !done) told(done.error());
    close(fd);
  }
}
