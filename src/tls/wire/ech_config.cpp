#include "tls/wire/ech_config.hpp"

#include "core/reader.hpp"
#include "tls/wire/list_reading.hpp"

namespace keyway::tls {
namespace {

constexpr std::size_t config_header_size = 4;  // version and length
constexpr std::string_view ech_config_place = "ECHConfig";

/// ECHConfigContents.
Result<void> read_contents(ByteView contents, EchConfig& config) {
  Reader in(contents, ech_config_place);
  config.config_id = in.u8("config_id");
  config.kem_id = in.u16("kem_id");
  config.public_key = in.vector16("public_key", 1);
  config.cipher_suites = read_list16<std::uint32_t>(in, "cipher_suites");
  config.maximum_name_length = in.u8("maximum_name_length");
  config.public_name = in.vector8("public_name", 1);
  config.extensions = ExtensionBlock::read(in, "extensions");
  return in.finish();
}

/// The one at the front of `wire`.
Result<EchConfig> read_one(ByteView wire) {
  Reader in(wire, ech_config_place);
  EchConfig config;
  config.version = in.u16("version");
  const ByteView contents = in.vector16("contents");
  if (auto read = in.check(); !read) return std::unexpected(std::move(read.error()));
  config.raw = wire.first(config_header_size + contents.size());
  if (!config.is_known()) return config;
  if (auto read = read_contents(contents, config); !read) return std::unexpected(std::move(read.error()));
  return config;
}

}  // namespace

bool EchConfig::has_mandatory_extension() const noexcept {
  constexpr unsigned mandatory = 0x8000;
  for (const ExtensionView extension : extensions) {
    if ((static_cast<unsigned>(extension.type) & mandatory) != 0) return true;
  }
  return false;
}

Result<EchConfig> EchConfig::parse(ByteView wire) {
  auto config = read_one(wire);
  if (!config || config->raw.size() == wire.size()) return config;
  return std::unexpected(fail(ErrorCode::TrailingData).at(ech_config_place));
}

void EchConfig::write(Writer& out) const {
  if (!is_known()) return out.bytes(raw);
  out.value(version);
  out.vector16([&] {
    out.u8(config_id);
    out.u16(kem_id);
    out.vector16(public_key);
    out.vector16(cipher_suites.bytes());
    out.u8(maximum_name_length);
    out.vector8(public_name);
    extensions.write(out);
  });
}

Result<std::vector<EchConfig>> parse_ech_config_list(ByteView wire) {
  Reader in(wire, "ECHConfigList");
  ByteView rest = in.vector16("ECHConfigList", config_header_size);
  if (auto read = in.finish(); !read) return std::unexpected(std::move(read.error()));
  std::vector<EchConfig> configs;
  while (!rest.empty()) {
    auto config = read_one(rest);
    if (!config) return std::unexpected(std::move(config.error()).at("ECHConfigList"));
    rest = rest.subspan(config->raw.size());
    configs.push_back(*config);
  }
  return configs;
}

void write_ech_config_list(Writer& out, const std::vector<ByteView>& configs) {
  out.vector16([&] {
    for (const ByteView config : configs) out.bytes(config);
  });
}

}  // namespace keyway::tls
