#include "tool/ech.hpp"

#include <memory>
#include <string>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <keyway/crypto.hpp>
#include <keyway/ech.hpp>

#include "core/files.hpp"
#include "core/text.hpp"
#include "explain/json_story.hpp"

namespace keyway::tool {
namespace {

struct GenerateOptions {
  std::string public_name;
  std::string out = "ech.pem";
  unsigned maximum_name_length = 64;
  bool replaces = false;
  bool is_json = false;
};

[[nodiscard]] Result<std::string> generate(const GenerateOptions& options) {
  auto provider = crypto::make_provider();
  if (!provider) return std::unexpected(std::move(provider.error()));
  auto key =
      EchKey::generate(**provider, {options.public_name, static_cast<std::uint8_t>(options.maximum_name_length), true});
  if (!key) return std::unexpected(std::move(key.error()).at("--public-name"));
  auto pem = key->to_pem();
  if (!pem) return std::unexpected(std::move(pem.error()));
  const auto existing = options.replaces ? Existing::replace : Existing::refuse;
  auto written = write_file(options.out, as_bytes(*pem), 0600, existing);
  pem->assign(pem->size(), '\0');
  if (!written) return std::unexpected(std::move(written.error()).at("--out"));
  return key->config_list().to_base64();
}

int run_generate(const ToolContext& context, const GenerateOptions& options) {
  auto configs = generate(options);
  if (!configs) return report(context, configs.error());
  if (options.is_json) {
    const nlohmann::json json{
        {"file", options.out}, {"public_name", options.public_name}, {"ech_config_list", *configs}};
    fmt::print("{}", explain::json_text(json));
    return ok();
  }
  fmt::print("{}\n", *configs);
  note(context,
       fmt::format("the key is in {}, for `keyway serve --ech`; nobody else may read it", printable(options.out)));
  note(context, fmt::format("clients find what is printed above in the HTTPS record of each hidden name: "
                            "NAME. HTTPS 1 . ech=\"{}\"",
                            *configs));
  note(context, fmt::format("the server needs a certificate for {}, too", printable(options.public_name)));
  return ok();
}

}  // namespace

void add_ech_commands(CLI::App& app, ToolContext& context) {
  CLI::App* ech = app.add_subcommand("ech", "Encrypted ClientHello: keys that hide which name clients ask for");
  ech->require_subcommand(1);
  ech->footer("Examples:\n  keyway ech generate --public-name public.example");
  auto options = std::make_shared<GenerateOptions>();
  CLI::App* command = ech->add_subcommand("generate", "Make a key, and the configuration that clients need");
  command->add_option("--public-name", options->public_name, "The name that everybody sees in place of the hidden ones")
      ->type_name("NAME")
      ->required();
  command->add_option("--out", options->out, "Where the key goes, with its configuration (PEM, RFC 9934; mode 0600)")
      ->type_name("FILE")
      ->capture_default_str();
  command
      ->add_option("--max-name-length", options->maximum_name_length,
                   "Of the names that are hidden: clients make all up to it look alike")
      ->type_name("N")
      ->check(CLI::Range(0, 255))
      ->capture_default_str();
  command->add_flag("--force", options->replaces, "Replace a file that is there");
  command->add_flag("--json", options->is_json, "Print one JSON object");
  command->footer(
      "Prints the configuration (an ECHConfigList in base64): what stands as `ech` in the HTTPS record of the names\n"
      "that are to be hidden.\n\n"
      "Examples:\n"
      "  keyway ech generate --public-name public.localhost\n"
      "  keyway serve public/ --cert shop.pem --key shop-key.pem --cert public.pem --key public-key.pem --ech ech.pem\n"
      "  keyway get https://shop.localhost:8443/ --ech ech.pem -v");
  command->callback(
      [options, &context] { context.run = [options, &context] { return run_generate(context, *options); }; });
}

}  // namespace keyway::tool
