// What Encrypted ClientHello brings: configurations, also those in DNS answers, its extension in every message, and the
// encoded inner ClientHello with the outer one that it leans on.

#include "fuzz_wire_identity.hpp"
#include "tls/ech/https_record.hpp"
#include "tls/server/inner_hello.hpp"
#include "tls/wire/client_hello.hpp"
#include "tls/wire/ech_config.hpp"
#include "tls/wire/hello_places.hpp"

namespace {

using namespace keyway;
using namespace keyway::tls;
using fuzzing::require;
using fuzzing::require_identity;

void try_configs(ByteView data) {
  const auto configs = parse_ech_config_list(data);
  if (!configs) return;
  std::size_t total = 2;
  std::vector<ByteView> raws;
  for (const EchConfig& config : *configs) {
    if (config.is_known()) require_identity(Result<EchConfig>(config), config.raw);
    total += config.raw.size();
    raws.push_back(config.raw);
  }
  require(total == data.size());
  Bytes written;
  Writer out(written);
  write_ech_config_list(out, raws);
  require(std::ranges::equal(written, data));
}

/// The first two bytes say where the outer ClientHello ends and the encoded inner one begins.
void try_hellos(ByteView data) {
  if (data.size() < 2) return;
  const std::size_t size = std::size_t{data[0]} << 8U | data[1];
  data = data.subspan(2);
  if (size > data.size()) return;
  const auto outer = ClientHello::parse(data.first(size));
  if (!outer) return;
  if (const auto place = find_ech_payload(outer->extensions, size)) {
    require(place->begin + place->size <= size);
    require(with_zeros(data.first(size), *place).size() == size);
  }
  const ByteView encoded = data.subspan(size);
  const auto inner = server::reconstruct_inner_hello(encoded, *outer);
  if (!inner) {
    require(inner.error().alert().has_value());
    return;
  }
  require(inner->size() <= encoded.size() + size + 64);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes(data, size);
  try_configs(bytes);
  require_identity(EncryptedClientHelloExtension::parse(bytes), bytes);
  require_identity(EchConfirmationExtension::parse(bytes), bytes);
  require_identity(EchRetryConfigsExtension::parse(bytes), bytes);
  require_identity(EchOuterExtensions::parse(bytes), bytes);
  try_hellos(bytes);
  if (const auto configs = read_ech_of_answer(bytes, "a.example"); configs && *configs) {
    require((*configs)->bytes().size() <= size);
  }
  return 0;
}
