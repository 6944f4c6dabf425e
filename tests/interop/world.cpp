#include "interop/world.hpp"

#include <cstdlib>
#include <fstream>
#include <iostream>

namespace keyway::interop {

namespace fs = std::filesystem;

std::string keyway_command() {
  if (const char* set = std::getenv("KEYWAY_COMMAND"); set != nullptr) return set;
  return KEYWAY_TOOL;
}

World::World() {
  std::string pattern = (fs::temp_directory_path() / "keyway-interop-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) std::abort();
  folder_ = pattern;
  write("root.pem", authority_.root().pem());
  fs::create_directory(folder_ / "site");
  write("site/index.html", "<!doctype html><title>Shop</title><p>Welcome to the shop\n");
  write("site/big.bin", std::string(1U << 20U, 'k'));
}

World::~World() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

void World::write(const std::string& name, const std::string& text) const {
  std::ofstream out(folder_ / name, std::ios::binary);
  out << text;
  if (!out.flush()) std::abort();
}

void World::issue(crypto::KeyType type) {
  const std::string name = crypto::to_string(type);
  if (fs::exists(folder_ / (name + ".pem"))) return;
  const Time now = SystemClock().now();
  const auto leaf = authority_.issue({.names = {"localhost", "shop.localhost", "127.0.0.1"},
                                      .not_before = now - std::chrono::hours(1),
                                      .not_after = now + std::chrono::hours(24 * 30),
                                      .key_type = type});
  write(name + ".pem", leaf.chain_pem());
  write(name + "-key.pem", leaf.key_pem());
}

std::string World::chain(crypto::KeyType type) {
  issue(type);
  return path(crypto::to_string(type) + ".pem");
}

std::string World::key(crypto::KeyType type) {
  issue(type);
  return path(crypto::to_string(type) + "-key.pem");
}

KeywayServer::KeywayServer(World& world, crypto::KeyType type, const std::vector<std::string>& more)
    : port_(free_port()) {
  std::vector<std::string> command = {keyway_command(), "serve",         world.site(), "--cert", world.chain(type),
                                      "--key",          world.key(type), "--listen",   address()};
  command.insert(command.end(), more.begin(), more.end());
  process_ = std::make_unique<Process>(command);
  if (!wait_for_port(port_)) {
    static_cast<void>(process_->finish(std::chrono::seconds(1)));
    std::cerr << "keyway serve does not start: " << process_->output() << '\n';
  }
}

Outcome keyway_get(World& world, std::uint16_t port, const std::vector<std::string>& more, const std::string& path) {
  std::vector<std::string> command = {
      keyway_command(), "get",       "https://localhost:" + std::to_string(port) + path, "--cacert",
      world.root(),     "--resolve", "localhost:" + std::to_string(port) + ":127.0.0.1"};
  command.insert(command.end(), more.begin(), more.end());
  return run(command);
}

World& world() {
  static World instance;
  return instance;
}

}  // namespace keyway::interop
