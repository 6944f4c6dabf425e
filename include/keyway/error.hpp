#pragma once
/// \file
/// Errors that help. Nothing throws across Keyway's interface: what can fail returns a Result.

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <keyway/types.hpp>

namespace keyway {

/// Everything that can go wrong, one value per misbehaviour, so that a program can tell them apart and a test
/// can expect exactly one. `name(code)` gives the enumerator's spelling.
enum class ErrorCode : std::uint16_t {
#define KEYWAY_ERROR(name, category, alert, text) name,
#include <keyway/detail/error_codes.inc>
#undef KEYWAY_ERROR
};

/// The families of errors, for programs that only need to know whom to blame.
enum class ErrorCategory : std::uint8_t {
  usage,            ///< the caller asked for something that can't be
  environment,      ///< a file, a socket, the machine
  decode,           ///< bytes that don't parse
  peer_misbehaved,  ///< well-formed, but against the protocol
  incompatible,     ///< both ends are right, and have nothing in common
  crypto,           ///< a signature, a tag or a key that doesn't hold
  certificate,      ///< the certificate was understood and is not trusted
  alert_received,   ///< the peer gave up and said so
  internal,         ///< ours
};

[[nodiscard]] std::string_view name(ErrorCode code) noexcept;
[[nodiscard]] ErrorCategory category(ErrorCode code) noexcept;

/// What went wrong: expected and received, where, which alert goes out, and what a person can do about it.
/// One pointer in size; a regular value.
class Error {
 public:
  explicit Error(ErrorCode code);
  Error(const Error& other);
  Error& operator=(const Error& other);
  Error(Error&&) noexcept;
  Error& operator=(Error&&) noexcept;
  ~Error();

  /// Builders, each returning the error itself, for use at the place where it is made:
  /// `return fail(ErrorCode::…).at("ClientHello, key_share").expected("…").received("…")`.
  Error&& at(std::string_view where) &&;          ///< put in front of what is already there: "Certificate, entry 2"
  Error&& expected(std::string_view what) &&;     ///< what would have been right
  Error&& received(std::string_view what) &&;     ///< what came instead; never a secret
  Error&& advice(std::string_view what) &&;       ///< for people: what to do about it
  Error&& alert(AlertDescription which) &&;       ///< the alert that goes out (or, for AlertReceived, that came in)

  [[nodiscard]] ErrorCode code() const noexcept;
  [[nodiscard]] ErrorCategory category() const noexcept;
  [[nodiscard]] std::optional<AlertDescription> alert() const noexcept;
  [[nodiscard]] const std::string& where() const noexcept;
  [[nodiscard]] const std::string& expected() const noexcept;
  [[nodiscard]] const std::string& received() const noexcept;
  [[nodiscard]] const std::string& advice() const noexcept;

  /// One line of prose with everything but the advice.
  [[nodiscard]] std::string message() const;

 private:
  struct Detail;
  std::unique_ptr<Detail> detail_;
};

template <typename T>
using Result = std::expected<T, Error>;

/// Starts an error: `return std::unexpected(fail(ErrorCode::X).at("…"))`.
[[nodiscard, gnu::cold]] Error fail(ErrorCode code);

}  // namespace keyway
