#include "boring_tickets.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <utility>

#include "crypto/hmac.hpp"
#include "x509/der.hpp"
#include "x509/der_writer.hpp"

namespace keyway::bogo {
namespace {

constexpr std::size_t part_size = 16;  ///< of each part of the key, and of the initialisation vector
constexpr std::size_t mac_size = 32;
/// How Keyway's form of a session begins: the form's number, the version, the suite.
constexpr std::size_t version_at = 1;
constexpr std::size_t suite_at = 3;
constexpr std::size_t rest_at = 5;

using Context = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

/// AES-128-CBC with PKCS #7's padding, one way or the other; nothing where the padding is none.
std::optional<Bytes> cbc(ByteView key, ByteView iv, ByteView in, bool encrypts) {
  const Context context(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  Bytes out(in.size() + part_size);
  int size = 0;
  int last = 0;
  const bool done =
      EVP_CipherInit_ex(context.get(), EVP_aes_128_cbc(), nullptr, key.data(), iv.data(), encrypts ? 1 : 0) == 1 &&
      EVP_CipherUpdate(context.get(), out.data(), &size, in.data(), static_cast<int>(in.size())) == 1 &&
      EVP_CipherFinal_ex(context.get(), ByteSpan(out).subspan(static_cast<std::size_t>(size)).data(), &last) == 1;
  if (!done) return std::nullopt;
  out.resize(static_cast<std::size_t>(size + last));
  return out;
}

class BoringTickets final : public TicketProtection {
 public:
  BoringTickets(std::shared_ptr<const crypto::Provider> provider, ByteView key)
      : provider_(std::move(provider)), key_(key.begin(), key.end()) {}

  Result<Bytes> protect(ByteView session) override {
    Bytes iv(part_size);
    if (auto filled = provider_->random().fill(iv); !filled) return std::unexpected(std::move(filled.error()));
    const auto sealed = cbc(part(2), iv, to_der(session), true);
    if (!sealed) return std::unexpected(fail(ErrorCode::CryptoFailed).at("the runner's tickets"));
    Bytes ticket(part(0).begin(), part(0).end());
    for (const ByteView next : {ByteView(iv), ByteView(*sealed)}) ticket.insert(ticket.end(), next.begin(), next.end());
    const auto mac = mac_of(ticket);
    ticket.insert(ticket.end(), mac.begin(), mac.end());
    return ticket;
  }

  std::optional<Bytes> unprotect(ByteView ticket) override {
    if (ticket.size() < 2 * part_size + mac_size) return std::nullopt;
    const ByteView signed_part = ticket.first(ticket.size() - mac_size);
    const bool is_ours = std::ranges::equal(ticket.first(part_size), part(0)) &&
                         std::ranges::equal(ticket.last(mac_size), mac_of(signed_part));
    if (!is_ours) return std::nullopt;
    const auto der = cbc(part(2), signed_part.subspan(part_size, part_size), signed_part.subspan(2 * part_size), false);
    return der ? from_der(*der) : std::nullopt;
  }

 private:
  [[nodiscard]] ByteView part(std::size_t index) const { return ByteView(key_).subspan(index * part_size, part_size); }

  [[nodiscard]] std::array<std::uint8_t, mac_size> mac_of(ByteView bytes) const {
    std::array<std::uint8_t, mac_size> mac{};
    crypto::HmacKey(*provider_->hash(crypto::HashAlgorithm::sha256), part(1)).mac(bytes, mac);
    return mac;
  }

  static Bytes to_der(ByteView session) {
    Bytes out;
    x509::DerWriter der(out);
    der.sequence([&] {
      der.integer(1);
      der.integer_bytes(session.subspan(version_at, 2));
      der.element(x509::DerWriter::octet_string_tag, session.subspan(suite_at, 2));
      Bytes rest(session.begin(), session.begin() + version_at);
      rest.insert(rest.end(), session.begin() + rest_at, session.end());
      der.element(x509::DerWriter::octet_string_tag, rest);
    });
    return out;
  }

  static std::optional<Bytes> from_der(ByteView bytes) {
    x509::der::Status status;
    auto fields = x509::der::Reader(bytes, status).enter(x509::der::Tag::sequence, "session");
    static_cast<void>(fields.contents(x509::der::Tag::integer, "form"));
    const ByteView version = fields.contents(x509::der::Tag::integer, "version");
    const ByteView suite = fields.contents(x509::der::Tag::octet_string, "suite");
    const ByteView rest = fields.contents(x509::der::Tag::octet_string, "rest");
    if (!status.ok() || version.size() != 2 || suite.size() != 2 || rest.empty()) return std::nullopt;
    Bytes session(rest.begin(), rest.begin() + version_at);
    for (const ByteView next : {version, suite, rest.subspan(version_at)}) {
      session.insert(session.end(), next.begin(), next.end());
    }
    return session;
  }

  std::shared_ptr<const crypto::Provider> provider_;
  Bytes key_;
};

}  // namespace

std::shared_ptr<TicketProtection> boring_tickets(std::shared_ptr<const crypto::Provider> provider, ByteView key) {
  return std::make_shared<BoringTickets>(std::move(provider), key);
}

}  // namespace keyway::bogo
