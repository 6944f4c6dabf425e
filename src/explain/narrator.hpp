#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include <keyway/bytes.hpp>
#include <keyway/clock.hpp>
#include <keyway/crypto.hpp>
#include <keyway/observer.hpp>

#include "explain/story.hpp"

namespace keyway::explain {

/// Turns the events of one connection into steps: each handshake message decoded, each check, each key by its
/// fingerprint. Tells no secret: it is given none. To be used by one thread at a time, as the connection is.
///
/// \code
///   explain::Terminal terminal(stderr, explain::Layout::of(stderr));
///   explain::Narrator narrator(terminal);
///   narrator.tcp_connected("127.0.0.1:8443");
///   auto connection = Connection::client(config, name, {.observer = &narrator});
/// \endcode
class Narrator final : public Observer {
 public:
  struct Options {
    const Clock* clock = nullptr;                ///< for "days left"; null: the machine's
    const Stopwatch* stopwatch = nullptr;        ///< null: the machine's
    const crypto::Provider* provider = nullptr;  ///< for certificates' fingerprints; null: left out
  };

  explicit Narrator(StepSink& sink);
  Narrator(StepSink& sink, Options options);
  Narrator(const Narrator&) = delete;
  Narrator& operator=(const Narrator&) = delete;
  ~Narrator() override;

  void on(const EventOrigin& origin, const Event& event) noexcept override;

  /// Begins the measuring of time; else the first step does.
  void start_clock() noexcept;
  /// A TCP connection stands; `peer` is "127.0.0.1:8443".
  void tcp_connected(std::string_view peer);
  /// A step of the application's own, with the time since the step before.
  void tell(Step step);

 private:
  struct Told;
  std::unique_ptr<Told> told_;
};

}  // namespace keyway::explain
