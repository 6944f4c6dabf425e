#pragma once

#include <array>
#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <keyway/bytes.hpp>
#include <keyway/types.hpp>

#include "heap.hpp"

namespace keyway::bench {

using Nanoseconds = std::chrono::duration<double, std::nano>;
[[nodiscard]] inline double microseconds(Nanoseconds time) {
  return std::chrono::duration<double, std::micro>(time).count();
}

/// Runs `call` and gives the time it took.
template <typename F>
Nanoseconds time_of(F&& call) {
  const auto begin = std::chrono::steady_clock::now();
  call();
  return std::chrono::steady_clock::now() - begin;
}

/// What one side spends inside its own calls, summed up over many of them.
class Account {
 public:
  explicit Account(bool books_heap) noexcept : books_heap_(books_heap) {}

  /// Runs `call` on this account and gives its result.
  template <typename F>
  auto charge(F&& call) {
    const HeapScope heap(books_heap_ ? &heap_ : nullptr);
    const Charge running(*this);
    return call();
  }
  /// What the transport does in the middle of a side's call is not the side's.
  void refund(Nanoseconds time) noexcept { time_ -= time; }

  [[nodiscard]] Nanoseconds time() const noexcept { return time_; }
  [[nodiscard]] const HeapUse& heap() const noexcept { return heap_; }

 private:
  class Charge {
   public:
    explicit Charge(Account& account) noexcept : account_(&account), begin_(std::chrono::steady_clock::now()) {}
    Charge(const Charge&) = delete;
    Charge& operator=(const Charge&) = delete;
    ~Charge() { account_->time_ += std::chrono::steady_clock::now() - begin_; }

   private:
    Account* account_;
    std::chrono::steady_clock::time_point begin_;
  };

  Nanoseconds time_{0};
  HeapUse heap_;
  bool books_heap_;
};

/// What a handshake costs one side: object made, handshake, object freed.
struct SideCost {
  Nanoseconds time{0};
  std::uint64_t allocations = 0;
  std::int64_t peak_bytes = 0;
  std::int64_t idle_bytes = 0;  ///< held once the handshake is over and all is sent
};
struct HandshakeCost {
  SideCost client;
  SideCost server;
};

/// Records of a batch, each with as much content as a record takes.
inline constexpr std::size_t records_per_batch = 16;
inline constexpr std::size_t record_content = 16384;

/// What is sent. Every contestant's lies alike in memory: where input and output meet in a page shows in the speed of a
/// cipher.
struct alignas(4096) Content {
  Content() { bytes.fill(0x5a); }
  std::array<std::uint8_t, record_content + 1> bytes;
  [[nodiscard]] ByteView plain() const noexcept { return inner().first(record_content); }
  /// With the content type that TLS 1.3 puts behind.
  [[nodiscard]] ByteView inner() const noexcept { return bytes; }
};

/// What a batch costs.
struct BatchCost {
  Nanoseconds sending{0};
  Nanoseconds receiving{0};
  std::uint64_t allocations = 0;  ///< of both sides
};

/// An established connection in memory, both ends.
class Stream {
 public:
  virtual ~Stream() = default;
  /// Sends a batch one way and receives it.
  virtual BatchCost transfer(bool books_heap) = 0;
};

/// The server's kind of key; the chain above it is of the same kind.
enum class LeafKey : std::uint8_t { ecdsa_p256, rsa_2048 };
[[nodiscard]] constexpr std::string_view to_string(LeafKey key) noexcept {
  return key == LeafKey::ecdsa_p256 ? "ecdsa_p256" : "rsa_2048";
}

/// What kind of handshake. All with X25519 (in `hybrid` joined with ML-KEM-768) and AES-128-GCM with SHA-256; in those
/// with a chain the client verifies it and the host name.
enum class Form : std::uint8_t {
  full,
  hybrid,   ///< X25519MLKEM768
  mutual,   ///< the client shows a certificate, too, and the server verifies it
  resumed,  ///< with a ticket and a fresh key exchange; a ticket is given for the next time
  full_tls12,
  resumed_tls12,  ///< with a ticket, which stays the same
};
[[nodiscard]] std::string_view to_string(Form form) noexcept;
[[nodiscard]] constexpr bool is_resumption(Form form) noexcept {
  return form == Form::resumed || form == Form::resumed_tls12;
}
[[nodiscard]] constexpr bool is_tls12(Form form) noexcept {
  return form == Form::full_tls12 || form == Form::resumed_tls12;
}

struct HandshakeKind {
  LeafKey key = LeafKey::ecdsa_p256;
  Form form = Form::full;
  CipherSuite suite = CipherSuite::TLS_AES_128_GCM_SHA256;  ///< in TLS 1.3; in TLS 1.2 the key says which

  [[nodiscard]] CipherSuite cipher_suite() const noexcept;
  [[nodiscard]] std::string name() const;
  auto operator<=>(const HandshakeKind&) const = default;
};

/// A library on the bench. Configurations are made once, at the first use, outside all figures.
class Library {
 public:
  virtual ~Library() = default;
  /// False where the library can't make such a handshake.
  [[nodiscard]] virtual bool has(Form form) const noexcept = 0;
  /// Books heap or measures time: booking takes time itself. Before the first that resumes, a full one is made that no
  /// figure holds.
  virtual HandshakeCost handshake(const HandshakeKind& kind, bool books_heap) = 0;
  virtual std::unique_ptr<Stream> stream(CipherSuite suite) = 0;
};

[[nodiscard]] std::unique_ptr<Library> make_keyway();
[[nodiscard]] std::unique_ptr<Library> make_libssl();
/// The provider's AEAD alone, as a stream: what no record layer can beat.
[[nodiscard]] std::unique_ptr<Stream> make_bare_stream(CipherSuite suite);

/// Figures of one kind. The median stands for them: what else the machine does shows in a few of them.
class Samples {
 public:
  void add(Nanoseconds sample) { samples_.push_back(sample); }
  [[nodiscard]] Nanoseconds median() const;

 private:
  std::vector<Nanoseconds> samples_;
};

/// Ends the program with a message: the bench is broken.
[[noreturn]] void give_up(std::string_view why);

}  // namespace keyway::bench
