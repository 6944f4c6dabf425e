// The parts of ML-KEM: against their definitions in FIPS 203 and 202, in each implementation that this processor runs.
#include "crypto/mlkem_engines.hpp"

#include <array>

#include <gtest/gtest.h>

#include "core/text.hpp"
#include "testing/vectors.hpp"

namespace keyway::crypto::mlkem {
namespace {

constexpr int q = modulus;

int residue(long long value) {
  return static_cast<int>((value % q + q) % q);
}

std::vector<int> residues(const Poly& poly) {
  std::vector<int> out;
  for (const auto c : poly.c) out.push_back(residue(c));
  return out;
}

int power(int base, int exponent) {
  long long out = 1;
  for (int i = 0; i < exponent; ++i) out = out * base % q;
  return static_cast<int>(out);
}

int reversed(int value) {
  int out = 0;
  for (int bit = 0; bit < 7; ++bit) out |= (value >> bit & 1) << (6 - bit);
  return out;
}

/// What X is, modulo the factor that `pair` stands for: X^2 = gamma.
int gamma(int pair) {
  return power(17, 2 * reversed(pair) + 1);
}

/// By what the NTT is: the remainders of the polynomial modulo X^2 - gamma.
std::vector<int> ntt_by_definition(const Poly& poly) {
  std::vector<int> out;
  for (int pair = 0; pair < 128; ++pair) {
    for (std::size_t odd = 0; odd < 2; ++odd) {
      long long sum = 0;
      long long factor = 1;
      for (std::size_t i = 0; i < 128; ++i) {
        sum = (sum + poly.c[2 * i + odd] * factor) % q;
        factor = factor * gamma(pair) % q;
      }
      out.push_back(residue(sum));
    }
  }
  return out;
}

class Engines : public ::testing::TestWithParam<const Engine*> {
 protected:
  const Engine& engine() const { return *GetParam(); }
};
std::string name_of(const ::testing::TestParamInfo<const Engine*>& parameter) {
  std::string name;
  for (const char c : parameter.param->name) {
    if (c != '-') name += c;
  }
  return name;
}
INSTANTIATE_TEST_SUITE_P(MlKem, Engines, ::testing::ValuesIn(engines()), name_of);

TEST_P(Engines, NttIsTheRemaindersModuloEachFactor) {
  Draw draw(1);
  for (int round = 0; round < 20; ++round) {
    Poly poly = round == 0 ? draw.poly(q, q) : round == 1 ? draw.poly(-q, -q) : draw.poly(-q, q);
    const auto expected = ntt_by_definition(poly);
    engine().ntt(poly);
    EXPECT_EQ(residues(poly), expected);
    for (const auto c : poly.c) EXPECT_LE(std::abs(c), 8 * q);
  }
}

TEST_P(Engines, InverseNttUndoesTheNtt) {
  Draw draw(2);
  for (int round = 0; round < 50; ++round) {
    const Poly poly = round == 0   ? draw.poly(q - 1, q - 1)
                      : round == 1 ? draw.poly(1 - q, 1 - q)
                                   : draw.poly(1 - q, q - 1);
    Poly changed = poly;
    engine().inverse_ntt(changed);
    for (const auto c : changed.c) EXPECT_LT(std::abs(c), q);
    engine().ntt(changed);
    EXPECT_EQ(residues(changed), residues(poly));
  }
}

TEST_P(Engines, InnerProductIsTheSumOfProductsOfPairs) {
  Draw draw(3);
  for (int round = 0; round < 20; ++round) {
    std::vector<Poly> a;
    std::vector<Poly> b;
    std::vector<Operand> operands(static_cast<std::size_t>(1 + round % 4));
    for (Operand& operand : operands) {
      a.push_back(round < 4 ? draw.poly(q - 1, q - 1) : draw.poly(1 - q, q - 1));
      b.push_back(round < 4 ? draw.poly(32767, 32767) : draw.poly(-32768, 32767));
      engine().prepare(b.back(), operand);
    }
    Poly out;
    engine().inner_product(a, operands, out);

    for (std::size_t i = 0; i < degree; i += 2) {
      long long constant = 0;
      long long linear = 0;
      for (std::size_t n = 0; n < a.size(); ++n) {
        constant += a[n].c[i] * b[n].c[i] + residue(a[n].c[i + 1] * b[n].c[i + 1]) * gamma(static_cast<int>(i / 2));
        linear += a[n].c[i] * b[n].c[i + 1] + a[n].c[i + 1] * b[n].c[i];
      }
      EXPECT_EQ(residue(out.c[i]), residue(constant));
      EXPECT_EQ(residue(out.c[i + 1]), residue(linear));
      EXPECT_LT(std::abs(out.c[i]), q);
      EXPECT_LT(std::abs(out.c[i + 1]), q);
    }
  }
}

struct CodecCase {
  const Codec Engine::* codec;
  unsigned bits;
};
constexpr std::array codecs{CodecCase{&Engine::bits1, 1}, CodecCase{&Engine::bits4, 4}, CodecCase{&Engine::bits5, 5},
                            CodecCase{&Engine::bits10, 10}, CodecCase{&Engine::bits11, 11}};

/// Bit i of coefficient n is bit n * bits + i (FIPS 203, algorithms 3 and 5).
int number_at(const Bytes& bytes, std::size_t n, unsigned bits) {
  int number = 0;
  for (unsigned i = 0; i < bits; ++i) {
    const std::size_t bit = n * bits + i;
    number |= (bytes[bit / 8] >> (bit % 8) & 1) << i;
  }
  return number;
}

TEST_P(Engines, CompressesEveryCoefficientAsDefined) {
  for (const auto& [codec, bits] : codecs) {
    SCOPED_TRACE(bits);
    for (int start = -32768; start < 32768; start += static_cast<int>(degree)) {
      Poly poly;
      for (std::size_t i = 0; i < degree; ++i) poly.c[i] = static_cast<std::int16_t>(start + static_cast<int>(i));
      Bytes out(32 * bits);
      (engine().*codec).compress(poly, out);
      for (std::size_t i = 0; i < degree; ++i) {
        const int expected = ((residue(poly.c[i]) << bits) + q / 2) / q % (1 << bits);
        ASSERT_EQ(number_at(out, i, bits), expected) << poly.c[i];
      }
    }
  }
}

TEST_P(Engines, DecompressesEveryNumberAsDefined) {
  Draw draw(4);
  for (const auto& [codec, bits] : codecs) {
    SCOPED_TRACE(bits);
    for (int round = 0; round < 100; ++round) {
      const Bytes bytes = round == 0 ? Bytes(32 * bits, 0xff) : draw.bytes(32 * bits);
      Poly poly;
      (engine().*codec).decompress(bytes, poly);
      for (std::size_t i = 0; i < degree; ++i) {
        const int expected = (number_at(bytes, i, bits) * q + (1 << (bits - 1))) >> bits;
        ASSERT_EQ(poly.c[i], expected) << number_at(bytes, i, bits);
      }
    }
  }
}

TEST_P(Engines, EncodesAnyCoefficientsReduced) {
  for (int start = -32768; start < 32768; start += static_cast<int>(degree)) {
    Poly poly;
    for (std::size_t i = 0; i < degree; ++i) poly.c[i] = static_cast<std::int16_t>(start + static_cast<int>(i));
    Bytes out(polynomial_size);
    engine().encode(poly, out);
    for (std::size_t i = 0; i < degree; ++i) ASSERT_EQ(number_at(out, i, 12), residue(poly.c[i]));
    Poly again;
    EXPECT_TRUE(engine().decode(out, again));
    EXPECT_EQ(residues(again), residues(poly));
  }
}

TEST_P(Engines, DecodingReducesAndTellsWhichKeysAreNotCanonical) {
  for (int number = 0; number < 4096; ++number) {
    // At a place of its own each time, among numbers that are as great as they may be.
    const std::size_t place = static_cast<std::size_t>(number) % degree;
    Bytes bytes(polynomial_size);
    for (std::size_t i = 0; i < degree; ++i) {
      const int value = i == place ? number : q - 1;
      for (unsigned bit = 0; bit < 12; ++bit) {
        const std::size_t at = 12 * i + bit;
        bytes[at / 8] = static_cast<std::uint8_t>(bytes[at / 8] | (value >> bit & 1) << (at % 8));
      }
    }
    Poly poly;
    EXPECT_EQ(engine().decode(bytes, poly), number < q) << number;
    EXPECT_EQ(poly.c[place], number % q);
    EXPECT_EQ(poly.c[(place + 1) % degree], q - 1);
  }
}

TEST_P(Engines, NoiseIsTheDifferenceOfBitSums) {
  Draw draw(5);
  for (int round = 0; round < 50; ++round) {
    for (const unsigned eta : {2U, 3U}) {
      const Bytes bytes = draw.bytes(64 * eta);
      Poly poly;
      (eta == 2 ? engine().sample_noise2 : engine().sample_noise3)(bytes, poly);
      for (std::size_t i = 0; i < degree; ++i) {
        int expected = 0;
        for (unsigned bit = 0; bit < 2 * eta; ++bit) {
          expected += number_at(bytes, 2 * eta * i + bit, 1) * (bit < eta ? 1 : -1);
        }
        ASSERT_EQ(poly.c[i], expected);
      }
    }
  }
}

// ------------------------------------------------------------------------------------------------ Keccak

Bytes message_of(std::size_t size) {
  Bytes message(size);
  for (std::size_t i = 0; i < size; ++i) message[i] = static_cast<std::uint8_t>(i);
  return message;
}

std::string hash(const Engine& engine, SpongeJob job, std::size_t size) {
  Bytes out(size);
  job.out = out;
  engine.run({&job, 1});
  return to_hex(out);
}

/// The examples of NIST's Cryptographic Standards and Guidelines for FIPS 202: the empty message, and "abc".
TEST_P(Engines, HashesAgreeWithFips202) {
  const Bytes abc{'a', 'b', 'c'};
  EXPECT_EQ(hash(engine(), sha3_256({}, {}), 32), "a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a");
  EXPECT_EQ(hash(engine(), sha3_256(abc, {}), 32), "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532");
  EXPECT_EQ(hash(engine(), sha3_512(abc, {}, {}), 64),
            "b751850b1a57168a5693cd924b6b096e08f621827444f70d884f5d0240d2712e"
            "10e116e9192af3c91a7ec57647e3934057340b4cf408d5a56592f8274eec53f0");
  EXPECT_EQ(hash(engine(), shake256({}, {}, {}), 32),
            "46b9dd2b0ba88d13233b3feb743eeb243fcd52ea62b81b82b50c27646ed5762f");
}

/// Around every edge of a block; the figures are those of SHA3-256 over the concatenation of these digests, by
/// libcrypto.
TEST_P(Engines, PaddingHoldsAtEveryLength) {
  Bytes all;
  for (std::size_t size = 0; size <= 300; ++size) {
    const Bytes message = message_of(size);
    for (const std::size_t split : {std::size_t{0}, size / 3, size}) {
      const ByteView view = message;
      const std::string whole = hash(engine(), shake256(view, {}, {}), 400);
      EXPECT_EQ(hash(engine(), shake256(view.first(split), view.subspan(split), {}), 400), whole);
    }
    const Bytes digest = testing::hex(hash(engine(), sha3_256(message, {}), 32));
    all.insert(all.end(), digest.begin(), digest.end());
  }
  EXPECT_EQ(hash(engine(), sha3_256(all, {}), 32), "89e5b197acab176c0843ed7b73f52c4fb9352ed869f2fb1bc10130383da527c4");
}

/// More jobs than lanes, of all kinds and lengths: each comes out as if it were alone.
TEST_P(Engines, JobsDoNotDisturbEachOther) {
  Draw draw(6);
  for (std::size_t count = 1; count <= 40; ++count) {
    std::vector<Bytes> messages(count);
    std::vector<Bytes> digests(count);
    std::vector<Poly> samples(count);
    std::vector<SpongeJob> jobs;
    for (std::size_t n = 0; n < count; ++n) {
      messages[n] = draw.bytes(n * 37 % 500);
      digests[n].resize(n % 5 == 0 ? 300 : 32);
      SpongeJob job = shake256(messages[n], {}, digests[n]);
      if (n % 3 == 0) {
        job = {.rate = shake128_rate, .domain = 0x1f, .first = messages[n], .uniform = &samples[n]};
      }
      job.suffix = {static_cast<std::uint8_t>(n), 7};
      job.suffix_size = n % 3;
      jobs.push_back(job);
    }
    engine().run(jobs);

    for (std::size_t n = 0; n < count; ++n) {
      Bytes digest(digests[n].size());
      Poly sample;
      SpongeJob job = jobs[n];
      job.out = digest;
      if (job.uniform != nullptr) job.uniform = &sample;
      portable_engine().run({&job, 1});
      if (job.uniform != nullptr) {
        EXPECT_EQ(samples[n].c, sample.c);
      } else {
        EXPECT_EQ(digests[n], digest);
      }
    }
  }
}

/// FIPS 203, algorithm 7, by its text, over a stream long enough.
TEST_P(Engines, UniformSamplesAreTheNumbersBelowQ) {
  for (std::uint8_t n = 0; n < 100; ++n) {
    const Bytes seed(32, n);
    Bytes stream(5 * shake128_rate);
    SpongeJob job{.rate = shake128_rate, .domain = 0x1f, .first = seed, .out = stream};
    engine().run({&job, 1});
    std::vector<int> expected;
    for (std::size_t i = 0; expected.size() < degree; ++i) {
      if (const int number = number_at(stream, i, 12); number < q) expected.push_back(number);
    }

    Poly poly;
    job.uniform = &poly;
    engine().run({&job, 1});

    EXPECT_EQ(residues(poly), expected);
  }
}

TEST(MlKemEngines, TheBestIsTheLastThatRuns) {
  EXPECT_EQ(best_engine().name, engines().back()->name);
}

}  // namespace
}  // namespace keyway::crypto::mlkem
