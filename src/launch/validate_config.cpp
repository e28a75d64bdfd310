// SPDX-License-Identifier: Apache-2.0
#include "launch/validate_config.hpp"

#include <algorithm>
#include <regex>

#include "base/run_program.hpp"
#include "base/text.hpp"
#include "launch/section_check.hpp"

namespace sluice::launch {
namespace {

constexpr std::chrono::milliseconds program_deadline{20'000};

// `place: problem; help` of a program of the kit back into its parts.
Diagnostic parse_report_line(std::string_view line) {
  static const std::regex file_place(R"(^(.+?:\d+:\d+): (.*)$)");
  Diagnostic out{.code = Errc::invalid_config};
  std::string rest(line);
  if (std::smatch parts; std::regex_match(rest, parts, file_place)) {
    out.place = parts[1];
    rest = parts[2].str();
  } else if (const auto at = rest.find(": "); at != std::string::npos) {
    out.place = rest.substr(0, at);
    rest.erase(0, at + 2);
  }
  const auto help = rest.rfind("; ");
  out.problem = rest.substr(0, help);
  if (help != std::string::npos) out.help = rest.substr(help + 2);
  static const std::regex suggestion("did you mean `([^`]+)`");
  if (std::smatch found; std::regex_search(out.help, found, suggestion)) out.suggestion = found[1];
  return out;
}

// What the program itself says. Nothing: it accepts the file.
std::vector<Diagnostic> ask_program(const LaunchPlan& plan) {
  ProgramRun run{.words = {plan.program.string(), "validate"},
                 .takes_output = true,
                 .deadline = program_deadline};
  run.words.insert(run.words.end(), plan.arguments.words.begin(), plan.arguments.words.end());
  for (const auto& [name, value] : plan.environment) run.environment.push_back(name + '=' + value);
  const auto end = run_program(run);
  std::vector<Diagnostic> out;
  if (end.exit_code == 0) return out;
  for (const auto line : split(end.errors, '\n')) {
    if (trim(line).empty() || line.starts_with("For more, try")) continue;
    out.push_back(parse_report_line(line));
  }
  if (end.exit_code == 2 && !out.empty()) return out;
  const auto why = end.is_late ? std::string("did not answer in time")
                               : "ended with exit code " + std::to_string(end.exit_code);
  const auto said = out.empty() ? std::string() : out.back().text();
  return {{Errc::io,
           plan.program.string(),
           "`validate` " + why + (said.empty() ? "" : ": " + said),
           "run `" + plan.connector + " validate " +
               plan.command_line().substr(quote_if_needed(plan.program.string()).size() + 1) +
               "` by hand",
           {}}};
}

void add_once(std::vector<Diagnostic>& problems, Diagnostic problem) {
  const auto is_same = [&](const Diagnostic& known) {
    return known.place == problem.place && known.problem == problem.problem;
  };
  if (std::ranges::none_of(problems, is_same)) problems.push_back(std::move(problem));
}

std::string place_of_type(const LaunchFile& file) {
  const auto* const meta = file.file->root.find("meta");
  const auto* const type = (meta != nullptr ? *meta : file.file->root).find("type");
  return type != nullptr ? options::place_of(file.path, *type) : file.path;
}

void check_direction(Validation& out) {
  const auto* const is = out.metadata->direction == "Source" ? "source" : "sink";
  const auto says = out.file.direction();
  if (says.empty() || says == is) return;
  out.problems.push_back({Errc::invalid_config,
                          place_of_type(out.file),
                          "`type`: " + options::shown(out.file.config().type) + " is a " + says +
                              ", but the connector is a " + is,
                          "only a source's type ends with `-source`",
                          {}});
}

void check_with_program(const ValidateWanted& wanted, Validation& out) {
  auto planned = plan_launch(out.file, *out.connector, *out.metadata, wanted.launch);
  out.plan = std::move(planned.plan);
  out.section_checked = true;
  if (out.metadata->is_kit) {
    // It reads the same head with the same code, and the section, too.
    auto said = ask_program(out.plan);
    const auto is_about_program = [](const Diagnostic& one) { return one.code == Errc::io; };
    out.section_checked = std::ranges::none_of(said, is_about_program);
    for (auto& problem : said) add_once(out.problems, std::move(problem));
    return;
  }
  check_direction(out);
  for (auto& problem : check_section(out.file, *out.metadata)) {
    out.problems.push_back(std::move(problem));
  }
  for (auto& problem : planned.problems) out.problems.push_back(std::move(problem));
  out.warnings = std::move(planned.warnings);
}

void find_program(const ValidateWanted& wanted, Validation& out) {
  if (out.file.config().type.empty()) return;  // reported as missing
  auto found = find_connector(out.file, wanted.folders);
  if (!found) {
    out.problems.push_back({found.error().code,
                            place_of_type(out.file),
                            found.error().message(),
                            "name the folder of the connector with --connectors DIR; "
                            "`--head-only` checks the file without it",
                            {}});
    return;
  }
  out.connector = *std::move(found);
  auto metadata = catalog::read_metadata(out.connector->program);
  if (!metadata) {
    out.problems.push_back({Errc::io,
                            out.connector->program.string(),
                            metadata.error().message(),
                            "a connector prints its metadata for the word `metadata`",
                            {}});
    return;
  }
  out.metadata = *std::move(metadata);
}

}  // namespace

int Validation::exit_code() const noexcept {
  int worst = 0;
  for (const auto& problem : problems) {
    const int code = describe(problem.code).exit_code;
    if (code == 2) return 2;
    worst = std::max(worst, code);
  }
  return worst;
}

Validation validate_config(const ValidateWanted& wanted, const Environment& environment) {
  Validation out;
  out.file = read_launch_file(wanted.launch.file, environment);
  out.problems = out.file.problems;
  if (out.file.file == nullptr || wanted.head_only) return out;
  find_program(wanted, out);
  if (out.metadata) check_with_program(wanted, out);
  return out;
}

}  // namespace sluice::launch
