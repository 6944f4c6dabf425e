#include "tls/ech/https_record.hpp"

#include <string>
#include <utility>

#include "core/reader.hpp"
#include "core/text.hpp"

namespace keyway::tls {
namespace {

constexpr std::uint16_t key_ech = 5;
constexpr std::size_t max_name = 255;

/// A name as it stands: its labels with dots between, in lower case. In an answer it may end in a pointer, which is not
/// followed: nothing here needs what it points to.
std::string read_name(Reader& in, bool may_point) {
  std::string name;
  while (in.ok()) {
    const std::uint8_t size = in.u8("label");
    if (size == 0) return name;
    if ((size & 0xc0U) == 0xc0U && may_point) {
      (void)in.u8("pointer");
      return name;
    }
    if (size > 63 || name.size() + size + 1 > max_name) in.reject(ErrorCode::InvalidValue, "label");
    for (const std::uint8_t byte : in.bytes(size, "label")) {
      const bool is_upper = byte >= 'A' && byte <= 'Z';
      name += static_cast<char>(is_upper ? byte - 'A' + 'a' : byte);
    }
    name += '.';
  }
  return {};
}

/// What one record says (RFC 9460 2.2).
struct HttpsRecord {
  std::uint16_t priority = 0;  ///< 0: an alias of another name
  std::string target;          ///< with a dot at its end; empty: the owner
  std::optional<ByteView> ech;
};

Result<HttpsRecord> read_record(ByteView data) {
  Reader in(data, "HTTPS record");
  HttpsRecord record;
  record.priority = in.u16("SvcPriority");
  record.target = read_name(in, /*may_point=*/false);
  int before = -1;
  while (in.ok() && !in.empty()) {
    const std::uint16_t key = in.u16("SvcParamKey");
    const ByteView value = in.vector16("SvcParamValue");
    if (static_cast<int>(key) <= before) in.reject(ErrorCode::InvalidValue, "SvcParamKey");  // each once, in order
    before = key;
    if (key == key_ech) record.ech = value;
  }
  if (auto read = in.finish(); !read) return std::unexpected(std::move(read.error()));
  return record;
}

}  // namespace

Result<std::optional<EchConfigList>> read_ech_of_answer(ByteView answer, std::string_view host) {
  Reader in(answer, "DNS answer");
  (void)in.bytes(4, "header");
  const std::uint16_t questions = in.u16("QDCOUNT");
  const std::uint16_t answers = in.u16("ANCOUNT");
  (void)in.bytes(4, "header");
  for (std::uint16_t i = 0; i < questions && in.ok(); ++i) {
    (void)read_name(in, /*may_point=*/true);
    (void)in.bytes(4, "question");
  }
  const std::string itself = std::string(host) + '.';
  std::optional<HttpsRecord> best;
  for (std::uint16_t i = 0; i < answers && in.ok(); ++i) {
    (void)read_name(in, /*may_point=*/true);
    const std::uint16_t type = in.u16("TYPE");
    const std::uint16_t of_class = in.u16("CLASS");
    (void)in.u32("TTL");
    const ByteView data = in.vector16("RDATA");
    if (!in.ok() || type != dns_type_https || of_class != dns_class_internet) continue;
    auto record = read_record(data);
    if (!record) return std::unexpected(std::move(record.error()));
    const bool is_ours = record->priority != 0 && (record->target.empty() || record->target == itself);
    if (is_ours && record->ech && (!best || record->priority < best->priority)) best = std::move(*record);
  }
  if (auto read = in.check(); !read) return std::unexpected(std::move(read.error()));
  if (!best) return std::nullopt;
  auto configs = EchConfigList::parse(*best->ech);
  if (!configs) return std::unexpected(std::move(configs.error()).at("HTTPS record, ech"));
  return std::optional(std::move(*configs));
}

}  // namespace keyway::tls
