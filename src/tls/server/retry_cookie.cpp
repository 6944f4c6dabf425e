#include "tls/server/retry_cookie.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include <keyway/secret.hpp>

#include "core/reader.hpp"
#include "core/writer.hpp"
#include "tls/server/flight.hpp"
#include "tls/session/ticket_sealer.hpp"

namespace keyway::tls::server {
namespace {

using std::chrono::seconds;

constexpr std::string_view purpose = "keyway retry cookie";

/// What a cookie says.
struct RetryState {
  CipherSuite suite{};
  NamedGroup group{};
  Time given_at{};
  ByteView first_hello;                 ///< its hash, of the suite's function
  std::array<std::uint8_t, 32> kept{};  ///< a digest of what the second ClientHello has from the first
  std::array<std::uint8_t, 32> address{};
};

std::array<std::uint8_t, 32> first_32(const TranscriptHash& hash) noexcept {
  std::array<std::uint8_t, 32> bytes{};
  std::ranges::copy(hash.view().first(std::min(hash.view().size(), bytes.size())), bytes.begin());
  return bytes;
}

const crypto::HashFunction& sha256_of(const Asking& asking) noexcept {
  return *asking.config->common().provider->hash(crypto::HashAlgorithm::sha256);
}

std::array<std::uint8_t, 32> digest_of_address(const Asking& asking) {
  Transcript digest(sha256_of(asking));
  digest.add(asking.client_address);
  return first_32(digest.hash());
}

TicketSealer cookie_sealer_of(const ServerConfig& config) noexcept {
  return {*config.common().provider, *config.stateless_retry()->keys};
}

void write(Writer& out, const RetryState& state) {
  out.value(state.suite);
  out.value(state.group);
  out.u64(static_cast<std::uint64_t>(state.given_at.time_since_epoch().count()));
  out.vector8(state.first_hello);
  out.bytes(state.kept);
  out.bytes(state.address);
}

/// `plaintext` outlives it.
Result<RetryState> read(ByteView plaintext) {
  Reader in(plaintext, "cookie");
  RetryState state;
  state.suite = in.value<CipherSuite>("suite");
  state.group = in.value<NamedGroup>("group");
  state.given_at = Time(Time::duration(static_cast<Time::rep>(in.u64("given_at"))));
  state.first_hello = in.vector8("first_hello", 32, crypto::max_hash_size);
  state.kept = in.array<32>("kept");
  state.address = in.array<32>("address");
  if (auto whole = in.finish(); !whole) return std::unexpected(std::move(whole.error()));
  return state;
}

std::unexpected<Error> refuse(std::string_view expected, std::string_view received) {
  return std::unexpected(fail(ErrorCode::InvalidValue).at("ClientHello, cookie").expected(expected).received(received));
}

}  // namespace

Result<Bytes> make_cookie(const Asking& asking) {
  const CommonConfig& common = asking.config->common();
  const TranscriptHash first = asking.transcript().hash();
  const RetryState state{asking.choice.suite->id,
                         asking.choice.group,
                         common.clock->now(),
                         first.view(),
                         first_32(digest_of_unchangeable(asking.hello.hello, sha256_of(asking))),
                         digest_of_address(asking)};
  Bytes plaintext;
  Writer out(plaintext);
  write(out, state);
  return cookie_sealer_of(*asking.config).seal_bytes(plaintext, purpose, common.randomness());
}

Result<Transcript> recall_messages(const Asking& asking) {
  const ByteView cookie = asking.hello.extensions.cookie->cookie;
  const auto opened = cookie_sealer_of(*asking.config).open_bytes(cookie, purpose);
  if (!opened) return refuse("one that this server has given", "another");
  auto state = read(*opened);
  if (!state) return std::unexpected(std::move(state.error()));

  const seconds lifetime = asking.config->stateless_retry()->lifetime;
  const Time now = asking.config->common().clock->now();
  if (now - state->given_at > lifetime || state->given_at - now > clock_skew) {
    return refuse("one that is not older than " + std::to_string(lifetime.count()) + " s", "another");
  }
  if (!equal_in_constant_time(state->address, digest_of_address(asking))) {
    return refuse("one that was given to this address", "that of another address");
  }
  const auto kept = first_32(digest_of_unchangeable(asking.hello.hello, sha256_of(asking)));
  if (!equal_in_constant_time(state->kept, kept)) {
    return std::unexpected(fail(ErrorCode::ChangedSecondClientHello).at("ClientHello, against its cookie"));
  }
  const Choice& choice = asking.choice;
  if (state->suite != choice.suite->id || state->group != choice.group) {
    return refuse("one for " + to_string(choice.suite->id) + " and " + to_string(choice.group),
                  to_string(state->suite) + " and " + to_string(state->group));
  }
  if (auto share = check_share(asking.hello, choice.group); !share) return std::unexpected(std::move(share.error()));
  Transcript messages(*asking.config->common().provider->hash(choice.suite->hash));
  messages.begin_with_message_hash(state->first_hello);
  messages.add(write_hello_retry_request(choice, asking.hello, cookie));
  return messages;
}

Result<void> check_share(const HelloInHand& hello, NamedGroup group) {
  if (!hello.extensions.key_share) {
    return std::unexpected(fail(ErrorCode::MissingExtension).at("ClientHello").expected("extension key_share"));
  }
  std::size_t shares = 0;
  hello.extensions.key_share->for_each([&](const KeyShareEntry&) { ++shares; });
  if (shares == 1 && find_share(hello, group)) return {};
  return std::unexpected(
      fail(ErrorCode::KeyShareMismatch).at("ClientHello, key_share").expected("one share of " + to_string(group)));
}

}  // namespace keyway::tls::server
