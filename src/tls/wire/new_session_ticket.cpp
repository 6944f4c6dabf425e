#include "tls/wire/new_session_ticket.hpp"

#include "core/reader.hpp"

namespace keyway::tls {

Result<NewSessionTicket> NewSessionTicket::parse(ByteView body) {
  Reader in(body, "NewSessionTicket");
  NewSessionTicket message;
  message.ticket_lifetime = in.u32("ticket_lifetime");
  message.ticket_age_add = in.u32("ticket_age_add");
  message.ticket_nonce = in.vector8("ticket_nonce");
  message.ticket = in.vector16("ticket", 1);
  message.extensions = ExtensionBlock::read(in, "extensions");
  // RFC 8446 4.6.1: here the block is one byte shorter than elsewhere, extensions<0..2^16-2>.
  if (message.extensions.contents().size() == 0xffff) in.reject(ErrorCode::LengthOutOfRange, "extensions");
  if (auto read = in.finish(); !read) return std::unexpected(std::move(read).error());
  return message;
}

void NewSessionTicket::write(Writer& out) const {
  out.u32(ticket_lifetime);
  out.u32(ticket_age_add);
  out.vector8(ticket_nonce);
  out.vector16(ticket);
  extensions.write(out);
}

}  // namespace keyway::tls
