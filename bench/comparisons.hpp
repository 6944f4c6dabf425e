#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "contest.hpp"
#include "primitives.hpp"

namespace keyway::bench {

/// One kind of handshake: Keyway's, libssl's and the primitives' times, taken in turn so that what drifts
/// on the machine drifts for all.
class HandshakeComparison {
 public:
  HandshakeComparison(Library& keyway, Library& libssl, const HandshakeKind& kind);

  /// Some handshakes of each library, and each primitive as often.
  void run_round();

  struct Figures {
    Nanoseconds keyway{0};
    Nanoseconds libssl{0};  ///< 0 where libssl has no such handshake
    Nanoseconds primitives{0};
    [[nodiscard]] double ratio() const noexcept { return libssl / keyway; }
    [[nodiscard]] Nanoseconds overhead() const noexcept { return keyway - primitives; }
  };
  [[nodiscard]] Figures figures(Side side) const;
  [[nodiscard]] Nanoseconds last(Side side) const noexcept { return last_[index(side)]; }

 private:
  static std::size_t index(Side side) noexcept { return side == Side::client ? 0 : 1; }
  struct Primitives {
    std::vector<Primitive> list;
    std::vector<Samples> samples;
  };
  static Primitives prepare(std::vector<Primitive> list);

  Library* keyway_library_;
  Library* libssl_library_;
  HandshakeKind kind_;
  std::array<Samples, 2> keyway_;
  std::array<Samples, 2> libssl_;
  std::array<Primitives, 2> primitives_;
  std::array<Nanoseconds, 2> last_{};
};

/// Records of one suite, against libssl and against the provider's bare AEAD.
class RecordComparison {
 public:
  RecordComparison(Library& keyway, Library& libssl, CipherSuite suite);

  /// Some batches of each.
  void run_round();

  /// Megabytes of content a second.
  struct Figures {
    double keyway = 0;
    double libssl = 0;
    double bare = 0;
    [[nodiscard]] double ratio() const noexcept { return keyway / libssl; }
    [[nodiscard]] double share_of_bare() const noexcept { return keyway / bare; }
  };
  [[nodiscard]] Figures sending() const;
  [[nodiscard]] Figures receiving() const;
  [[nodiscard]] const BatchCost& last() const noexcept { return last_; }

 private:
  struct Contestant {
    std::unique_ptr<Stream> stream;
    Samples sending;
    Samples receiving;
    BatchCost run_round();
  };
  Contestant keyway_;
  Contestant libssl_;
  Contestant bare_;
  BatchCost last_;
};

/// Allocations of both sides a record, once the connection is warm.
[[nodiscard]] double allocations_per_record(Library& library, CipherSuite suite);

/// Heap of a handshake, once the process is warm.
[[nodiscard]] HandshakeCost heap_of_handshake(Library& library, const HandshakeKind& kind);

inline constexpr std::array suites{CipherSuite::TLS_AES_128_GCM_SHA256, CipherSuite::TLS_AES_256_GCM_SHA384,
                                   CipherSuite::TLS_CHACHA20_POLY1305_SHA256};
/// The kinds that are compared.
inline constexpr std::array handshake_kinds{
    HandshakeKind{LeafKey::ecdsa_p256, Form::full},     HandshakeKind{LeafKey::rsa_2048, Form::full},
    HandshakeKind{LeafKey::ecdsa_p256, Form::hybrid},   HandshakeKind{LeafKey::ecdsa_p256, Form::mutual},
    HandshakeKind{LeafKey::ecdsa_p256, Form::resumed},  HandshakeKind{LeafKey::ecdsa_p256, Form::full_tls12},
    HandshakeKind{LeafKey::rsa_2048, Form::full_tls12}, HandshakeKind{LeafKey::ecdsa_p256, Form::resumed_tls12}};

}  // namespace keyway::bench
