#include "x509/certificate_bag.hpp"

#include <keyway/certificate.hpp>

#include "x509/der.hpp"
#include "x509/oid.hpp"

namespace keyway::x509 {
namespace {

using der::Tag;

constexpr std::size_t max_certificates = 16;

/// The contents of SignedData's `certificates [0]`; empty where it is something else.
ByteView read_cms_certificates(ByteView file) noexcept {
  der::Status status;
  der::Reader outer(file, status);
  der::Reader message = outer.enter(Tag::sequence, "ContentInfo");
  if (!oid::is(message.identifier("contentType"), oid::cms_signed_data)) return {};
  der::Reader content = message.enter(der::constructed(0), "content");
  der::Reader data = content.enter(Tag::sequence, "SignedData");
  (void)data.small_integer("version");
  (void)data.element(Tag::set, "digestAlgorithms");
  (void)data.element(Tag::sequence, "encapContentInfo");
  const ByteView certificates = data.contents(der::constructed(0), "certificates");
  return status.ok() ? certificates : ByteView();
}

}  // namespace

std::vector<ByteView> read_certificate_bag(ByteView file) {
  if (CertificateView::parse(file)) return {file};
  std::vector<ByteView> found;
  der::Status status;
  der::Reader certificates(read_cms_certificates(file), status);
  for (std::size_t looked_at = 0; looked_at < max_certificates && !certificates.empty(); ++looked_at) {
    const ByteView der = certificates.any("certificate").whole;
    if (status.ok() && CertificateView::parse(der)) found.push_back(der);
  }
  return found;
}

}  // namespace keyway::x509
