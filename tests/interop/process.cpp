#include "interop/process.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <sstream>
#include <thread>

namespace keyway::interop {
namespace {

using Clock = std::chrono::steady_clock;

std::vector<std::string> environment_with(const std::map<std::string, std::string>& more) {
  std::vector<std::string> all;
  for (char** at = environ; *at != nullptr; ++at) {
    const std::string entry = *at;
    if (!more.contains(entry.substr(0, entry.find('=')))) all.push_back(entry);
  }
  for (const auto& [name, value] : more) all.push_back(name + "=" + value);
  return all;
}

std::vector<char*> pointers(std::vector<std::string>& strings) {
  std::vector<char*> all;
  for (std::string& string : strings) all.push_back(string.data());
  all.push_back(nullptr);
  return all;
}

}  // namespace

Process::Process(const std::vector<std::string>& command, const Options& options) {
  std::array<int, 2> in{};
  std::array<int, 2> out{};
  if (::pipe2(in.data(), O_CLOEXEC) != 0 || ::pipe2(out.data(), O_CLOEXEC) != 0) std::abort();
  std::vector<std::string> arguments = command;
  std::vector<std::string> variables = environment_with(options.environment);
  std::vector<char*> argv = pointers(arguments);
  std::vector<char*> envp = pointers(variables);
  pid_ = ::fork();
  if (pid_ == 0) {
    ::setpgid(0, 0);
    ::dup2(in[0], STDIN_FILENO);
    ::dup2(out[1], STDOUT_FILENO);
    ::dup2(out[1], STDERR_FILENO);
    ::execvpe(argv[0], argv.data(), envp.data());
    ::_exit(127);
  }
  ::setpgid(pid_, pid_);
  ::close(in[0]);
  ::close(out[1]);
  in_ = in[1];
  out_ = out[0];
  std::signal(SIGPIPE, SIG_IGN);
  if (!options.input.empty()) say(options.input);
  if (!options.keep_input_open) end_input();
}

Process::~Process() {
  if (pid_ > 0) {
    ::kill(-pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  end_input();
  if (out_ >= 0) ::close(out_);
}

void Process::say(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(in_, text.data(), text.size());
    if (written <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

void Process::end_input() {
  if (in_ >= 0) ::close(in_);
  in_ = -1;
}

bool Process::read_some(std::chrono::milliseconds at_most) {
  pollfd wait{out_, POLLIN, 0};
  if (::poll(&wait, 1, static_cast<int>(at_most.count())) <= 0) return true;
  std::array<char, 4096> buffer{};
  const ssize_t count = ::read(out_, buffer.data(), buffer.size());
  if (count <= 0) return false;
  output_.append(buffer.data(), static_cast<std::size_t>(count));
  return true;
}

bool Process::wait_for(std::string_view text, std::chrono::seconds at_most) {
  const auto deadline = Clock::now() + at_most;
  while (output_.find(text) == std::string::npos) {
    if (Clock::now() > deadline || !read_some(std::chrono::milliseconds(100))) {
      return output_.find(text) != std::string::npos;
    }
  }
  return true;
}

void Process::stop(int signal) {
  if (pid_ > 0) ::kill(pid_, signal);
}

Outcome Process::finish(std::chrono::seconds at_most) {
  const auto deadline = Clock::now() + at_most;
  bool open = true;
  while (Clock::now() < deadline) {
    if (open) open = read_some(std::chrono::milliseconds(50));
    int status = 0;
    if (::waitpid(pid_, &status, open ? WNOHANG : 0) != pid_) continue;
    pid_ = -1;
    while (open && output_.size() < (1U << 24U)) {
      const std::size_t before = output_.size();
      open = read_some(std::chrono::milliseconds(20)) && output_.size() != before;
    }
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, output_};
  }
  return {-1, output_ + "\n(out of time)"};
}

Outcome run(const std::vector<std::string>& command, const Process::Options& options, std::chrono::seconds at_most) {
  return Process(command, options).finish(at_most);
}

bool has_program(const std::string& name) {
  if (name.find('/') != std::string::npos) return ::access(name.c_str(), X_OK) == 0;
  const char* path = std::getenv("PATH");
  std::istringstream folders(path == nullptr ? "/usr/bin:/bin" : path);
  for (std::string folder; std::getline(folders, folder, ':');) {
    if (::access((folder + "/" + name).c_str(), X_OK) == 0) return true;
  }
  return false;
}

namespace {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

}  // namespace

/// Below the ports that the system gives to connections, so that none takes it in between; and for each process others.
std::uint16_t free_port() {
  constexpr unsigned first = 10'000;
  constexpr unsigned count = 20'000;
  static unsigned next = static_cast<unsigned>(::getpid()) * 16;
  for (unsigned tries = 0; tries < count; ++tries) {
    const auto port = static_cast<std::uint16_t>(first + next++ % count);
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in address = loopback(port);
    const bool is_free = ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
    ::close(fd);
    if (is_free) return port;
  }
  std::abort();
}

bool wait_for_port(std::uint16_t port, std::chrono::seconds at_most) {
  const auto deadline = Clock::now() + at_most;
  while (Clock::now() < deadline) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = loopback(port);
    const bool connected = ::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
    ::close(fd);
    if (connected) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
  }
  return false;
}

bool has(const Outcome& outcome, std::string_view text) {
  return outcome.out.find(text) != std::string::npos;
}

}  // namespace keyway::interop
