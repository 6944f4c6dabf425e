#pragma once
// The part of the Asio stream's algorithm that is about clients who are asked for a certificate after the handshake.

#include <utility>

#include <keyway/detail/asio_engine.hpp>

namespace keyway::asio::detail {

/// Server: asks, and reads until the client has answered, or has sent data before.
template <typename Sequence>
class ClientProofOperation : public ReadOperation<Sequence> {
 public:
  explicit ClientProofOperation(const Sequence& buffers) : ReadOperation<Sequence>(buffers) {}

  Want step(Engine& engine) {
    if (engine.connection() == nullptr) return this->finish(engine, engine.failure());
    Connection& connection = *engine.connection();
    const auto is_asked = [&] { return connection.info().late_authentication == ClientProofLater::requested; };
    if (!std::exchange(has_begun_, true) && !is_asked()) {
      auto asked = connection.request_client_certificate();
      if (!asked) return this->finish(engine, make_error_code(asked.error().code()));
    }
    const Want want = ReadOperation<Sequence>::step(engine);
    return want == Want::input && !is_asked() ? this->finish(engine) : want;
  }

 private:
  bool has_begun_ = false;
};

}  // namespace keyway::asio::detail
