#pragma once
/// \file
/// What a connection does, told in steps: one decoding, several renderings (terminal, JSON).

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace keyway::explain {

using Json = nlohmann::ordered_json;

/// How a fact is to be taken.
enum class Tone : std::uint8_t {
  plain,
  good,     ///< a check that passed
  warning,  ///< nothing is known, or something is weaker than it could be
  bad,      ///< a check that failed
  aside,    ///< an explanation, for those who want it
};

/// One line under a headline: "cipher suite   TLS_AES_128_GCM_SHA256, out of …".
struct Fact {
  std::string label;  ///< empty: goes on with what the fact before said
  std::string text;
  Tone tone = Tone::plain;
};

/// One step: a sentence in plain words, the facts of it, and the same for programs.
struct Step {
  std::string kind;      ///< for programs: "client_hello"; never changes its meaning
  std::string headline;  ///< for people: one sentence
  std::vector<Fact> facts;
  Json data = Json::object();  ///< the facts, with values for programs
  Tone tone = Tone::plain;     ///< of the headline
  /// Since the step before; nothing where time says nothing.
  std::optional<std::chrono::nanoseconds> took;

  /// An explanation under what stands there; none where the text is empty.
  void add_aside(std::string_view text) {
    if (!text.empty()) facts.push_back({"", std::string(text), Tone::aside});
  }
};

/// Takes the steps of a story, in order.
class StepSink {
 public:
  virtual ~StepSink() = default;
  virtual void take(const Step& step) = 0;
};

/// A clock for durations, so that tests can hold it still.
class Stopwatch {
 public:
  virtual ~Stopwatch() = default;
  /// Time since some moment that does not change.
  [[nodiscard]] virtual std::chrono::nanoseconds elapsed() const noexcept = 0;
};

/// The machine's steady clock.
class SteadyStopwatch final : public Stopwatch {
 public:
  [[nodiscard]] std::chrono::nanoseconds elapsed() const noexcept override {
    return std::chrono::steady_clock::now().time_since_epoch();
  }
};

}  // namespace keyway::explain
