#include "tls/record/not_tls.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "core/text.hpp"

namespace keyway::tls {

namespace {

struct Look {
  std::string_view start;
  std::string_view what;
  std::string_view advice;
};

constexpr std::string_view https_advice = "use https:// (or the TLS port) instead of http://";
constexpr std::string_view tls_port_advice = "is this a TLS port? The server answers in clear HTTP";
constexpr std::string_view starttls_advice = "use the port for TLS from the start; STARTTLS is not spoken here";
constexpr std::string_view proxy_advice = "switch off the PROXY protocol in front of this port";

constexpr std::array<Look, 16> looks{{
    {"GET ", "a plain HTTP request", https_advice},
    {"POST", "a plain HTTP request", https_advice},
    {"HEAD", "a plain HTTP request", https_advice},
    {"PUT ", "a plain HTTP request", https_advice},
    {"DELET", "a plain HTTP request", https_advice},
    {"OPTIO", "a plain HTTP request", https_advice},
    {"CONNE", "a request to an HTTP proxy", "this is not a proxy"},
    {"PRI *", "plain HTTP/2", https_advice},
    {"HTTP/", "a plain HTTP answer", tls_port_advice},
    {"SSH-", "SSH", "this is an SSH port"},
    {"220 ", "a greeting of SMTP or FTP", starttls_advice},
    {"220-", "a greeting of SMTP or FTP", starttls_advice},
    {"EHLO ", "SMTP", starttls_advice},
    {"+OK", "a greeting of POP3", starttls_advice},
    {"* OK", "a greeting of IMAP", starttls_advice},
    {"PROXY", "the PROXY protocol", proxy_advice},
}};

// RFC 5246 E.2: a two-byte length with the high bit set, client_hello (1), then the version.
bool is_sslv2_hello(ByteView bytes) noexcept {
  return bytes.size() >= 5 && (bytes[0] & 0x80U) != 0 && bytes[2] == 1 && (bytes[3] == 0 || bytes[3] == 3);
}

}  // namespace

Error not_tls(ByteView first_bytes) {
  const ByteView shown = first_bytes.first(std::min<std::size_t>(first_bytes.size(), 5));
  auto error = fail(ErrorCode::NotTls).at("the first bytes").expected("a TLS record");
  const std::string hex = to_hex(shown, " ");

  for (const Look& look : looks) {
    if (!as_text(first_bytes).starts_with(look.start)) continue;
    return std::move(error).received(hex + ", which looks like " + std::string(look.what)).advice(look.advice);
  }
  if (is_sslv2_hello(first_bytes)) {
    return std::move(error)
        .received(hex + ", which looks like an SSLv2 ClientHello")
        .advice("the client is too old: it needs TLS 1.2 or later and no SSLv2 compatibility");
  }
  return std::move(error).received(hex);
}

}  // namespace keyway::tls
