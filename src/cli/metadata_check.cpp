// SPDX-License-Identifier: Apache-2.0
#include "catalog/metadata_check.hpp"

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "catalog/whole_file.hpp"
#include "cli/failure.hpp"
#include "cli/file_text.hpp"
#include "cli/format.hpp"
#include "cli/listing.hpp"
#include "cli/program_folders.hpp"
#include "cli/terminal.hpp"
#include "cli/verbs.hpp"

namespace sluice::cli {
namespace {

struct MetadataCheckOptions {
  std::vector<std::string> folders;
  std::string program;
  std::vector<std::string> programs;
  std::uint64_t seed = 1;
  std::chrono::milliseconds timeout{10'000};
  bool renew = false;
  OutputOptions output;
};

}  // namespace
}  // namespace sluice::cli

template <>
struct sluice::option_table<sluice::cli::MetadataCheckOptions> {
  using O = sluice::cli::MetadataCheckOptions;
  static constexpr auto rows = std::tuple{
      option<&O::folders>("dir", "Folder of a connector, with its connector.toml.")
          .positional()
          .required(),
      option<&O::program>("program", "Its program; else it is looked for.").value_name("PATH"),
      option<&O::programs>("programs",
                           "Folder with built connectors, besides $SLUICE_BIN and the folder of "
                           "this program.")
          .value_name("DIR"),
      option<&O::seed>("seed", "Number that the made-up options depend on."),
      option<&O::timeout>("timeout", "Longest time of one run of the program.")
          .at_least(std::chrono::milliseconds(1)),
      option<&O::renew>("renew", "Write tests/metadata.json anew where all else is right."),
      option_group<&O::output>(),
  };
};

namespace sluice::cli {
namespace {

using catalog::CheckReport;
using catalog::StepState;

nlohmann::ordered_json json_of(const CheckReport& report) {
  auto steps = nlohmann::ordered_json::array();
  for (const auto& step : report.steps) {
    steps.push_back({{"name", step.name},
                     {"state", std::string(catalog::name_of(step.state))},
                     {"notes", step.notes}});
  }
  return {{"folder", report.folder},
          {"program", report.program},
          {"ok", report.ok()},
          {"steps", std::move(steps)}};
}

std::string text_of(const CheckReport& report) {
  const auto paint = Paint::of_stdout();
  std::string out = paint.bold(report.folder) +
                    (report.program.empty() ? "" : "  (" + report.program + ")") + "\n";
  for (const auto& step : report.steps) {
    std::string state(catalog::name_of(step.state));
    state.resize(8, ' ');
    out += "  " + (step.state == StepState::failed ? paint.red(state) : state) + step.name;
    // What fails has its own lines; anything else is said beside the name.
    if (step.state != StepState::failed) {
      for (const auto& note : step.notes) out += ": " + note;
    }
    out += "\n";
    if (step.state != StepState::failed) continue;
    for (const auto& note : step.notes) out += "          " + note + "\n";
  }
  return out;
}

// Only the golden file may be out of date.
void renew(CheckReport& report) {
  for (auto& step : report.steps) {
    if (step.name != "golden" && step.state == StepState::failed) return;
  }
  for (auto& step : report.steps) {
    if (step.name != "golden" || step.state == StepState::ok) continue;
    const std::filesystem::path folder(report.folder);
    const bool is_rule = report.program.starts_with("make -C ");
    const auto metadata =
        or_throw(catalog::read_metadata(is_rule ? folder : std::filesystem::path(report.program)));
    write_text(folder / "tests/metadata.json", catalog::golden_text(metadata));
    step = {.name = "golden", .state = StepState::ok, .notes = {"written anew"}};
  }
}

int run_metadata_check(const MetadataCheckOptions& options) {
  if (!options.program.empty() && options.folders.size() > 1) {
    throw HintedFailure(Errc::usage,
                        "--program: it is for one connector, and there are " +
                            std::to_string(options.folders.size()) + " folders",
                        "use --programs DIR for several");
  }
  const catalog::CheckOptions how{.program = options.program,
                                  .programs = program_folders(options.programs),
                                  .seed = options.seed,
                                  .limits = {.deadline = options.timeout}};
  auto all = nlohmann::ordered_json::array();
  std::size_t wrong = 0;
  for (const auto& folder : options.folders) {
    auto report = catalog::check_connector(folder, how);
    if (options.renew) renew(report);
    if (!report.ok()) ++wrong;
    if (options.output.output == OutputFormat::table) print(text_of(report));
    all.push_back(json_of(report));
  }
  if (options.output.output == OutputFormat::json) {
    print(all.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n");
  } else if (wrong > 0) {
    report_line(plural(static_cast<std::int64_t>(wrong), "connector") + " of " +
                    std::to_string(options.folders.size()) + " failed",
                "");
  }
  return wrong == 0 ? 0 : 1;
}

}  // namespace

const Verb metadata_check = make_verb<&run_metadata_check>(
    "metadata check",
    "Checks a connector's metadata: its form, its schema, and that the program accepts exactly "
    "what the schema accepts.",
    "sluice metadata check connectors/sources/mqtt\n"
    "sluice metadata check my-connector --program my-connector/target/my-connector");

}  // namespace sluice::cli
