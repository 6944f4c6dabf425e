#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <utility>

#include <keyway/connection.hpp>

#include "ends.hpp"

namespace keyway::bench {
namespace {

class KeywayStream final : public Stream {
 public:
  KeywayStream(Connection sender, Connection receiver)
      : sender_(std::move(sender)),
        receiver_(std::move(receiver)),
        wire_(records_per_batch * sender_.sealed_size(record_content)) {}

  BatchCost transfer(bool books_heap) override {
    Account sending(books_heap);
    Account receiving(books_heap);
    const std::size_t written = sending.charge([&] { return send(); });
    const std::size_t read = receiving.charge([&] { return receive(ByteSpan(wire_).first(written)); });
    if (read != records_per_batch * record_content) give_up("a batch was cut short");
    return {sending.time(), receiving.time(), sending.heap().allocations + receiving.heap().allocations};
  }

 private:
  std::size_t send() {
    std::size_t written = 0;
    for (std::size_t i = 0; i < records_per_batch; ++i) {
      const auto sent = sender_.send(content_->plain(), ByteSpan(wire_).subspan(written));
      if (!sent || sent->consumed != record_content) give_up("send");
      written += sent->written;
    }
    return written;
  }

  std::size_t receive(ByteSpan wire) {
    std::size_t read = 0;
    while (!wire.empty()) {
      const auto received = receiver_.receive(wire);
      if (!received || received->consumed == 0) give_up("receive");
      read += received->application_data.size();
      wire = wire.subspan(received->consumed);
    }
    return read;
  }

  Connection sender_;
  Connection receiver_;
  std::unique_ptr<Content> content_ = std::make_unique<Content>();
  Bytes wire_;
};

class Keyway final : public Library {
 public:
  bool has(Form) const noexcept override { return true; }

  HandshakeCost handshake(const HandshakeKind& kind, bool books_heap) override {
    const Configs& made = configs(kind);
    End client{{}, Account(books_heap)};
    End server{{}, Account(books_heap)};
    open(client, server, made, name_);
    shake_hands(client, server, buffer_);
    if (server.connection->info().is_resumption != is_resumption(kind.form)) give_up(kind.name() + ": of another form");
    return {finish(client), finish(server)};
  }

  std::unique_ptr<Stream> stream(CipherSuite suite) override {
    End client{{}, Account(false)};
    End server{{}, Account(false)};
    open(client, server, configs({.suite = suite}), name_);
    shake_hands(client, server, buffer_);
    return std::make_unique<KeywayStream>(std::move(*server.connection), std::move(*client.connection));
  }

 private:
  const Configs& configs(const HandshakeKind& kind) {
    const auto found = configs_.find(kind);
    if (found != configs_.end()) return found->second;
    const Configs& made = configs_.emplace(kind, build(builders(kind))).first->second;
    if (is_resumption(kind.form)) shake_hands_first(made);
    return made;
  }

  /// For the session that the next handshake goes on with.
  void shake_hands_first(const Configs& made) {
    End client{{}, Account(false)};
    End server{{}, Account(false)};
    open(client, server, made, name_);
    shake_hands(client, server, buffer_);
  }

  ServerName name_ = must(ServerName::parse(host_name), "host name");
  std::map<HandshakeKind, Configs> configs_;
  Bytes buffer_ = Bytes(65536);
};

}  // namespace

std::unique_ptr<Library> make_keyway() {
  return std::make_unique<Keyway>();
}

}  // namespace keyway::bench
