#include "tls/wire/extensions/status_request.hpp"

#include "core/reader.hpp"

namespace keyway::tls {

Result<StatusRequestExtension> StatusRequestExtension::parse(ByteView body) {
  Reader in(body, "extension status_request");
  StatusRequestExtension extension;
  extension.status_type = in.value<CertificateStatusType>("status_type");
  if (extension.asks_for_ocsp()) {
    extension.responder_id_list = in.vector16("responder_id_list");
    extension.request_extensions = in.vector16("request_extensions");
  } else {
    extension.other_request = in.rest();
  }
  if (auto read = in.finish(); !read) return std::unexpected(std::move(read).error());
  return extension;
}

void StatusRequestExtension::write(Writer& out) const {
  out.value(status_type);
  if (!asks_for_ocsp()) return out.bytes(other_request);
  out.vector16(responder_id_list);
  out.vector16(request_extensions);
}

}  // namespace keyway::tls
