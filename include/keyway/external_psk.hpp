#pragma once
/// \file
/// Keys that two ends were given outside of TLS, in place of certificates (TLS 1.3; RFC 8446 4.2.11, RFC 9257, RFC
/// 9258).

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include <keyway/bytes.hpp>
#include <keyway/crypto.hpp>
#include <keyway/error.hpp>
#include <keyway/secret.hpp>
#include <keyway/types.hpp>

namespace keyway {

namespace tls {
class PskSet;
}

/// A key from outside, with what it is bound to. Immutable; shared by configurations. Each is for one side: a
/// configuration of the other side does not take it.
///
/// Whoever holds the key can be either end: a key shared by more than two lets each of them pass for any other, and a
/// client that reaches a server of its own process talks to itself (Selfie, RFC 9257 4.1). So by default both ends'
/// names go into the key (between()): a node that says who it is never finds itself at the other end.
///
/// The key must be random, of 16 bytes at least: what a person can remember is found by trying (RFC 9257 4.2).
class ExternalPsk {
 public:
  static constexpr std::size_t min_key_size = 16;
  static constexpr std::size_t max_key_size = 128;
  static constexpr std::size_t max_identity_size = 1024;
  static constexpr std::size_t max_context_size = 1024;
  static constexpr std::size_t max_name_size = 255;

  /// What tells one key of two ends from another; goes over the wire in the clear.
  struct Key {
    ByteView identity;                                           ///< 1 to max_identity_size bytes
    ByteView secret;                                             ///< min_key_size to max_key_size bytes
    crypto::HashAlgorithm hash = crypto::HashAlgorithm::sha256;  ///< the key's own: sha256 or sha384
  };

  /// For a node that is called `own`, on its connections with `peer` (RFC 9258, with the names of client and server in
  /// the context as its appendix B has it). `side`: which end this node is. Errors: InvalidArgument: a name that is
  /// empty or too long, the same name twice, a key that is out of bounds.
  [[nodiscard]] static Result<std::shared_ptr<const ExternalPsk>> between(Side side, std::string_view own,
                                                                          std::string_view peer, const Key& key);
  /// The same with a context that both ends have agreed on, of up to max_context_size bytes (RFC 9258 3.1). Where it
  /// does not say which end is which, nothing keeps a node from talking to itself. Errors: InvalidArgument.
  [[nodiscard]] static Result<std::shared_ptr<const ExternalPsk>> in_context(Side side, ByteView context,
                                                                             const Key& key);
  /// The key as it is, without importer (RFC 8446 4.2.11), for peers that know nothing else: good with suites of its
  /// own hash alone, and bound to nothing. A configuration lists it as a weakening. Errors: InvalidArgument.
  [[nodiscard]] static Result<std::shared_ptr<const ExternalPsk>> without_importer(Side side, const Key& key);

  [[nodiscard]] Side side() const noexcept { return side_; }
  [[nodiscard]] bool is_imported() const noexcept { return is_imported_; }
  [[nodiscard]] const Bytes& identity() const noexcept { return identity_; }
  [[nodiscard]] const Bytes& context() const noexcept { return context_; }
  [[nodiscard]] crypto::HashAlgorithm hash() const noexcept { return hash_; }

 private:
  friend class tls::PskSet;
  ExternalPsk(Side side, bool is_imported, ByteView context, const Key& key);
  [[nodiscard]] static Result<std::shared_ptr<const ExternalPsk>> make(Side side, bool is_imported, ByteView context,
                                                                       const Key& key);

  SecretBuffer<max_key_size> secret_;
  Bytes identity_;
  Bytes context_;
  crypto::HashAlgorithm hash_;
  Side side_;
  bool is_imported_;
};

struct OfferedPsk;
class ClientHelloView;

/// Finds a server's keys as they are asked for, where there are too many of them for a configuration, or they are kept
/// elsewhere. Thread-safe.
class PskResolver {
 public:
  /// The most identities that it is asked about at once: those behind them are the client's to put in front.
  static constexpr std::size_t max_offered = 32;

  virtual ~PskResolver() = default;

  /// The key that the server knows of those that the client names, in the client's order; null: none. None of them is
  /// proved to be known to the client yet. A key of the server's side, whose identity and context are among those that
  /// were named: for an imported key (RFC 9258) `external_identity` and `context`. Tickets are among them, too.
  [[nodiscard]] virtual std::shared_ptr<const ExternalPsk> resolve(std::span<const OfferedPsk> offered,
                                                                   const ClientHelloView& hello) const = 0;
  /// True where that takes a while. It is then not asked: the connection waits with Pause::psk_lookup, where
  /// Connection::pending_client_hello() has what is offered, and the application answers.
  [[nodiscard]] virtual bool answers_later() const { return false; }
};

/// Which keys are taken of a PskResolver.
enum class ResolvedPsks : std::uint8_t {
  imported,  ///< bound to a context: ExternalPsk::between(), in_context()
  any,       ///< weakens: also those without_importer(), which are bound to nothing
};

}  // namespace keyway
