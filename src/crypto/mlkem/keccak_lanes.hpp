#pragma once

#include <algorithm>
#include <array>
#include <span>

#include <keyway/secret.hpp>

#include "crypto/mlkem/keccak.hpp"
#include "crypto/mlkem/memory.hpp"

namespace keyway::crypto::mlkem {

/// N states side by side: word w of state n at [w][n].
template <std::size_t N>
struct alignas(64) KeccakLanes {
  std::array<std::array<std::uint64_t, N>, 25> words{};
};

/// The parts of a lane machine that differ from processor to processor.
template <std::size_t N>
struct LaneKernel {
  void (*permute_all)(KeccakLanes<N>&) noexcept;
  void (*permute_one)(KeccakState&) noexcept;
  /// Samples from `block` into poly from coefficient `filled` on; returns how many are filled then.
  std::size_t (*sample_uniform)(UniformBlock block, Poly& poly, std::size_t filled) noexcept;
};

/// Works through sponge jobs, N at a time: a lane that has finished one takes the next, whatever its hash, so that the
/// wide permutation hardly ever has idle lanes. Which job is where depends on lengths and on public samples alone.
template <std::size_t N>
class LaneMachine {
 public:
  explicit LaneMachine(const LaneKernel<N>& kernel) noexcept : kernel_(kernel) {}
  LaneMachine(const LaneMachine&) = delete;
  LaneMachine& operator=(const LaneMachine&) = delete;
  ~LaneMachine() {
    wipe(bytes_of(states_));
    wipe(block_);
  }

  void run(std::span<const SpongeJob> jobs) noexcept {
    waiting_ = jobs;
    for (std::size_t n = 0; n < N; ++n) take_next(n);
    while (busy_ > 0) {
      permute();
      for (std::size_t n = 0; n < N; ++n) {
        if (lanes_[n].job != nullptr) advance(n);
      }
    }
  }

 private:
  struct Lane {
    const SpongeJob* job = nullptr;
    std::size_t absorbed = 0;  ///< bytes of the message and, past its end, of the padding
    std::size_t produced = 0;  ///< bytes, or coefficients
  };

  void take_next(std::size_t n) noexcept {
    lanes_[n] = {};
    if (waiting_.empty()) return;
    lanes_[n].job = &waiting_.front();
    waiting_ = waiting_.subspan(1);
    ++busy_;
    for (auto& word : states_.words) word[n] = 0;
    absorb(n);
  }

  void permute() noexcept {
    if constexpr (N > 1) {
      if (busy_ == 1) return permute_the_last();
    }
    kernel_.permute_all(states_);
  }

  void permute_the_last() noexcept {
    const auto lane = std::ranges::find_if(lanes_, [](const Lane& l) { return l.job != nullptr; });
    const auto n = static_cast<std::size_t>(lane - lanes_.begin());
    KeccakState state;
    for (std::size_t w = 0; w < state.size(); ++w) state[w] = states_.words[w][n];
    kernel_.permute_one(state);
    for (std::size_t w = 0; w < state.size(); ++w) states_.words[w][n] = state[w];
    wipe(bytes_of(state));
  }

  void advance(std::size_t n) noexcept {
    Lane& lane = lanes_[n];
    if (lane.absorbed <= lane.job->message_size()) return absorb(n);
    if (!squeeze(n)) return;
    --busy_;
    take_next(n);
  }

  void absorb(std::size_t n) noexcept {
    Lane& lane = lanes_[n];
    const SpongeJob& job = *lane.job;
    const ByteSpan block = ByteSpan(block_).first(job.rate);
    std::ranges::fill(block, std::uint8_t{0});
    std::size_t at = 0;
    std::size_t skipped = lane.absorbed;
    for (const ByteView part : {job.first, job.second, ByteView(job.suffix).first(job.suffix_size)}) {
      const std::size_t from = std::min(skipped, part.size());
      const std::size_t taken = std::min(part.size() - from, block.size() - at);
      std::ranges::copy(part.subspan(from, taken), block.begin() + static_cast<std::ptrdiff_t>(at));
      skipped -= from;
      at += taken;
    }
    if (at < block.size()) {
      block[at] ^= job.domain;
      block.back() ^= 0x80;
    }
    lane.absorbed += job.rate;
    for (std::size_t w = 0; w < job.rate / 8; ++w) states_.words[w][n] ^= load_word(block.subspan(8 * w).first<8>());
  }

  /// True when the job is done.
  [[nodiscard]] bool squeeze(std::size_t n) noexcept {
    Lane& lane = lanes_[n];
    const SpongeJob& job = *lane.job;
    const ByteSpan block = ByteSpan(block_).first(job.rate);
    for (std::size_t w = 0; w < job.rate / 8; ++w) store_word(states_.words[w][n], block.subspan(8 * w).first<8>());
    if (job.uniform != nullptr) {
      lane.produced = kernel_.sample_uniform(UniformBlock(block_), *job.uniform, lane.produced);
      return lane.produced == degree;
    }
    const std::size_t size = std::min(job.rate, job.out.size() - lane.produced);
    std::ranges::copy(block.first(size), job.out.begin() + static_cast<std::ptrdiff_t>(lane.produced));
    lane.produced += size;
    return lane.produced == job.out.size();
  }

  LaneKernel<N> kernel_;
  std::span<const SpongeJob> waiting_;
  std::array<Lane, N> lanes_{};
  std::size_t busy_ = 0;
  KeccakLanes<N> states_;
  std::array<std::uint8_t, shake128_rate> block_;
};

}  // namespace keyway::crypto::mlkem
