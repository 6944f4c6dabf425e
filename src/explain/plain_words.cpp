#include "explain/plain_words.hpp"
#include <fmt/format.h>

namespace keyway::explain {

std::string_view meaning_of(CipherSuite suite) noexcept {
  switch (suite) {
    using enum CipherSuite;
    case TLS_AES_128_GCM_SHA256:
      return "AES-128-GCM encrypts and seals the data, SHA-256 derives the keys";
    case TLS_AES_256_GCM_SHA384:
      return "AES-256-GCM encrypts and seals the data, SHA-384 derives the keys";
    case TLS_CHACHA20_POLY1305_SHA256:
      return "ChaCha20 encrypts and Poly1305 seals the data, SHA-256 derives the keys";
    case TLS_AES_128_CCM_SHA256:
      return "AES-128-CCM encrypts and seals the data, SHA-256 derives the keys";
    case TLS_AES_128_CCM_8_SHA256:
      return "AES-128-CCM with a short seal, SHA-256 derives the keys";
    case TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256:
    case TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256:
      return "a new key exchange, signed by the certificate's key; AES-128-GCM encrypts and seals the data, SHA-256 "
             "derives the keys";
    case TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384:
    case TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384:
      return "a new key exchange, signed by the certificate's key; AES-256-GCM encrypts and seals the data, SHA-384 "
             "derives the keys";
    case TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256:
    case TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256:
      return "a new key exchange, signed by the certificate's key; ChaCha20 encrypts and Poly1305 seals the data, "
             "SHA-256 derives the keys";
    case TLS_RSA_WITH_AES_128_GCM_SHA256:
    case TLS_RSA_WITH_AES_256_GCM_SHA384:
      return "no key exchange: the client sends the secret, encrypted to the certificate's RSA key, and whoever gets "
             "that key one day reads all";
    case TLS_FALLBACK_SCSV:
      return "not a cipher suite: a client says with it that it tries again with an older version";
    case TLS_EMPTY_RENEGOTIATION_INFO_SCSV:
      return "not a cipher suite: a client says with it that it renegotiates safely";
    default:
      return {};
  }
}

std::string_view meaning_of(NamedGroup group) noexcept {
  switch (group) {
    using enum NamedGroup;
    case x25519:
      return "Diffie-Hellman on Curve25519";
    case x448:
      return "Diffie-Hellman on Curve448";
    case secp256r1:
      return "Diffie-Hellman on the curve P-256";
    case secp384r1:
      return "Diffie-Hellman on the curve P-384";
    case secp521r1:
      return "Diffie-Hellman on the curve P-521";
    case X25519MLKEM768:
      return "Curve25519 together with ML-KEM-768, which holds against quantum computers too";
    case SecP256r1MLKEM768:
      return "P-256 together with ML-KEM-768, which holds against quantum computers too";
    case MLKEM768:
      return "ML-KEM-768, which holds against quantum computers too";
    case MLKEM1024:
      return "ML-KEM-1024, which holds against quantum computers too";
    case ffdhe2048:
    case ffdhe3072:
      return "Diffie-Hellman with large numbers";
  }
  return {};
}

std::string_view explanation_of(NamedGroup group) noexcept {
  switch (group) {
    using enum NamedGroup;
    case X25519MLKEM768:
      return "Two exchanges at once. The client sends a Curve25519 key (32 bytes) and an ML-KEM key (1184 bytes); the "
             "server answers with its Curve25519 key and a secret that only the ML-KEM key opens (1088 bytes). Both "
             "secrets go into the keys, so whoever wants them has to break both. A quantum computer would break the "
             "curve, and could then read what is recorded today: ML-KEM, made of noisy sums on a lattice, is to hold "
             "against that. Should it fall to a better idea, the curve still holds.";
    case SecP256r1MLKEM768:
      return "Two exchanges at once, as with X25519MLKEM768, with the curve P-256: whoever wants the keys has to break "
             "both.";
    case MLKEM768:
      return "The client sends a key (1184 bytes), the server a secret that only this key opens (1088 bytes). No curve "
             "stands beside it, should it fall to a better idea.";
    default:
      return {};
  }
}

std::string_view meaning_of(SignatureScheme scheme) noexcept {
  switch (scheme) {
    using enum SignatureScheme;
    case ecdsa_secp256r1_sha256:
      return "ECDSA on P-256 over SHA-256";
    case ecdsa_secp384r1_sha384:
      return "ECDSA on P-384 over SHA-384";
    case ecdsa_secp521r1_sha512:
      return "ECDSA on P-521 over SHA-512";
    case ed25519:
      return "EdDSA on Curve25519";
    case ed448:
      return "EdDSA on Curve448";
    case rsa_pkcs1_sha256:
      return "RSA, PKCS#1, over SHA-256";
    case rsa_pkcs1_sha384:
      return "RSA, PKCS#1, over SHA-384";
    case rsa_pkcs1_sha512:
      return "RSA, PKCS#1, over SHA-512";
    case rsa_pss_rsae_sha256:
    case rsa_pss_pss_sha256:
      return "RSA-PSS over SHA-256";
    case rsa_pss_rsae_sha384:
    case rsa_pss_pss_sha384:
      return "RSA-PSS over SHA-384";
    case rsa_pss_rsae_sha512:
    case rsa_pss_pss_sha512:
      return "RSA-PSS over SHA-512";
    default:
      return {};
  }
}

std::string_view meaning_of(SecretLabel label) noexcept {
  switch (label) {
    case SecretLabel::CLIENT_EARLY_TRAFFIC_SECRET:
      return "encrypts the data that the client sends ahead";
    case SecretLabel::EARLY_EXPORTER_SECRET:
      return "from which applications may derive keys of their own, early";
    case SecretLabel::CLIENT_HANDSHAKE_TRAFFIC_SECRET:
      return "encrypts what the client says in the rest of the handshake";
    case SecretLabel::SERVER_HANDSHAKE_TRAFFIC_SECRET:
      return "encrypts what the server says in the rest of the handshake";
    case SecretLabel::CLIENT_TRAFFIC_SECRET:
      return "encrypts the data from client to server";
    case SecretLabel::SERVER_TRAFFIC_SECRET:
      return "encrypts the data from server to client";
    case SecretLabel::EXPORTER_SECRET:
      return "from which applications may derive keys of their own";
    case SecretLabel::CLIENT_RANDOM:
      return "the master secret, from which the session keys are derived";
  }
  return {};
}

std::string_view meaning_of(AlertDescription alert) noexcept {
  switch (alert) {
    using enum AlertDescription;
    case close_notify:
      return "I have said all: nothing more comes from me";
    case unexpected_message:
      return "this message may not come now";
    case bad_record_mac:
      return "a record was altered on the way";
    case record_overflow:
      return "a record was too long";
    case handshake_failure:
      return "we have nothing in common that both accept";
    case bad_certificate:
      return "the certificate is not right";
    case unsupported_certificate:
      return "the certificate is of a kind that I can't use";
    case certificate_revoked:
      return "the certificate was revoked by its issuer";
    case certificate_expired:
      return "the certificate is not valid at this time";
    case certificate_unknown:
      return "I can't accept the certificate";
    case illegal_parameter:
      return "a field is against the rules";
    case unknown_ca:
      return "I don't know the certificate's issuer";
    case access_denied:
      return "the certificate is good, but you may not come in";
    case decode_error:
      return "a message can't be read";
    case decrypt_error:
      return "a signature or a Finished does not hold";
    case protocol_version:
      return "I don't speak that version";
    case insufficient_security:
      return "what you offer is too weak for me";
    case internal_error:
      return "I failed, for a reason of my own";
    case inappropriate_fallback:
      return "we could have spoken a newer version: somebody may interfere";
    case user_canceled:
      return "somebody cancelled";
    case no_renegotiation:
      return "I don't renegotiate";
    case missing_extension:
      return "an extension is missing that I need";
    case unsupported_extension:
      return "you answered what I did not ask";
    case unrecognized_name:
      return "there is nobody of that name here";
    case bad_certificate_status_response:
      return "the statement on revocation is not right";
    case unknown_psk_identity:
      return "I don't know that earlier session";
    case certificate_required:
      return "I need a certificate from you";
    case no_application_protocol:
      return "we have no application protocol in common";
    case ech_required:
      return "I insist on an encrypted ClientHello";
  }
  return "an alert that has no name here";
}

std::string title_of(HandshakeType type) {
  switch (type) {
    using enum HandshakeType;
    case hello_request:
      return "HelloRequest";
    case client_hello:
      return "ClientHello";
    case server_hello:
      return "ServerHello";
    case new_session_ticket:
      return "NewSessionTicket";
    case end_of_early_data:
      return "EndOfEarlyData";
    case encrypted_extensions:
      return "EncryptedExtensions";
    case certificate:
      return "Certificate";
    case server_key_exchange:
      return "ServerKeyExchange";
    case certificate_request:
      return "CertificateRequest";
    case server_hello_done:
      return "ServerHelloDone";
    case certificate_verify:
      return "CertificateVerify";
    case client_key_exchange:
      return "ClientKeyExchange";
    case client_certificate_request:
      return "ClientCertificateRequest";
    case finished:
      return "Finished";
    case certificate_status:
      return "CertificateStatus";
    case key_update:
      return "KeyUpdate";
    case compressed_certificate:
      return "CompressedCertificate";
    case message_hash:
      return "message_hash";
  }
  return fmt::format("handshake message {}", static_cast<unsigned>(type));
}

std::string key_text(crypto::KeyType type, std::size_t bits) {
  switch (type) {
    using enum crypto::KeyType;
    case rsa:
      return fmt::format("RSA, {} bits", bits);
    case rsa_pss:
      return fmt::format("RSA for PSS alone, {} bits", bits);
    case p256:
      return "elliptic curve P-256 (ECDSA)";
    case p384:
      return "elliptic curve P-384 (ECDSA)";
    case p521:
      return "elliptic curve P-521 (ECDSA)";
    case ed25519:
      return "Ed25519";
    case mldsa44:
      return "ML-DSA-44";
    case mldsa65:
      return "ML-DSA-65";
    case mldsa87:
      return "ML-DSA-87";
    case dsa:
      return fmt::format("DSA, {} bits, which nothing is signed with any more", bits);
  }
  return "of an unknown kind";
}

std::string_view question_of(x509::CheckKind kind) noexcept {
  switch (kind) {
    case x509::CheckKind::name:
      return "name";
    case x509::CheckKind::issuer:
      return "issuer trusted";
    case x509::CheckKind::signature:
      return "signatures hold";
    case x509::CheckKind::validity:
      return "not expired";
    case x509::CheckKind::purpose:
      return "for this purpose";
    case x509::CheckKind::constraints:
      return "within limits";
    case x509::CheckKind::revocation:
      return "not revoked";
  }
  return "check";
}

std::string_view answer_of(x509::CheckOutcome outcome) noexcept {
  switch (outcome) {
    case x509::CheckOutcome::passed:
      return "passed";
    case x509::CheckOutcome::failed:
      return "failed";
    case x509::CheckOutcome::unknown:
      return "unknown";
    case x509::CheckOutcome::not_checked:
      return "not checked";
  }
  return "not checked";
}

namespace {

struct CivilTime {
  std::chrono::year_month_day day;
  std::chrono::hh_mm_ss<std::chrono::seconds> clock;
};

[[nodiscard]] CivilTime civil(Time time) noexcept {
  const auto midnight = std::chrono::floor<std::chrono::days>(time);
  return {std::chrono::year_month_day(midnight), std::chrono::hh_mm_ss<std::chrono::seconds>(time - midnight)};
}

[[nodiscard]] std::string civil_text(Time time, std::string_view between, std::string_view zone) {
  const CivilTime at = civil(time);
  return fmt::format("{:04}-{:02}-{:02}{}{:02}:{:02}:{:02}{}", static_cast<int>(at.day.year()),
                     static_cast<unsigned>(at.day.month()), static_cast<unsigned>(at.day.day()), between,
                     at.clock.hours().count(), at.clock.minutes().count(), at.clock.seconds().count(), zone);
}

}  // namespace

std::string time_text(Time time) {
  return civil_text(time, " ", " UTC");
}
std::string time_json(Time time) {
  return civil_text(time, "T", "Z");
}

std::string span_text(std::chrono::seconds duration) {
  using namespace std::chrono;
  const auto in = [&](seconds unit) { return static_cast<std::size_t>(duration / unit); };
  if (duration >= days(2)) return count_of(in(days(1)), "day");
  if (duration >= hours(2)) return count_of(in(hours(1)), "hour");
  if (duration >= minutes(2)) return count_of(in(minutes(1)), "minute");
  return count_of(in(seconds(1)), "second");
}

std::string time_left(Time not_before, Time not_after, Time now) {
  if (now < not_before) return "begins in " + span_text(not_before - now);
  if (now > not_after) return "expired " + span_text(now - not_after) + " ago";
  return span_text(not_after - now) + " left";
}

std::string duration_text(std::chrono::nanoseconds duration) {
  const auto nanoseconds = static_cast<double>(duration.count());
  if (nanoseconds < 1e3) return fmt::format("{} ns", duration.count());
  if (nanoseconds < 1e5) return fmt::format("{:.0f} µs", nanoseconds / 1e3);
  if (nanoseconds < 1e7) return fmt::format("{:.2f} ms", nanoseconds / 1e6);
  if (nanoseconds < 1e9) return fmt::format("{:.0f} ms", nanoseconds / 1e6);
  return fmt::format("{:.1f} s", nanoseconds / 1e9);
}

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
  return fmt::format("{}", fmt::join(parts, separator));
}

std::string count_of(std::size_t number, std::string_view noun) {
  return fmt::format("{} {}{}", number, noun, number == 1 ? "" : "s");
}

}  // namespace keyway::explain
