// Name constraints against the names of a certificate: the first byte says where the one ends and the other begins.
// What one is held to is never more lenient than nothing, and names that don't matter change nothing.

#include <algorithm>
#include <cstdlib>

#include <keyway/trust.hpp>

#include "x509/constraint_forms.hpp"
#include "x509/extensions.hpp"
#include "x509/name_constraints.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace keyway;
  if (size < 1) return 0;
  const ByteView input = ByteView(data, size).subspan(1);
  const std::size_t middle = input.size() * data[0] / 256;
  const ByteView text = input.subspan(middle);

  x509::der::Status status;
  const ByteView constraints = x509::read_name_constraints(input.first(middle), status);
  if (status.ok()) {
    const Bytes no_name{0x30, 0x00};
    x509::CertificateView certificate;
    certificate.subject.der = no_name;
    certificate.subject_alternative_name = text;
    std::size_t budget = 1000;
    const auto violation = x509::find_violation(constraints, certificate, budget);
    if (budget > 1000) std::abort();
    if (violation && violation->constraint.empty()) std::abort();
    // With no budget at all nothing is let through but what needs no comparison.
    std::size_t none = 0;
    if (violation && !x509::find_violation(constraints, certificate, none)) std::abort();
  }

  const std::string_view name = as_text(text);
  if (const auto mailbox = x509::read_mailbox(name)) {
    if (mailbox->local.size() + 1 + mailbox->host.size() != name.size()) std::abort();
    const x509::GeneralName whole{x509::NameForm::rfc822_name, text};
    if (!x509::is_hit(x509::ConstraintKind::permitted, whole, whole)) std::abort();
  }
  if (const auto address = EmailAddress::parse(name); address && !EmailAddress::parse(address->to_string())) {
    std::abort();
  }
  // What became a name is one, and stays the same.
  const auto host = ServerName::parse(name);
  if (host && ServerName::parse(host->to_string()) != *host) std::abort();
  return 0;
}
