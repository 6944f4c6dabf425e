#include "comparisons.hpp"

#include <utility>

namespace keyway::bench {
namespace {

/// What the first runs of a process pay alone: tables, pools, the branch predictor.
constexpr int warm_up = 5;

/// Runs of one contestant before the next has its turn: each sees the caches as it leaves them, as it would on a server
/// that does nothing else.
constexpr int in_a_row = 8;

double speed(const Samples& batches) {
  constexpr double bytes = records_per_batch * record_content;
  const Nanoseconds median = batches.median();
  return median.count() > 0 ? bytes / median.count() * 1000 : 0;
}

}  // namespace

HandshakeComparison::HandshakeComparison(Library& keyway, Library& libssl, const HandshakeKind& kind)
    : keyway_library_(&keyway),
      libssl_library_(&libssl),
      kind_(kind),
      primitives_{prepare(client_primitives(kind)), prepare(server_primitives(kind))} {
  for (int i = 0; i < warm_up; ++i) {
    keyway.handshake(kind, false);
    if (libssl.has(kind.form)) libssl.handshake(kind, false);
  }
}

HandshakeComparison::Primitives HandshakeComparison::prepare(std::vector<Primitive> list) {
  std::vector<Samples> samples(list.size());
  return {std::move(list), std::move(samples)};
}

void HandshakeComparison::run_round() {
  for (int i = 0; i < in_a_row; ++i) {
    const HandshakeCost cost = keyway_library_->handshake(kind_, false);
    keyway_[0].add(cost.client.time);
    keyway_[1].add(cost.server.time);
    last_ = {cost.client.time, cost.server.time};
  }
  for (int i = 0; i < in_a_row && libssl_library_->has(kind_.form); ++i) {
    const HandshakeCost cost = libssl_library_->handshake(kind_, false);
    libssl_[0].add(cost.client.time);
    libssl_[1].add(cost.server.time);
  }
  for (Primitives& side : primitives_) {
    for (std::size_t i = 0; i < side.list.size(); ++i) {
      for (int times = 0; times < in_a_row; ++times) side.samples[i].add(side.list[i].run());
    }
  }
}

HandshakeComparison::Figures HandshakeComparison::figures(Side side) const {
  const std::size_t at = index(side);
  Figures figures{keyway_[at].median(), libssl_[at].median(), Nanoseconds(0)};
  for (const Samples& samples : primitives_[at].samples) figures.primitives += samples.median();
  return figures;
}

RecordComparison::RecordComparison(Library& keyway, Library& libssl, CipherSuite suite)
    : keyway_{keyway.stream(suite), {}, {}},
      libssl_{libssl.stream(suite), {}, {}},
      bare_{make_bare_stream(suite), {}, {}} {
  for (int i = 0; i < warm_up; ++i) {
    for (Contestant* each : {&keyway_, &libssl_, &bare_}) each->stream->transfer(false);
  }
}

BatchCost RecordComparison::Contestant::run_round() {
  BatchCost cost;
  for (int i = 0; i < in_a_row; ++i) {
    cost = stream->transfer(false);
    sending.add(cost.sending);
    receiving.add(cost.receiving);
  }
  return cost;
}

void RecordComparison::run_round() {
  last_ = keyway_.run_round();
  libssl_.run_round();
  bare_.run_round();
}

RecordComparison::Figures RecordComparison::sending() const {
  return {speed(keyway_.sending), speed(libssl_.sending), speed(bare_.sending)};
}
RecordComparison::Figures RecordComparison::receiving() const {
  return {speed(keyway_.receiving), speed(libssl_.receiving), speed(bare_.receiving)};
}

double allocations_per_record(Library& library, CipherSuite suite) {
  const auto stream = library.stream(suite);
  for (int i = 0; i < warm_up; ++i) stream->transfer(false);
  return static_cast<double>(stream->transfer(true).allocations) / records_per_batch;
}

HandshakeCost heap_of_handshake(Library& library, const HandshakeKind& kind) {
  for (int i = 0; i < warm_up; ++i) library.handshake(kind, false);
  return library.handshake(kind, true);
}

}  // namespace keyway::bench
