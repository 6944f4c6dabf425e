#include "tls/server/ech_answers.hpp"

#include <algorithm>
#include <span>

#include "tls/schedule/ech_confirmation.hpp"
#include "tls/wire/extension_block.hpp"

namespace keyway::tls::server {
namespace {

/// The place holds zeros.
void confirm(ByteSpan message, std::size_t place, const HelloInHand& hello, EchConfirmationPlace where,
             const Transcript& transcript) noexcept {
  const EchConfirmation confirmation =
      make_ech_confirmation(transcript.function(), hello.hello.random, where, transcript.hash_with(message));
  std::ranges::copy(confirmation, message.subspan(place).begin());
}

}  // namespace

void prepare_confirmation(HelloRandom& random, const HelloInHand& hello) noexcept {
  if (hello.is_inner()) std::ranges::fill(std::span(random).last<ech_confirmation_size>(), std::uint8_t{0});
}

void confirm_inner_hello(ByteSpan server_hello, const HelloInHand& hello, const Transcript& transcript) noexcept {
  if (!hello.is_inner()) return;
  confirm(server_hello, ech_confirmation_in_server_hello, hello, EchConfirmationPlace::server_hello, transcript);
}

void confirm_inner_hello_in_retry(ByteSpan retry, const HelloInHand& hello, const Transcript& transcript) noexcept {
  if (!hello.is_inner()) return;
  confirm(retry, retry.size() - ech_confirmation_size, hello, EchConfirmationPlace::hello_retry_request, transcript);
}

void write_retry_configs(Writer& out, const HelloInHand& hello) {
  const bool is_refused = hello.ech && !hello.ech->context;
  if (is_refused && !hello.ech->keys->retry_configs().empty()) {
    write_extension(out, EchRetryConfigsExtension{hello.ech->keys->retry_configs()});
  }
}

}  // namespace keyway::tls::server
