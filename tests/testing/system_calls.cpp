#include "testing/system_calls.hpp"

#include <gtest/gtest.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

namespace keyway::testing {

int look_at_each_system_call(const std::function<void()>& body, const std::function<void(int)>& look) {
  const pid_t child = ::fork();
  if (child == 0) {
    if (::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) ::_exit(77);
    ::raise(SIGSTOP);
    body();
    ::_exit(0);
  }
  int looks = 0;
  int status = 0;
  ::waitpid(child, &status, 0);
  // Every system call stops the child twice, before and after.
  for (bool is_before = true; WIFSTOPPED(status); is_before = !is_before) {
    if (is_before && !::testing::Test::HasFatalFailure()) look(looks++);
    if (::ptrace(PTRACE_SYSCALL, child, nullptr, nullptr) != 0) ::kill(child, SIGKILL);
    ::waitpid(child, &status, 0);
  }
  return looks;
}

}  // namespace keyway::testing
