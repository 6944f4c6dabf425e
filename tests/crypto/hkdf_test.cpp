#include "crypto/hkdf.hpp"

#include <gtest/gtest.h>

#include "core/text.hpp"
#include "crypto/hmac.hpp"
#include "crypto/support.hpp"

namespace keyway::crypto {
namespace {

using testing::hex;

const HashFunction& sha(HashAlgorithm algorithm) {
  return *provider().hash(algorithm);
}

std::string hash_hex(HashAlgorithm algorithm, std::string_view text) {
  HashState state;
  Bytes out(sha(algorithm).output_size());
  sha(algorithm).start(state);
  sha(algorithm).update(state, as_bytes(text));
  sha(algorithm).finish(state, out);
  return to_hex(out);
}

std::string mac_hex(HashAlgorithm algorithm, ByteView key, ByteView data) {
  Bytes out(sha(algorithm).output_size());
  HmacKey(sha(algorithm), key).mac(data, out);
  return to_hex(out);
}

/// The examples of FIPS 180-4: the hash of "abc".
TEST(Hash, AgreesWithTheStandard) {
  EXPECT_EQ(hash_hex(HashAlgorithm::sha1, "abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(hash_hex(HashAlgorithm::sha256, "abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hash_hex(HashAlgorithm::sha384, "abc"),
            "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7");
  EXPECT_EQ(
      hash_hex(HashAlgorithm::sha512, "abc"),
      "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e"
      "2a9ac94fa54ca49f");
}

TEST(Hash, ACopyOfTheStateForksTheHash) {
  const HashFunction& function = sha(HashAlgorithm::sha384);
  HashState first;
  function.start(first);
  function.update(first, as_bytes("a"));
  HashState second = first;
  function.update(first, as_bytes("bc"));
  function.update(second, as_bytes("something else"));

  Bytes out(function.output_size());
  function.finish(first, out);

  EXPECT_EQ(to_hex(out), hash_hex(HashAlgorithm::sha384, "abc"));
}

TEST(Hash, WritesNothingToAnOutputThatIsTooShort) {
  const HashFunction& function = sha(HashAlgorithm::sha256);
  HashState state;
  function.start(state);
  Bytes out(31, 0x55);
  function.finish(state, out);
  EXPECT_EQ(out, Bytes(31, 0x55));
}

/// RFC 4231 4.2, 4.3, 4.7.
TEST(Hmac, AgreesWithRfc4231) {
  const Bytes key1(20, 0x0b);
  EXPECT_EQ(mac_hex(HashAlgorithm::sha256, key1, as_bytes("Hi There")),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(mac_hex(HashAlgorithm::sha384, key1, as_bytes("Hi There")),
            "afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59cfaea9ea9076ede7f4af152e8b2fa9cb6");
  EXPECT_EQ(
      mac_hex(HashAlgorithm::sha512, key1, as_bytes("Hi There")),
      "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cdedaa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f170"
      "2e696c203a126854");
  EXPECT_EQ(mac_hex(HashAlgorithm::sha256, as_bytes("Jefe"), as_bytes("what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  // A key longer than the block.
  EXPECT_EQ(mac_hex(HashAlgorithm::sha256, Bytes(131, 0xaa),
                    as_bytes("Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(Hmac, FedInPiecesGivesTheSameAndStartsAnew) {
  const HmacKey key(sha(HashAlgorithm::sha256), as_bytes("Jefe"));
  Hmac running(key);
  for (int round = 0; round < 2; ++round) {
    Bytes out(32);
    running.update(as_bytes("what do ya want "));
    running.update(as_bytes("for nothing?"));
    running.finish(out);
    EXPECT_EQ(to_hex(out), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  }
}

struct HkdfCase {
  Bytes input_key;
  Bytes salt;
  Bytes info;
  std::string extracted;
  std::string expanded;
};

/// RFC 5869 A.1 to A.3.
TEST(Hkdf, AgreesWithRfc5869) {
  Bytes key2(80);
  Bytes salt2(80);
  Bytes info2(80);
  for (std::uint8_t i = 0; i < 80; ++i) {
    key2[i] = i;
    salt2[i] = static_cast<std::uint8_t>(0x60 + i);
    info2[i] = static_cast<std::uint8_t>(0xb0 + i);
  }
  const HkdfCase cases[] = {{Bytes(22, 0x0b), hex("000102030405060708090a0b0c"), hex("f0f1f2f3f4f5f6f7f8f9"),
                             "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5",
                             "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"},
                            {key2, salt2, info2, "06a6b88c5853361a06104c9ceb35b45cef760014904671014a193f40c15fc244",
                             "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65"
                             "e590e09da3275600c2f09b8"
                             "367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87"},
                            {Bytes(22, 0x0b),
                             {},
                             {},
                             "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04",
                             "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"}};
  for (const HkdfCase& c : cases) {
    HashSecret extracted;
    hkdf_extract(sha(HashAlgorithm::sha256), c.salt, c.input_key, extracted);
    Bytes expanded(c.expanded.size() / 2);
    EXPECT_TRUE(hkdf_expand(HmacKey(sha(HashAlgorithm::sha256), extracted.view()), c.info, expanded));
    EXPECT_EQ(to_hex(extracted.view()), c.extracted);
    EXPECT_EQ(to_hex(expanded), c.expanded);
  }
}

/// RFC 8448 3: the early secret, what is derived from it, and the server's handshake traffic key.
TEST(Hkdf, ExpandLabelAgreesWithRfc8448) {
  const HashFunction& function = sha(HashAlgorithm::sha256);
  HashSecret early;
  hkdf_extract(function, Bytes(32), Bytes(32), early);
  EXPECT_EQ(to_hex(early.view()), "33ad0a1c607ec03b09e6cd9893680ce210adf300aa1f2660e1b22e10f170f92a");

  Bytes derived(32);
  EXPECT_TRUE(hkdf_expand_label(HmacKey(function, early.view()), "derived",
                                hex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"), derived));
  EXPECT_EQ(to_hex(derived), "6f2615a108c702c5678f54fc9dbab69716c076189c48250cebeac3576c3611ba");

  const Bytes traffic = hex("b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38");
  Bytes key(16);
  EXPECT_TRUE(hkdf_expand_label(HmacKey(function, traffic), "key", {}, key));
  EXPECT_EQ(to_hex(key), "3fce516009c21727d0f2e4e86ee403bc");
}

TEST(Hkdf, TakesTheLongestLabelAndContextAndNoLonger) {
  const HmacKey key(sha(HashAlgorithm::sha256), as_bytes("secret"));
  Bytes out(16, 0x55);
  EXPECT_TRUE(hkdf_expand_label(key, std::string(max_hkdf_label, 'x'), Bytes(max_hkdf_context, 1), out));

  EXPECT_FALSE(hkdf_expand_label(key, std::string(max_hkdf_label + 1, 'x'), {}, out));
  EXPECT_EQ(out, Bytes(16)) << "what is not derived must not look like a key";
  EXPECT_FALSE(hkdf_expand_label(key, "x", Bytes(max_hkdf_context + 1), out));
  Bytes long_output(255 * 32 + 1, 0x55);
  EXPECT_FALSE(hkdf_expand(key, {}, long_output));
  EXPECT_EQ(long_output, Bytes(long_output.size()));
}

}  // namespace
}  // namespace keyway::crypto
