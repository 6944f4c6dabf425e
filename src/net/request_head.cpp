#include "net/request_head.hpp"

#include <array>
#include <ctime>

namespace keyway::net {

namespace http = boost::beast::http;

std::string_view view(boost::core::string_view text) noexcept {
  return {text.data(), text.size()};
}

std::optional<std::string_view> field_of(const http::fields& fields, http::field name) {
  const auto found = fields.find(name);
  if (found == fields.end()) return std::nullopt;
  return view(found->value());
}

bool is_too_early(const http::request<http::empty_body>& request) {
  const bool is_safe = request.method() == http::verb::get || request.method() == http::verb::head;
  return !is_safe && request["Early-Data"] == "1";
}

std::string_view origin_form(std::string_view target) {
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (!target.starts_with(scheme)) continue;
    const std::size_t path = target.find('/', scheme.size());
    return path == std::string_view::npos ? "/" : target.substr(path);
  }
  return target;
}

std::string date_now() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  static_cast<void>(::gmtime_r(&now, &parts));
  std::array<char, 40> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts)};
}

}  // namespace keyway::net
