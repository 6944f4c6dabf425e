// Distinguished names, two of them one after the other: compared and hashed alike whatever their bytes, and text of
// them safe to print. Names that are the same are within each other, and hash to the same bucket of a trust store.

#include <cstdint>
#include <string>

#include "fuzz_wire_identity.hpp"
#include "x509/distinguished_name.hpp"
#include "x509/host_name.hpp"

namespace {

bool is_name(keyway::ByteView der) {
  using namespace keyway::x509;
  der::Status status;
  der::Reader outer(der, status);
  const auto name = outer.element(der::Tag::sequence, "Name");
  outer.end("Name");
  check_name(der::Reader(name.contents, status), "Name");
  return status.ok();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace keyway;
  using tls::fuzzing::require;

  x509::der::Status status;
  x509::der::Reader reader(ByteView(data, size), status);
  const ByteView a = reader.any("first").whole;
  const ByteView b = reader.any("second").whole;
  if (!status.ok() || !is_name(a) || !is_name(b)) return 0;

  require(x509::same_name(a, a) && x509::within_name(a, a));
  const bool are_same = x509::same_name(a, b);
  require(are_same == x509::same_name(b, a));
  if (are_same) {
    require(x509::name_hash(a) == x509::name_hash(b));
    require(x509::within_name(a, b) && x509::within_name(b, a));
  }
  const std::string text = x509::DistinguishedNameView{a}.to_string();
  for (const std::uint8_t c : as_bytes(text)) require(c >= ' ' && c != 0x7f);
  return 0;
}
