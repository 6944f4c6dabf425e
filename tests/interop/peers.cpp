#include "interop/peers.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <map>

namespace keyway::interop {

Outcome s_client(const KeywayServer& server, const std::vector<std::string>& more, const std::string& input) {
  const Command command = {"openssl",   "s_client", "-connect",     server.address(),       "-servername",
                           "localhost", "-CAfile",  world().root(), "-verify_return_error", "-verify_hostname",
                           "localhost", "-ign_eof"};
  return run(with(command, more), {.input = input});
}

OpenSslServer::OpenSslServer(crypto::KeyType type, const std::vector<std::string>& more) : port_(free_port()) {
  const Command command = {"openssl",     "s_server",          "-accept", "127.0.0.1:" + std::to_string(port_),
                           "-cert_chain", world().chain(type), "-cert",   world().chain(type),
                           "-key",        world().key(type),   "-www"};
  process_ = std::make_unique<Process>(with(command, more));
  EXPECT_TRUE(wait_for_port(port_)) << process_->output();
}

std::string nginx_command() {
  return has_program("nginx") ? "nginx" : "/usr/sbin/nginx";
}

NginxServer::NginxServer(const std::string& protocols, const std::string& directives) : port_(free_port()) {
  const std::string name = "nginx-" + std::to_string(port_);
  std::string temporary;
  for (const char* what : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"}) {
    temporary += std::string(what) + "_temp_path " + world().path(name + "-" + what) + "; ";
  }
  world().write(name + ".conf", "daemon off; error_log stderr; pid " + world().path(name + ".pid") +
                                    "; events {} http { access_log off; " + temporary + "server { listen 127.0.0.1:" +
                                    std::to_string(port_) + " ssl; ssl_protocols " + protocols + "; ssl_certificate '" +
                                    world().chain() + "'; ssl_certificate_key '" + world().key() + "'; " + directives +
                                    " location / { return 200 \"Hello from nginx\\n\"; } } }");
  process_ = std::make_unique<Process>(
      Command{nginx_command(), "-c", world().path(name + ".conf"), "-p", world().folder().string()});
  EXPECT_TRUE(wait_for_port(port_)) << process_->finish(std::chrono::seconds(1)).out;
}

std::string nss_database(const std::string& folder) {
  std::filesystem::create_directories(folder);
  const std::string database = "sql:" + folder;
  EXPECT_EQ(run({"certutil", "-d", database, "-N", "--empty-password"}).exit_code, 0);
  EXPECT_EQ(run({"certutil", "-d", database, "-A", "-t", "C,,", "-n", "keyway", "-i", world().root()}).exit_code, 0);
  return database;
}

std::string peer_source(const std::string& name) {
  return std::string(KEYWAY_SOURCE_DIR) + "/tests/interop/peers/" + name;
}

Command with(Command command, const Command& more) {
  command.insert(command.end(), more.begin(), more.end());
  return command;
}

std::string go_command() {
  // Debian keeps newer ones beside its own.
  for (const char* newer :
       {"/usr/local/go/bin/go", "/usr/lib/go-1.25/bin/go", "/usr/lib/go-1.24/bin/go", "/usr/lib/go-1.23/bin/go"}) {
    if (has_program(newer)) return newer;
  }
  return "go";
}

int go_minor_version() {
  if (!has_program(go_command())) return 0;
  static const std::string version = run({go_command(), "version"}).out;
  constexpr std::string_view before = "go1.";
  const std::size_t at = version.find(before);
  return at == std::string::npos ? 0 : std::atoi(version.substr(at + before.size()).c_str());
}

std::string go_peer(const std::string& source) {
  static std::map<std::string, std::string> built;
  const auto found = built.find(source);
  if (found != built.end()) return found->second;
  const std::string program = world().path(source + "-program");
  const Outcome outcome = run({go_command(), "build", "-o", program, peer_source(source)},
                              {.environment = {{"GOCACHE", KEYWAY_CACHE "/go"},
                                               {"GO111MODULE", "off"},
                                               {"HOME", world().path("")},
                                               {"GOTOOLCHAIN", "local"}}},
                              std::chrono::seconds(240));
  EXPECT_EQ(outcome.exit_code, 0) << outcome.out;
  return built.emplace(source, program).first->second;
}

}  // namespace keyway::interop
