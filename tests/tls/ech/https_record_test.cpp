// The `ech` parameter of HTTPS records (RFC 9460, RFC 9848), out of DNS answers that are made here.

#include <gtest/gtest.h>

#include "core/writer.hpp"
#include "testing/ech.hpp"
#include "tls/ech/https_record.hpp"

namespace keyway::tls {
namespace {

using keyway::testing::ech_key;

void write_name(Writer& out, const std::vector<std::string>& labels) {
  for (const std::string& label : labels) out.vector8(as_bytes(label));
  out.u8(0);
}

struct Param {
  std::uint16_t key;
  Bytes value;
};

Bytes record(std::uint16_t priority, const std::vector<std::string>& target, const std::vector<Param>& params) {
  Bytes data;
  Writer out(data);
  out.u16(priority);
  write_name(out, target);
  for (const Param& param : params) {
    out.u16(param.key);
    out.vector16(param.value);
  }
  return data;
}

/// An answer to a question for shop.example with these HTTPS records.
Bytes answer(const std::vector<Bytes>& records, std::uint16_t type = 65) {
  Bytes message;
  Writer out(message);
  out.u32(0x12348180);
  out.u16(1);
  out.u16(static_cast<std::uint16_t>(records.size()));
  out.u32(0);
  write_name(out, {"shop", "example"});
  out.u16(65);
  out.u16(1);
  for (const Bytes& data : records) {
    out.u16(0xc00c);  // a pointer to the question's name
    out.u16(type);
    out.u16(1);
    out.u32(300);
    out.vector16(data);
  }
  return message;
}

Bytes bytes_of(const EchConfigList& configs) {
  return {configs.bytes().begin(), configs.bytes().end()};
}

const Param alpn{1, {2, 'h', '2'}};

TEST(HttpsRecord, GivesTheConfigurationOfTheHostItself) {
  const auto configs = ech_key().config_list();
  const auto read = read_ech_of_answer(answer({record(1, {}, {alpn, {5, bytes_of(configs)}})}), "shop.example");
  ASSERT_TRUE(read) << read.error().message();
  EXPECT_EQ(*read, configs);
}

TEST(HttpsRecord, PrefersTheLowestPriorityAndPassesOverAliasesAndOtherHosts) {
  const auto wanted = ech_key().config_list();
  const auto other = ech_key().config_list();
  const auto read = read_ech_of_answer(
      answer({record(0, {"cdn", "example"}, {{5, bytes_of(other)}}),
              record(1, {"cdn", "example"}, {{5, bytes_of(other)}}), record(9, {}, {{5, bytes_of(other)}}),
              record(3, {"SHOP", "example"}, {{5, bytes_of(wanted)}})}),
      "shop.example");
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, wanted);
}

TEST(HttpsRecord, WithoutEchIsNothing) {
  EXPECT_EQ(read_ech_of_answer(answer({record(1, {}, {alpn})}), "shop.example").value(), std::nullopt);
  EXPECT_EQ(read_ech_of_answer(answer({}), "shop.example").value(), std::nullopt);
  EXPECT_EQ(read_ech_of_answer(answer({Bytes{1, 2, 3, 4}}, 1), "shop.example").value(), std::nullopt);
}

TEST(HttpsRecord, ThatIsMalformedIsRefused) {
  const Bytes configs = bytes_of(ech_key().config_list());
  for (const Bytes& data : {record(1, {}, {{5, {1, 2, 3}}}), record(1, {}, {{5, configs}, alpn}),
                            record(1, {}, {{5, configs}, {5, configs}}), Bytes{0}, Bytes{0, 1, 0xc0, 0x0c}}) {
    EXPECT_FALSE(read_ech_of_answer(answer({data}), "shop.example"));
  }
}

TEST(HttpsRecord, EveryTruncationOfAnAnswerIsRefused) {
  const Bytes whole = answer({record(1, {}, {{5, bytes_of(ech_key().config_list())}})});
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(read_ech_of_answer(ByteView(whole).first(size), "shop.example")) << size;
  }
}

}  // namespace
}  // namespace keyway::tls
