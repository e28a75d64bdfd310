// SPDX-License-Identifier: Apache-2.0
#include "cli/launch_options.hpp"
#include "cli/listing.hpp"
#include "cli/terminal.hpp"
#include "cli/verbs.hpp"

namespace sluice::cli {
namespace {

struct ValidateOptions {
  std::vector<std::string> files;
  bool head_only = false;
  LaunchOptions launch;
  OutputOptions output;
};

}  // namespace
}  // namespace sluice::cli

template <>
struct sluice::option_table<sluice::cli::ValidateOptions> {
  using O = sluice::cli::ValidateOptions;
  static constexpr auto rows = std::tuple{
      option<&O::files>("file", "YAML files of connectors.").required().repeatable().positional(),
      option<&O::head_only>("head-only",
                            "Check all but the connector's section, for which its program is "
                            "needed."),
      option_group<&O::launch>(),
      option_group<&O::output>(),
  };
};

namespace sluice::cli {
namespace {

// A file that is wrong is worse than one that could not be checked.
int worse(int a, int b) {
  if (a == 2 || b == 2) return 2;
  return std::max(a, b);
}

int run_validate(const ValidateOptions& options) {
  int code = 0;
  auto all = nlohmann::ordered_json::array();
  for (const auto& file : options.files) {
    auto wanted = wanted_of(options.launch, file);
    wanted.head_only = options.head_only;
    const auto validation = launch::validate_config(wanted, launch::process_environment());
    code = worse(code, validation.exit_code());
    if (options.output.output == OutputFormat::json) {
      all.push_back(json_of(validation));
      continue;
    }
    report_validation(validation);
    if (validation.ok()) print(file + ": ok: " + summary_of(validation) + "\n");
  }
  if (options.output.output == OutputFormat::json) print_json(all);
  return code;
}

}  // namespace

const Verb validate = make_verb<&run_validate>(
    "validate",
    "Checks connectors' YAML files, and contacts nothing. The exit code is 2 when a file is wrong, "
    "3 when the connector's program is not found.",
    "sluice validate weather.yaml --secrets weather.env\n"
    "sluice validate *.yaml --output json\n"
    "sluice validate weather.yaml --head-only");

}  // namespace sluice::cli
