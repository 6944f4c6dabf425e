#include <algorithm>

#include "contest.hpp"
#include "material.hpp"
#include "tls/suites.hpp"

namespace keyway::bench {
namespace {

constexpr std::size_t header_size = 5;
constexpr std::size_t inner_size = record_content + 1;
constexpr std::size_t record_size = header_size + inner_size + crypto::aead_tag_size;

class BareStream final : public Stream {
 public:
  explicit BareStream(crypto::AeadAlgorithm algorithm)
      : sealer_(make(algorithm)), opener_(make(algorithm)), wire_(records_per_batch * record_size) {}

  BatchCost transfer(bool books_heap) override {
    Account sending(books_heap);
    Account receiving(books_heap);
    sending.charge([&] { seal(); });
    receiving.charge([&] { open(); });
    return {sending.time(), receiving.time(), sending.heap().allocations + receiving.heap().allocations};
  }

 private:
  static std::unique_ptr<crypto::Aead> make(crypto::AeadAlgorithm algorithm) {
    return must(testing::provider()->aead(algorithm, Bytes(crypto::limits(algorithm).key_size, 7)), "AEAD");
  }
  ByteSpan record(std::size_t index) { return ByteSpan(wire_).subspan(index * record_size, record_size); }

  void seal() {
    const ByteView content = content_->inner();
    for (std::size_t i = 0; i < records_per_batch; ++i) {
      nonce_[0] = static_cast<std::uint8_t>(i);
      const ByteSpan out = record(i);
      const auto sealed =
          sealer_->seal(nonce_, out.first(header_size), std::span(&content, 1), out.subspan(header_size));
      if (!sealed) give_up("seal");
    }
  }

  void open() {
    for (std::size_t i = 0; i < records_per_batch; ++i) {
      nonce_[0] = static_cast<std::uint8_t>(i);
      const ByteSpan out = record(i);
      if (!opener_->open(nonce_, out.first(header_size), out.subspan(header_size))) give_up("open");
    }
  }

  std::unique_ptr<crypto::Aead> sealer_;
  std::unique_ptr<crypto::Aead> opener_;
  crypto::Nonce nonce_{};
  std::unique_ptr<Content> content_ = std::make_unique<Content>();
  Bytes wire_;
};

}  // namespace

std::unique_ptr<Stream> make_bare_stream(CipherSuite suite) {
  return std::make_unique<BareStream>(tls::find_suite_tls13(suite)->aead);
}

}  // namespace keyway::bench
