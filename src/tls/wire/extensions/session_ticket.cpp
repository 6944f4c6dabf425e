#include "tls/wire/extensions/session_ticket.hpp"

namespace keyway::tls {

Result<SessionTicketExtension> SessionTicketExtension::parse(ByteView body) {
  return SessionTicketExtension{body};
}

void SessionTicketExtension::write(Writer& out) const {
  out.bytes(ticket);
}

}  // namespace keyway::tls
