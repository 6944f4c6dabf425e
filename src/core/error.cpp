#include <keyway/error.hpp>

#include <array>
#include <utility>

namespace keyway {
namespace {

struct CodeFacts {
  std::string_view name;
  ErrorCategory category;
  std::optional<AlertDescription> alert;
  std::string_view text;
};

constexpr std::optional<AlertDescription> no_alert = std::nullopt;
using enum AlertDescription;

constexpr auto facts = std::to_array<CodeFacts>({
#define KEYWAY_ERROR(name, category, alert, text) {#name, ErrorCategory::category, alert, text},
#include <keyway/detail/error_codes.inc>
#undef KEYWAY_ERROR
});

const CodeFacts& facts_of(ErrorCode code) noexcept {
  const auto index = static_cast<std::size_t>(code);
  return index < facts.size() ? facts[index] : facts.back();
}

}  // namespace

std::string_view name(ErrorCode code) noexcept { return facts_of(code).name; }
ErrorCategory category(ErrorCode code) noexcept { return facts_of(code).category; }

struct Error::Detail {
  ErrorCode code;
  std::optional<AlertDescription> alert;
  std::string where;
  std::string expected;
  std::string received;
  std::string advice;
};

Error::Error(ErrorCode code) : detail_(new Detail{code, facts_of(code).alert, {}, {}, {}, {}}) {}
Error::Error(const Error& other) : detail_(new Detail(*other.detail_)) {}
Error& Error::operator=(const Error& other) {
  if (this != &other) detail_ = std::make_unique<Detail>(*other.detail_);
  return *this;
}
Error::Error(Error&&) noexcept = default;
Error& Error::operator=(Error&&) noexcept = default;
Error::~Error() = default;

Error&& Error::at(std::string_view where) && {
  if (detail_->where.empty()) {
    detail_->where = where;
  } else if (!where.empty()) {
    detail_->where = std::string(where) + ", " + detail_->where;
  }
  return std::move(*this);
}
Error&& Error::expected(std::string_view what) && {
  detail_->expected = what;
  return std::move(*this);
}
Error&& Error::received(std::string_view what) && {
  detail_->received = what;
  return std::move(*this);
}
Error&& Error::advice(std::string_view what) && {
  detail_->advice = what;
  return std::move(*this);
}
Error&& Error::alert(AlertDescription which) && {
  detail_->alert = which;
  return std::move(*this);
}

ErrorCode Error::code() const noexcept { return detail_->code; }
ErrorCategory Error::category() const noexcept { return keyway::category(detail_->code); }
std::optional<AlertDescription> Error::alert() const noexcept { return detail_->alert; }
const std::string& Error::where() const noexcept { return detail_->where; }
const std::string& Error::expected() const noexcept { return detail_->expected; }
const std::string& Error::received() const noexcept { return detail_->received; }
const std::string& Error::advice() const noexcept { return detail_->advice; }

std::string Error::message() const {
  std::string text;
  if (!detail_->where.empty()) text = detail_->where + ": ";
  text += facts_of(detail_->code).text;
  if (!detail_->expected.empty()) text += "; expected " + detail_->expected;
  if (!detail_->received.empty()) text += (detail_->expected.empty() ? "; received " : ", received ") + detail_->received;
  return text;
}

Error fail(ErrorCode code) { return Error(code); }

}  // namespace keyway
