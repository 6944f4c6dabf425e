#include "core/reader.hpp"

#include <string>

namespace keyway {
namespace {

std::string place(std::string_view where, std::string_view field) {
  std::string text(where);
  if (!field.empty()) {
    if (!text.empty()) text += ", ";
    text += field;
  }
  return text;
}

}  // namespace

Result<void> Reader::check() const {
  switch (failure_) {
    case Failure::none:
      return {};
    case Failure::truncated:
      return std::unexpected(fail(ErrorCode::Truncated)
                                 .at(place(where_, field_))
                                 .expected(std::to_string(wanted_) + " bytes")
                                 .received(std::to_string(left_) + " bytes"));
    case Failure::length:
      return std::unexpected(fail(ErrorCode::LengthOutOfRange)
                                 .at(place(where_, field_))
                                 .received("a length of " + std::to_string(wanted_)));
    case Failure::own:
      return std::unexpected(fail(own_code_).at(place(where_, field_)));
  }
  return {};
}

Result<void> Reader::finish() const {
  if (ok() && !rest_.empty()) {
    return std::unexpected(
        fail(ErrorCode::TrailingData).at(where_).received(std::to_string(rest_.size()) + " bytes more than expected"));
  }
  return check();
}

}  // namespace keyway
