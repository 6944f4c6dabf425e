#include "checks.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <utility>
#include <vector>

#include "configuration.hpp"
#include "core/text.hpp"

namespace keyway::bogo {
namespace {

Outcome<void> expect_code(std::string_view what, std::optional<int> expected, int got) {
  if (!expected || *expected == got) return {};
  return mismatch("expected " + std::string(what) + " " + std::to_string(*expected) + ", got " + std::to_string(got));
}

Outcome<void> expect_text(std::string_view what, std::string_view expected, std::string_view got) {
  if (expected == got) return {};
  return mismatch("expected " + std::string(what) + " " + printable(expected) + ", got " + printable(got));
}

bool processor_has_aes() {
#if defined(__x86_64__) || defined(__i386__)
  return __builtin_cpu_supports("aes") != 0;
#else
  return true;
#endif
}

Outcome<void> check_parameters(const Settings& settings, const ConnectionInfo& info) {
  const int suite = std::to_underlying(info.cipher_suite);
  const auto& by_hardware = processor_has_aes() ? settings.expect_cipher_aes : settings.expect_cipher_no_aes;
  if (auto ok = expect_code("version", settings.expect_version, std::to_underlying(info.version)); !ok) return ok;
  if (auto ok = expect_code("cipher suite", settings.expect_cipher, suite); !ok) return ok;
  if (auto ok = expect_code("cipher suite", by_hardware, suite); !ok) return ok;
  if (auto ok = expect_code("group", settings.expect_curve_id, std::to_underlying(info.group)); !ok) return ok;
  if (settings.expect_hrr && !info.after_hello_retry_request) return mismatch("expected a HelloRetryRequest");
  if (settings.expect_no_hrr && info.after_hello_retry_request) return mismatch("expected no HelloRetryRequest");
  const int scheme = std::to_underlying(info.signature_scheme);
  return expect_code("signature scheme", settings.expect_peer_signature_algorithm, scheme);
}

Outcome<void> check_names(const Settings& settings, const ConnectionInfo& info) {
  const std::string& protocol = settings.server ? settings.select_alpn : settings.expect_alpn;
  if (auto ok = expect_text("protocol", protocol, info.alpn); !ok) return ok;
  if (settings.expect_server_name.empty()) return {};
  return expect_text("server name", settings.expect_server_name, info.server_name.value_or(""));
}

Outcome<void> check_verdict(const Settings& settings, const Connection& connection) {
  if (!settings.expect_verify_result) return {};
  const x509::Verdict* verdict = connection.verdict();
  if (verdict != nullptr && verdict->accepted()) return {};
  return mismatch("expected a verdict that accepts the peer's chain");
}

Outcome<void> check_peer_chain(const Settings& settings, const Connection& connection) {
  if (settings.expect_peer_cert_file.empty()) return {};
  std::ifstream file(settings.expect_peer_cert_file);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const auto blocks = parse_pem(text);
  if (!blocks) return broke(blocks.error());
  const auto& chain = connection.peer_chain();
  const bool same = std::ranges::equal(chain, *blocks, {}, {}, &PemBlock::data);
  if (!same) return mismatch("the peer's chain is not the expected one");
  return {};
}

}  // namespace

Outcome<void> check_handshake(const Settings& settings, const Connection& connection) {
  if (settings.handshake_never_done) return mismatch("the handshake completed");
  if (auto ok = check_parameters(settings, connection.info()); !ok) return ok;
  if (auto ok = check_names(settings, connection.info()); !ok) return ok;
  if (auto ok = check_verdict(settings, connection); !ok) return ok;
  return check_peer_chain(settings, connection);
}

Outcome<void> check_client_hello(const Settings& settings, const ClientHelloView& hello) {
  if (settings.expect_advertised_alpn.empty()) return {};
  const auto expected = parse_protocol_list(settings.expect_advertised_alpn);
  if (!expected) return std::unexpected(expected.error());
  if (hello.alpn() != *expected) return mismatch("the client offers other protocols than expected");
  return {};
}

}  // namespace keyway::bogo
