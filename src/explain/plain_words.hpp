#pragma once
/// \file
/// What code points mean, in words.

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include <keyway/clock.hpp>
#include <keyway/crypto.hpp>
#include <keyway/observer.hpp>
#include <keyway/types.hpp>
#include <keyway/verdict.hpp>

namespace keyway::explain {

/// "AES-128-GCM encrypts and seals the data, SHA-256 derives the keys"; empty for suites not known.
[[nodiscard]] std::string_view meaning_of(CipherSuite suite) noexcept;
/// "Diffie-Hellman on Curve25519"; empty for groups not known.
[[nodiscard]] std::string_view meaning_of(NamedGroup group) noexcept;
/// More of it, for groups that need more words; empty for the others.
[[nodiscard]] std::string_view explanation_of(NamedGroup group) noexcept;
/// "ECDSA on P-256 with SHA-256"; empty for schemes not known.
[[nodiscard]] std::string_view meaning_of(SignatureScheme scheme) noexcept;
/// What a secret is for.
[[nodiscard]] std::string_view meaning_of(SecretLabel label) noexcept;
/// What the one who sends this alert says with it.
[[nodiscard]] std::string_view meaning_of(AlertDescription alert) noexcept;

/// "ClientHello", as the RFC spells it; a number for an unknown one.
[[nodiscard]] std::string title_of(HandshakeType type);

/// "ECDSA, P-256", "RSA, 2048 bits".
[[nodiscard]] std::string key_text(crypto::KeyType type, std::size_t bits);

/// A check as it is told: "not revoked".
[[nodiscard]] std::string_view question_of(x509::CheckKind kind) noexcept;
[[nodiscard]] std::string_view answer_of(x509::CheckOutcome outcome) noexcept;

/// "2026-11-21 12:00:00 UTC".
[[nodiscard]] std::string time_text(Time time);
/// RFC 3339: "2026-11-21T12:00:00Z".
[[nodiscard]] std::string time_json(Time time);
/// "396 days left", "3 hours left", "expired 2 days ago", "begins in 4 minutes".
[[nodiscard]] std::string time_left(Time not_before, Time not_after, Time now);
/// "397 days", "24 hours", "90 minutes".
[[nodiscard]] std::string span_text(std::chrono::seconds duration);

/// "12 µs", "0.41 ms", "1.2 s".
[[nodiscard]] std::string duration_text(std::chrono::nanoseconds duration);

/// "a, b, c".
[[nodiscard]] std::string join(const std::vector<std::string>& parts, std::string_view separator = ", ");

/// "1 byte", "2 bytes".
[[nodiscard]] std::string count_of(std::size_t number, std::string_view noun);

}  // namespace keyway::explain
