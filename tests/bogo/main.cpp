#include <iostream>
#include <span>

#include "exchange.hpp"
#include "flags.hpp"

namespace keyway::bogo {
namespace {

Outcome<void> run_test(const TestSettings& settings) {
  if (settings.initial.resume_count.value_or(0) > 0) return unimplemented("resumption");
  auto provider = crypto::make_provider();
  if (!provider) return broke(std::move(provider.error()));
  return run_connection(settings.initial, *provider);
}

int report(const Failure& failure) {
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
