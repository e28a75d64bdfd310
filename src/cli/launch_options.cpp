// SPDX-License-Identifier: Apache-2.0
#include "cli/launch_options.hpp"

#include "cli/cluster_options.hpp"
#include "cli/failure.hpp"
#include "cli/terminal.hpp"

namespace sluice::cli {
namespace {

using nlohmann::ordered_json;

ordered_json json_of(const Diagnostic& one) {
  ordered_json out{{"place", one.place},
                   {"problem", one.problem},
                   {"help", one.help},
                   {"code", std::string(describe(one.code).name)}};
  out["suggestion"] = one.suggestion.empty() ? ordered_json() : ordered_json(one.suggestion);
  return out;
}

ordered_json json_of(const std::vector<Diagnostic>& list) {
  auto out = ordered_json::array();
  for (const auto& one : list) out.push_back(json_of(one));
  return out;
}

}  // namespace

launch::ValidateWanted wanted_of(const LaunchOptions& options, const std::string& file) {
  launch::ValidateWanted out;
  out.launch.file = {.path = file, .secrets = given(options.secrets)};
  out.launch.cluster = {.cluster = given(options.cluster),
                        .profile_name = given(options.profile_name),
                        .profile_file = given(options.profile)};
  out.folders = launch::connector_folders(options.connectors, launch::process_environment());
  return out;
}

void report_validation(const launch::Validation& validation) {
  for (const auto& one : validation.warnings) write_stderr("warning: " + one.text() + "\n");
  for (const auto& one : validation.problems) {
    report_line(one.place + ": " + one.problem, one.help);
  }
}

ordered_json json_of(const launch::Validation& validation) {
  ordered_json out{{"file", validation.file.path}, {"ok", validation.ok()}};
  if (validation.file.file != nullptr) {
    const auto& config = validation.file.config();
    out["name"] = config.name;
    out["type"] = config.type;
    out["topic"] = config.topic.name();
  }
  out["connector"] =
      validation.connector ? ordered_json(validation.connector->program.string()) : ordered_json();
  out["section_checked"] = validation.section_checked;
  out["exit_code"] = validation.exit_code();
  out["problems"] = json_of(validation.problems);
  out["warnings"] = json_of(validation.warnings);
  return out;
}

void print_json(const ordered_json& tree) {
  print(tree.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + "\n");
}

std::string summary_of(const launch::Validation& validation) {
  const auto& config = validation.file.config();
  if (!validation.metadata) {
    return "`" + config.name + "`, type " + config.type + ", topic " + config.topic.name() +
           "; its section was not checked";
  }
  const auto& about = *validation.metadata;
  return "`" + config.name + "`, " + about.name + ' ' + about.version +
         (about.direction == "Source" ? ", sends to topic " : ", reads topic ") +
         config.topic.name();
}

}  // namespace sluice::cli
