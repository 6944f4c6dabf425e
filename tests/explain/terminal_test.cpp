#include "explain/terminal.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace keyway::explain {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using namespace std::chrono_literals;

Step a_step() {
  Step step;
  step.kind = "greeting";
  step.headline = "ClientHello: the client says what it can do";
  step.facts = {{"versions", "TLS 1.3"},
                {"also", std::string(30, 'a') + " " + std::string(30, 'b') + " " + std::string(30, 'c')},
                {"", "an explanation", Tone::aside},
                {"name", "failed", Tone::bad}};
  step.took = 410us;
  return step;
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  for (std::size_t end = 0; (end = text.find('\n')) != std::string_view::npos; text.remove_prefix(end + 1)) {
    lines.emplace_back(text.substr(0, end));
  }
  return lines;
}

std::size_t columns_of(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xc0U) != 0x80U ? 1 : 0;
  return count;
}

TEST(Terminal, KeepsWithinItsWidth) {
  const std::string text = render(a_step(), {.width = 80}, 7);

  for (const std::string& line : lines_of(text)) EXPECT_LE(columns_of(line), 80U) << line;
}

TEST(Terminal, TellsTheNumberTheHeadlineAndTheTimeInOneLine) {
  const auto lines = lines_of(render(a_step(), {.width = 80}, 7));

  EXPECT_THAT(lines.front(), HasSubstr(" 7  ClientHello: the client says what it can do"));
  EXPECT_TRUE(lines.front().ends_with("0.41 ms")) << lines.front();
  EXPECT_EQ(columns_of(lines.front()), 80U);
}

TEST(Terminal, WritesNoEscapeSequencesWithoutColour) {
  EXPECT_THAT(render(a_step(), {.colour = false}), Not(HasSubstr("\x1b")));
  EXPECT_THAT(render(a_step(), {.colour = true}), HasSubstr("\x1b[1;31mfailed\x1b[0m"));
}

TEST(Terminal, EscapesControlCharactersFromOutside) {
  Step step;
  step.headline = "name \x1b[2J";
  step.facts = {{"la\tbel", "text\x1b]0;title\x07 and \xe2\x80\xae turned"}};

  const std::string text = render(step, {.colour = true});

  EXPECT_THAT(text, Not(HasSubstr("\x1b[2J")));
  EXPECT_THAT(text, Not(HasSubstr("\x1b]")));
  EXPECT_THAT(text, Not(HasSubstr("\xe2\x80\xae")));
  EXPECT_THAT(text, HasSubstr("\\x1b"));
}

TEST(Terminal, LeavesAsidesOutWhenAsked) {
  EXPECT_THAT(render(a_step(), {}), HasSubstr("an explanation"));
  EXPECT_THAT(render(a_step(), {.asides = false}), Not(HasSubstr("an explanation")));
}

TEST(Terminal, PutsALabelThatIsTooLongOnALineOfItsOwn) {
  Step step;
  step.headline = "keys";
  step.facts = {{"CLIENT_HANDSHAKE_TRAFFIC_SECRET", "fingerprint"}};

  const auto lines = lines_of(render(step, {.label_width = 18}));

  ASSERT_EQ(lines.size(), 3U);
  EXPECT_TRUE(lines[1].ends_with("CLIENT_HANDSHAKE_TRAFFIC_SECRET"));
  EXPECT_TRUE(lines[2].ends_with(" fingerprint"));
}

TEST(Terminal, WrapsAtSpacesAndLeavesLongWordsWhole) {
  EXPECT_THAT(wrap_words("one two three", 7), ::testing::ElementsAre("one two", "three"));
  EXPECT_THAT(wrap_words("a verylongword b", 4), ::testing::ElementsAre("a", "verylongword", "b"));
  EXPECT_THAT(wrap_words("", 10), ::testing::ElementsAre(""));
}

}  // namespace
}  // namespace keyway::explain
