#include "tls/wire/new_session_ticket_tls12.hpp"

#include "core/reader.hpp"

namespace keyway::tls {

Result<NewSessionTicketTls12> NewSessionTicketTls12::parse(ByteView body) {
  Reader in(body, "NewSessionTicket");
  NewSessionTicketTls12 message;
  message.ticket_lifetime_hint = in.u32("ticket_lifetime_hint");
  message.ticket = in.vector16("ticket");
  if (auto read = in.finish(); !read) return std::unexpected(std::move(read).error());
  return message;
}

void NewSessionTicketTls12::write(Writer& out) const {
  out.u32(ticket_lifetime_hint);
  out.vector16(ticket);
}

}  // namespace keyway::tls
