#include "tls/wire/extensions/ticket_request.hpp"

#include "core/reader.hpp"

namespace keyway::tls {

Result<TicketRequestClientHello> TicketRequestClientHello::parse(ByteView body) {
  Reader in(body, "extension ticket_request");
  TicketRequestClientHello extension;
  extension.new_session_count = in.u8("new_session_count");
  extension.resumption_count = in.u8("resumption_count");
  if (auto read = in.finish(); !read) return std::unexpected(std::move(read).error());
  return extension;
}

void TicketRequestClientHello::write(Writer& out) const {
  out.u8(new_session_count);
  out.u8(resumption_count);
}

Result<TicketRequestAnswer> TicketRequestAnswer::parse(ByteView body) {
  Reader in(body, "extension ticket_request");
  const TicketRequestAnswer extension{in.u8("expected_count")};
  if (auto read = in.finish(); !read) return std::unexpected(std::move(read).error());
  return extension;
}

void TicketRequestAnswer::write(Writer& out) const {
  out.u8(expected_count);
}

}  // namespace keyway::tls
