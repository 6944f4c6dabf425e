#include <csignal>
#include <cstdio>
#include <exception>
#include <string>

#include <fmt/format.h>
#include <unistd.h>
#include <CLI/CLI.hpp>

#include "tool/ca.hpp"
#include "tool/demo.hpp"
#include "tool/ech.hpp"
#include "tool/get.hpp"
#include "tool/inspect.hpp"
#include "tool/policies.hpp"
#include "tool/serve.hpp"
#include "tool/tool.hpp"
#include "tool/verify.hpp"

namespace {

using namespace keyway;
using namespace keyway::tool;

[[nodiscard]] int run(int argc, char** argv) {
  ToolContext context{
      .out = Style::of(stdout), .err = Style::of(stderr), .err_is_terminal = ::isatty(STDERR_FILENO) == 1, .run = {}};
  CLI::App app("TLS and certificates, end to end.", "keyway");
  app.set_version_flag("--version", "keyway " KEYWAY_VERSION);
  app.require_subcommand(0, 1);
  app.footer(std::string("Examples:\n"
                         "  keyway demo                                  the whole way, told step by step\n"
                         "  keyway serve public/                         an HTTPS server on https://localhost:8443\n"
                         "  keyway get https://localhost:8443/ -v        fetch a page and show the handshake\n"
                         "  keyway inspect example.org:443               show a server's certificates\n"
                         "  keyway verify chain.pem --host example.org   judge certificates of files\n\n"
                         "`keyway COMMAND --help` tells more about a command.\n\n") +
             exit_codes_help());
  add_demo_command(app, context);
  add_serve_command(app, context);
  add_get_command(app, context);
  add_ca_commands(app, context);
  add_ech_commands(app, context);
  add_inspect_command(app, context);
  add_verify_command(app, context);
  add_policies_command(app, context);

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // --help and --version come this way too, with an exit code of 0.
    return app.exit(error) == 0 ? ok() : static_cast<int>(ExitCode::usage);
  }
  if (!context.run) {
    fmt::print(stderr, "{}", app.help());
    return static_cast<int>(ExitCode::usage);
  }
  const int code = context.run();
  const auto written = finish_output();
  if (!written && code == ok()) return report(context, written.error());
  return code;
}

}  // namespace

int main(int argc, char** argv) {
  // A reader that goes away (`keyway get … | head`) is an error of one write, told as such, and no sudden death.
  static_cast<void>(std::signal(SIGPIPE, SIG_IGN));
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "keyway: an error inside: {}\n", error.what());
    return static_cast<int>(ExitCode::internal);
  }
}
