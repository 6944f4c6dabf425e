#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <span>

#include "exchange.hpp"
#include "flags.hpp"
#include "lasting.hpp"

namespace keyway::bogo {
namespace {

/// Between a connection and the next: time passes, ticket keys change.
Outcome<void> prepare_resumption(const Settings& before, const Settings& next, Lasting& lasting) {
  if (before.resumption_delay) lasting.clock->move(std::chrono::seconds(*before.resumption_delay));
  if (!next.server && lasting.client_sessions->empty()) return mismatch("there is no session to offer");
  if (next.renew_ticket) return lasting.change_ticket_keys();
  return {};
}

Outcome<void> run_test(const TestSettings& settings) {
  auto lasting = Lasting::make();
  if (!lasting) return std::unexpected(std::move(lasting.error()));
  const int resumptions = settings.initial.resume_count.value_or(0);
  for (int i = 0; i <= resumptions; ++i) {
    const Settings& now = i == 0 ? settings.initial : settings.resume;
    if (auto done = run_connection(now, settings.retry, *lasting, /*is_resumption=*/i > 0); !done) return done;
    if (i == resumptions) break;
    if (auto prepared = prepare_resumption(now, settings.resume, *lasting); !prepared) return prepared;
  }
  return {};
}

/// The runner counts what is skipped, and does not say why. Where this variable names a file, each reason gets a line.
void keep_reason(const Failure& failure) {
  const char* path = std::getenv("BOGO_REASONS");
  if (path == nullptr || failure.exit_code != exit_code::unimplemented) return;
  std::ofstream(path, std::ios::app) << failure.text + "\n";
}

int report(const Failure& failure) {
  keep_reason(failure);
  std::cerr << failure.text << '\n';
  return failure.exit_code;
}

int run(std::span<char* const> arguments) {
  const auto settings = parse_flags(arguments);
  if (!settings) return report(settings.error());
  if (settings->initial.is_handshaker_supported) {
    std::cout << "No\n";
    return exit_code::well;
  }
  const auto done = run_test(*settings);
  return done ? exit_code::well : report(done.error());
}

}  // namespace
}  // namespace keyway::bogo

int main(int count, char** values) {
  return keyway::bogo::run(std::span(values, static_cast<std::size_t>(count)).subspan(1));
}
