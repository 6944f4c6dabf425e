// The padding of RSA key transport with the decrypted block marked as undefined memory: run under valgrind's memcheck,
// which complains of every branch and of every address that depends on it. An argument, `leak`, makes it branch on one:
// the check of the check.

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>

#include <valgrind/memcheck.h>

#include "crypto/rsa_transport.hpp"

namespace {

using namespace keyway;
using namespace keyway::crypto;

using Block = std::array<std::uint8_t, 256>;
using Premaster = std::array<std::uint8_t, 48>;

void make_secret(ByteView bytes) {
  VALGRIND_MAKE_MEM_UNDEFINED(bytes.data(), bytes.size());
}
void make_public(ByteView bytes) {
  VALGRIND_MAKE_MEM_DEFINED(bytes.data(), bytes.size());
}

constexpr std::array<std::uint8_t, 2> version{3, 3};

Block good_block() {
  Block block;
  block.fill(0xaa);
  block[0] = 0;
  block[1] = 2;
  block[256 - 49] = 0;
  block[256 - 48] = 3;
  block[256 - 47] = 3;
  return block;
}

/// What the server goes on with, when `block` is what came out of the private key.
Premaster receive(Block block) {
  Premaster fallback;
  fallback.fill(0x55);
  Premaster kept = fallback;
  make_secret(block);
  make_secret(kept);
  make_secret(fallback);
  unpad_pkcs1(block, kept);
  replace_unless_begins_with(version, kept, fallback);
  make_public(kept);
  return kept;
}

bool is_accepted(const Block& block) {
  return receive(block)[0] == 3;
}

}  // namespace

int main(int count, char** arguments) {
  if (count > 1 && std::string_view(arguments[1]) == "leak") {
    Block secret = good_block();
    make_secret(secret);
    std::puts(secret[1] == 2 ? "a branch on a secret" : "another");
    return 0;
  }
  Block wrong_type = good_block();
  wrong_type[1] = 1;
  Block early_zero = good_block();
  early_zero[100] = 0;
  Block no_separator = good_block();
  no_separator[256 - 49] = 1;
  Block wrong_version = good_block();
  wrong_version[256 - 47] = 2;
  const bool is_good = is_accepted(good_block()) && !is_accepted(wrong_type) && !is_accepted(early_zero) &&
                       !is_accepted(no_separator) && !is_accepted(wrong_version);
  std::puts(is_good ? "ran" : "wrong results");
  return is_good ? 0 : 1;
}
