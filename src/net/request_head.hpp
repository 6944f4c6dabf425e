#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/fields.hpp>
#include <boost/beast/http/message.hpp>

namespace keyway::net {

[[nodiscard]] std::string_view view(boost::core::string_view text) noexcept;

[[nodiscard]] std::optional<std::string_view> field_of(const boost::beast::http::fields& fields,
                                                       boost::beast::http::field name);

/// RFC 8470 5.1: somebody on the way took it early, and it is nothing that may come twice.
[[nodiscard]] bool is_too_early(const boost::beast::http::request<boost::beast::http::empty_body>& request);

/// RFC 9112 3.2.2: a server takes the absolute form too, and goes by its path.
[[nodiscard]] std::string_view origin_form(std::string_view target);

/// Now, as a Date field has it (RFC 9110 5.6.7).
[[nodiscard]] std::string date_now();

}  // namespace keyway::net
