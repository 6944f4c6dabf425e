#include "tls/wire/certificate.hpp"

#include <string>

#include "core/reader.hpp"

namespace keyway::tls {
namespace {

Result<std::vector<CertificateEntry>> parse_entries(ByteView list) {
  std::vector<CertificateEntry> entries;
  if (!list.empty()) entries.reserve(4);
  Reader in(list, {});
  while (!in.empty()) {
    if (entries.size() == max_certificate_entries) {
      return std::unexpected(fail(ErrorCode::LengthOutOfRange)
                                 .at("Certificate, certificate_list")
                                 .expected("at most " + std::to_string(max_certificate_entries) + " entries")
                                 .received("more"));
    }
    const ByteView cert_data = in.vector24("cert_data", 1);
    entries.push_back({cert_data, ExtensionBlock::read(in, "extensions")});
  }
  if (auto read = in.check(); !read) {
    const std::string where = "Certificate, entry " + std::to_string(entries.size());
    return std::unexpected(std::move(read).error().at(where));
  }
  return entries;
}

}  // namespace

Result<CertificateMessage> CertificateMessage::parse(ByteView body) {
  Reader in(body, "Certificate");
  CertificateMessage message;
  message.certificate_request_context = in.vector8("certificate_request_context");
  const ByteView list = in.vector24("certificate_list");
  if (auto read = in.finish(); !read) return std::unexpected(std::move(read).error());
  auto entries = parse_entries(list);
  if (!entries) return std::unexpected(std::move(entries).error());
  message.certificate_list = std::move(*entries);
  return message;
}

void CertificateMessage::write(Writer& out) const {
  out.vector8(certificate_request_context);
  out.vector24([&] {
    for (const CertificateEntry& entry : certificate_list) {
      out.vector24(entry.cert_data);
      entry.extensions.write(out);
    }
  });
}

}  // namespace keyway::tls
