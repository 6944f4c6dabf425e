#include "tls/session/ticket_sealer.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/wiped_at_end.hpp"

namespace keyway::tls {
namespace {

constexpr std::size_t name_size = 16;
constexpr std::size_t overhead = name_size + crypto::aead_nonce_size + crypto::aead_tag_size;
/// No session is longer: an early end for what can't be a ticket.
constexpr std::size_t max_ticket = 2048 + ClientProof::max_chain_size;

/// The key's name, and what is sealed for.
class Associated {
 public:
  Associated(ByteView name, std::string_view purpose) noexcept {
    const ByteView what = as_bytes(purpose).first(std::min(purpose.size(), bytes_.size() - name_size));
    std::ranges::copy(name, bytes_.begin());
    std::ranges::copy(what, ByteSpan(bytes_).subspan(name_size).begin());
    size_ = name_size + what.size();
  }
  [[nodiscard]] ByteView view() const noexcept { return ByteView(bytes_).first(size_); }

 private:
  std::array<std::uint8_t, name_size + 32> bytes_{};
  std::size_t size_ = 0;
};

}  // namespace

bool TicketSealer::answers_later() const {
  const TicketProtection* protection = keys_->protection();
  return protection != nullptr && protection->answers_later();
}

Result<Bytes> TicketSealer::write(const Session& session) {
  Bytes plaintext;
  plaintext.reserve(session.written_size());
  Writer out(plaintext);
  session.write(out);
  if (out.ok()) return plaintext;
  wipe(plaintext);
  return std::unexpected(fail(ErrorCode::InternalError).at("session"));
}

std::optional<Session> TicketSealer::read(ByteView plaintext) {
  auto session = Session::parse(plaintext);
  return session ? std::optional<Session>(std::move(*session)) : std::nullopt;
}

bool TicketSealer::is_of_older_key(ByteView ticket) const {
  if (const TicketProtection* protection = keys_->protection()) return protection->is_outdated(ticket);
  TicketKeys::Name name{};
  if (ticket.size() < name.size()) return false;
  std::ranges::copy(ticket.first(name.size()), name.begin());
  const auto key = keys_->opening_key(name);
  return key && !key->seals;
}

bool TicketSealer::has_keys() const {
  return keys_->protection() == nullptr;
}

Result<Bytes> TicketSealer::seal(const Session& session, const crypto::Random& random) const {
  auto plaintext = write(session);
  if (!plaintext) return plaintext;
  const WipedAtEnd wiped{*plaintext};
  if (TicketProtection* protection = keys_->protection()) return protection->protect(*plaintext);
  return seal_bytes(*plaintext, {}, random);
}

Result<Bytes> TicketSealer::seal_bytes(ByteView plaintext, std::string_view purpose,
                                       const crypto::Random& random) const {
  auto key = keys_->sealing_key();
  if (!key) return std::unexpected(std::move(key.error()));
  auto aead = provider_->aead(crypto::AeadAlgorithm::aes_256_gcm, key->secret.view());
  if (!aead) return std::unexpected(std::move(aead.error()));
  crypto::Nonce nonce{};
  if (auto filled = random.fill(nonce); !filled) return std::unexpected(std::move(filled.error()));

  Bytes ticket;
  ticket.reserve(overhead + plaintext.size());
  Writer out(ticket);
  out.bytes(key->name);
  out.bytes(nonce);
  const std::size_t at = ticket.size();
  ticket.resize(overhead + plaintext.size());
  const std::array<ByteView, 1> parts{plaintext};
  const Associated associated(key->name, purpose);
  if (auto done = (*aead)->seal(nonce, associated.view(), parts, ByteSpan(ticket).subspan(at)); !done) {
    return std::unexpected(std::move(done.error()));
  }
  return ticket;
}

std::optional<Session> TicketSealer::open(ByteView ticket) const {
  if (TicketProtection* protection = keys_->protection()) {
    auto plaintext = protection->unprotect(ticket);
    if (!plaintext) return std::nullopt;
    const WipedAtEnd wiped{*plaintext};
    return read(*plaintext);
  }
  auto plaintext = open_bytes(ticket, {});
  if (!plaintext) return std::nullopt;
  const WipedAtEnd wiped{*plaintext};
  return read(*plaintext);
}

std::optional<Bytes> TicketSealer::open_bytes(ByteView ticket, std::string_view purpose) const {
  if (ticket.size() <= overhead || ticket.size() > max_ticket) return std::nullopt;
  TicketKeys::Name name{};
  crypto::Nonce nonce{};
  std::ranges::copy(ticket.first(name_size), name.begin());
  std::ranges::copy(ticket.subspan(name_size, nonce.size()), nonce.begin());
  const auto key = keys_->opening_key(name);
  if (!key) return std::nullopt;
  auto aead = provider_->aead(crypto::AeadAlgorithm::aes_256_gcm, key->secret.view());
  if (!aead) return std::nullopt;

  const ByteView sealed = ticket.subspan(name_size + nonce.size());
  Bytes plaintext(sealed.begin(), sealed.end());
  const Associated associated(name, purpose);
  if (!(*aead)->open(nonce, associated.view(), plaintext)) {
    wipe(plaintext);
    return std::nullopt;
  }
  plaintext.resize(plaintext.size() - crypto::aead_tag_size);
  return plaintext;
}

}  // namespace keyway::tls
