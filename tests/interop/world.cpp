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

std::string World::issue(const std::string& name, testing::CertificateOptions options) {
  if (fs::exists(folder_ / (name + ".pem"))) return path(name);
  const Time now = SystemClock().now();
  options.not_before = now - std::chrono::hours(1);
  options.not_after = now + std::chrono::hours(24 * 30);
  const auto leaf = authority_.issue(options);
  write(name + ".pem", leaf.chain_pem());
  write(name + "-key.pem", leaf.key_pem());
  return path(name);
}

std::string World::issue(crypto::KeyType type) {
  return issue(crypto::to_string(type), {.names = {"localhost", "shop.localhost", "127.0.0.1"}, .key_type = type});
}

std::string World::issue_client(crypto::KeyType type) {
  const std::vector<std::string> purpose{"1.3.6.1.5.5.7.3.2"};
  return issue("client-" + crypto::to_string(type),
               {.names = {"ann.localhost"}, .common_name = "Ann", .key_type = type, .extended_key_usage = purpose});
}

World::Identity World::issue_for(const std::vector<std::string>& names) {
  const std::string begin = issue("for-" + names.front(), {.names = names});
  return {begin + ".pem", begin + "-key.pem"};
}

std::string World::chain(crypto::KeyType type) {
  return issue(type) + ".pem";
}
std::string World::key(crypto::KeyType type) {
  return issue(type) + "-key.pem";
}
std::string World::client_chain(crypto::KeyType type) {
  return issue_client(type) + ".pem";
}
std::string World::client_key(crypto::KeyType type) {
  return issue_client(type) + "-key.pem";
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
