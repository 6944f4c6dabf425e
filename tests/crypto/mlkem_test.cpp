// ML-KEM as a whole: against NIST's and Wycheproof's vectors, in each implementation that this processor runs.
#include "crypto/mlkem/mlkem.hpp"

#include <array>
#include <map>
#include <tuple>

#include <gtest/gtest.h>

#include "core/text.hpp"
#include "crypto/mlkem_engines.hpp"
#include "crypto/support.hpp"

namespace keyway::crypto::mlkem {
namespace {

struct KeyPair {
  Bytes encapsulation;
  Bytes decapsulation;
};
struct Encapsulated {
  Bytes ciphertext;
  Bytes shared;
};

Seed seed(const Bytes& bytes) {
  return ByteView(bytes).first<seed_size>();
}

/// One parameter set with sizes that are checked when the program runs.
template <Parameters P>
struct Any {
  const Engine& engine;

  KeyPair generate(const Bytes& d, const Bytes& z) const {
    Bytes key(P.decapsulation_key_size());
    MlKem<P>(engine).generate(seed(d), seed(z), ByteSpan(key).first<P.decapsulation_key_size()>());
    const auto part = MlKem<P>::encapsulation_key(ByteView(key).first<P.decapsulation_key_size()>());
    return {Bytes(part.begin(), part.end()), key};
  }
  std::optional<Encapsulated> encapsulate(const Bytes& key, const Bytes& m) const {
    Encapsulated out{Bytes(P.ciphertext_size()), Bytes(seed_size)};
    if (key.size() != P.encapsulation_key_size()) return std::nullopt;
    if (!MlKem<P>(engine).encapsulate(ByteView(key).first<P.encapsulation_key_size()>(), seed(m),
                                      ByteSpan(out.ciphertext).first<P.ciphertext_size()>(),
                                      ByteSpan(out.shared).first<seed_size>())) {
      return std::nullopt;
    }
    return out;
  }
  std::optional<Bytes> decapsulate(const Bytes& key, const Bytes& ciphertext) const {
    if (ciphertext.size() != P.ciphertext_size() || !check(key)) return std::nullopt;
    Bytes shared(seed_size);
    MlKem<P>(engine).decapsulate(ByteView(key).first<P.decapsulation_key_size()>(),
                                 ByteView(ciphertext).first<P.ciphertext_size()>(),
                                 ByteSpan(shared).first<seed_size>());
    return shared;
  }
  bool check(const Bytes& key) const {
    return key.size() == P.decapsulation_key_size() &&
           MlKem<P>(engine).check(ByteView(key).first<P.decapsulation_key_size()>());
  }
};

/// Runs `check` with each parameter set that `name` allows (all, when it is empty), on each engine.
template <typename Check>
void on_each(const std::string& name, Check check) {
  for (const Engine* engine : engines()) {
    SCOPED_TRACE(engine->name);
    if (name.empty() || name == "ML-KEM-512") check(Any<mlkem512>{*engine});
    if (name.empty() || name == "ML-KEM-768") check(Any<mlkem768>{*engine});
    if (name.empty() || name == "ML-KEM-1024") check(Any<mlkem1024>{*engine});
  }
}

// ------------------------------------------------------------------------------------------------ without files

/// NIST's ACVP-Server, gen-val/json-files/ML-KEM-keyGen-FIPS203, ML-KEM-768, tcId 26. Keys by their SHA3-256.
TEST(MlKem, AgreesWithAcvp) {
  const Bytes d = testing::hex("a2b4bca315a6ea4600b4a316e09a2578aa1e8bce919c8df3a96c71c843f5b38b");
  const Bytes z = testing::hex("d6bf055cb7b375e3271ed131f1ba31f83fef533a239878a71074578b891265d1");
  for (const Engine* engine : engines()) {
    SCOPED_TRACE(engine->name);
    const KeyPair pair = Any<mlkem768>{*engine}.generate(d, z);
    Bytes digest(32);
    SpongeJob job = sha3_256(pair.decapsulation, digest);
    engine->run({&job, 1});
    EXPECT_EQ(to_hex(digest), "aeccd54112dbda9b5dabeca6051a06068f09ec719f36cdc59a46e1960f7d3758");

    // The rest by the key that came out: m = 00 01 02 ….
    Bytes m(32);
    for (std::size_t i = 0; i < m.size(); ++i) m[i] = static_cast<std::uint8_t>(i);
    const auto encapsulated = Any<mlkem768>{*engine}.encapsulate(pair.encapsulation, m).value();
    EXPECT_EQ(Any<mlkem768>{*engine}.decapsulate(pair.decapsulation, encapsulated.ciphertext), encapsulated.shared);
  }
}

TEST(MlKem, AllEnginesGiveTheSameBytes) {
  Draw draw(7);
  for (int round = 0; round < 30; ++round) {
    const Bytes d = draw.bytes(32);
    const Bytes z = draw.bytes(32);
    const Bytes m = draw.bytes(32);
    const std::size_t flip = draw.bytes(1)[0];
    std::map<std::size_t, std::tuple<Bytes, Bytes, Bytes, Bytes>> first_seen;  // by the size of the key
    on_each("", [&](const auto& kem) {
      const KeyPair pair = kem.generate(d, z);
      const Encapsulated made = kem.encapsulate(pair.encapsulation, m).value();
      EXPECT_EQ(kem.decapsulate(pair.decapsulation, made.ciphertext), made.shared);
      Bytes altered = made.ciphertext;
      altered[flip] ^= 1;
      const Bytes rejected = kem.decapsulate(pair.decapsulation, altered).value();
      EXPECT_NE(rejected, made.shared);

      const auto all = std::tuple(pair.decapsulation, made.ciphertext, made.shared, rejected);
      EXPECT_EQ(first_seen.try_emplace(pair.decapsulation.size(), all).first->second, all);
    });
  }
}

/// FIPS 203, algorithm 17: what comes out for a ciphertext that is none is SHAKE256(z || c).
TEST(MlKem, RejectionIsImplicitForEveryByteOfTheCiphertext) {
  Draw draw(8);
  const Bytes d = draw.bytes(32);
  const Bytes z = draw.bytes(32);
  on_each("ML-KEM-768", [&](const auto& kem) {
    const KeyPair pair = kem.generate(d, z);
    const Encapsulated made = kem.encapsulate(pair.encapsulation, d).value();
    for (std::size_t at = 0; at < made.ciphertext.size(); at += 13) {
      Bytes altered = made.ciphertext;
      altered[at] ^= 0x80;
      Bytes expected(32);
      SpongeJob job = shake256(z, altered, expected);
      portable_engine().run({&job, 1});
      ASSERT_EQ(kem.decapsulate(pair.decapsulation, altered), expected) << at;
    }
    Bytes last = made.ciphertext;
    last.back() ^= 1;
    EXPECT_NE(kem.decapsulate(pair.decapsulation, last), made.shared);
  });
}

TEST(MlKem, ADecapsulationKeyWithAnotherHashFailsItsCheck) {
  on_each("", [&](const auto& kem) {
    KeyPair pair = kem.generate(Bytes(32, 1), Bytes(32, 2));
    EXPECT_TRUE(kem.check(pair.decapsulation));
    pair.decapsulation[pair.decapsulation.size() - 64] ^= 1;
    EXPECT_FALSE(kem.check(pair.decapsulation));
  });
}

// ------------------------------------------------------------------------------------------------ ACVP

/// Each test of a prompt, with the result of the same number.
template <typename Check>
void for_each_acvp(const std::string& name, Check check) {
  const auto prompt = testing::vector_json("acvp/ml-kem/ml_kem_" + name + "_prompt.json");
  const auto result = testing::vector_json("acvp/ml-kem/ml_kem_" + name + "_result.json");
  ASSERT_TRUE(prompt && result);
  std::map<int, nlohmann::json> results;
  for (const auto& group : (*result)["testGroups"]) {
    for (const auto& test : group["tests"]) results[test["tcId"].get<int>()] = test;
  }
  std::size_t seen = 0;
  for (const auto& group : (*prompt)["testGroups"]) {
    for (const auto& test : group["tests"]) {
      const int id = test["tcId"].get<int>();
      SCOPED_TRACE(name + ", tcId " + std::to_string(id));
      ASSERT_TRUE(results.contains(id));
      on_each(group["parameterSet"], [&](const auto& kem) { check(kem, group, test, results[id]); });
      ++seen;
    }
  }
  EXPECT_EQ(seen, results.size());
  EXPECT_GE(seen, 75U);
}

TEST(MlKem, AcvpKeyGenerationHolds) {
  KEYWAY_REQUIRE_VECTORS("acvp/ml-kem/ml_kem_keygen_prompt.json");
  for_each_acvp("keygen", [](const auto& kem, const auto&, const auto& test, const auto& result) {
    const KeyPair pair = kem.generate(bytes_of(test["d"]), bytes_of(test["z"]));
    EXPECT_EQ(pair.encapsulation, bytes_of(result["ek"]));
    EXPECT_EQ(pair.decapsulation, bytes_of(result["dk"]));
  });
}

TEST(MlKem, AcvpEncapsulationAndDecapsulationHold) {
  KEYWAY_REQUIRE_VECTORS("acvp/ml-kem/ml_kem_encap_decap_prompt.json");
  for_each_acvp("encap_decap", [](const auto& kem, const auto& group, const auto& test, const auto& result) {
    const std::string function = group["function"];
    if (function == "encapsulation") {
      const auto made = kem.encapsulate(bytes_of(test["ek"]), bytes_of(test["m"]));
      ASSERT_TRUE(made);
      EXPECT_EQ(made->ciphertext, bytes_of(result["c"]));
      EXPECT_EQ(made->shared, bytes_of(result["k"]));
    } else if (function == "decapsulation") {
      EXPECT_EQ(kem.decapsulate(bytes_of(test["dk"]), bytes_of(test["c"])), bytes_of(result["k"]));
    } else if (function == "encapsulationKeyCheck") {
      EXPECT_EQ(kem.encapsulate(bytes_of(test["ek"]), Bytes(32)).has_value(),
                result["testPassed"].template get<bool>());
    } else {
      ASSERT_EQ(function, "decapsulationKeyCheck");
      EXPECT_EQ(kem.check(bytes_of(test["dk"])), result["testPassed"].template get<bool>());
    }
  });
}

// ------------------------------------------------------------------------------------------------ Wycheproof

constexpr std::array sets{"768", "1024"};

TEST(MlKem, WycheproofKeyGenerationHolds) {
  KEYWAY_REQUIRE_VECTORS("wycheproof/mlkem_768_keygen_seed_test.json");
  for (const std::string set : sets) {
    for_each_test("mlkem_" + set + "_keygen_seed_test.json", [](const auto& group, const auto& test) {
      const Bytes both = bytes_of(test["seed"]);
      on_each(group["parameterSet"], [&](const auto& kem) {
        const KeyPair pair = kem.generate(Bytes(both.begin(), both.begin() + 32), Bytes(both.begin() + 32, both.end()));
        EXPECT_EQ(pair.encapsulation, bytes_of(test["ek"]));
        EXPECT_EQ(pair.decapsulation, bytes_of(test["dk"]));
      });
    });
  }
}

TEST(MlKem, WycheproofEncapsulationHolds) {
  KEYWAY_REQUIRE_VECTORS("wycheproof/mlkem_768_encaps_test.json");
  for (const std::string set : sets) {
    for_each_test("mlkem_" + set + "_encaps_test.json", [](const auto& group, const auto& test) {
      on_each(group["parameterSet"], [&](const auto& kem) {
        const auto made = kem.encapsulate(bytes_of(test["ek"]), bytes_of(test["m"]));
        ASSERT_EQ(made.has_value(), is_valid(test));
        if (!made) return;
        EXPECT_EQ(made->ciphertext, bytes_of(test["c"]));
        EXPECT_EQ(made->shared, bytes_of(test["K"]));
      });
    });
  }
}

TEST(MlKem, WycheproofDecapsulationFromSeedsHolds) {
  KEYWAY_REQUIRE_VECTORS("wycheproof/mlkem_768_test.json");
  for (const std::string set : sets) {
    for_each_test("mlkem_" + set + "_test.json", [](const auto& group, const auto& test) {
      const Bytes both = bytes_of(test["seed"]);
      on_each(group["parameterSet"], [&](const auto& kem) {
        if (both.size() != 64) {
          EXPECT_FALSE(is_valid(test));
          return;
        }
        const KeyPair pair = kem.generate(Bytes(both.begin(), both.begin() + 32), Bytes(both.begin() + 32, both.end()));
        const auto shared = kem.decapsulate(pair.decapsulation, bytes_of(test["c"]));
        ASSERT_EQ(shared.has_value(), is_valid(test));
        if (shared) {
          EXPECT_EQ(*shared, bytes_of(test["K"]));
        }
      });
    });
  }
}

TEST(MlKem, WycheproofDecapsulationFromKeysHolds) {
  KEYWAY_REQUIRE_VECTORS("wycheproof/mlkem_768_semi_expanded_decaps_test.json");
  for (const std::string set : sets) {
    for_each_test("mlkem_" + set + "_semi_expanded_decaps_test.json", [](const auto& group, const auto& test) {
      on_each(group["parameterSet"], [&](const auto& kem) {
        const auto shared = kem.decapsulate(bytes_of(test["dk"]), bytes_of(test["c"]));
        ASSERT_EQ(shared.has_value(), is_valid(test));
        if (shared) {
          EXPECT_EQ(*shared, bytes_of(test["K"]));
        }
      });
    });
  }
}

}  // namespace
}  // namespace keyway::crypto::mlkem
