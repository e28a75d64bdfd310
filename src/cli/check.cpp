// SPDX-License-Identifier: Apache-2.0
#include "base/run_program.hpp"
#include "base/text.hpp"
#include "cli/cluster_options.hpp"
#include "cli/failure.hpp"
#include "cli/launch_options.hpp"
#include "cli/listing.hpp"
#include "cli/terminal.hpp"
#include "cli/verbs.hpp"

namespace sluice::cli {
namespace {

struct CheckOptions {
  std::string file;
  LaunchOptions launch;
  std::chrono::milliseconds timeout = 60s;
  OutputOptions output;
};

}  // namespace
}  // namespace sluice::cli

template <>
struct sluice::option_table<sluice::cli::CheckOptions> {
  using O = sluice::cli::CheckOptions;
  static constexpr auto rows = std::tuple{
      option<&O::file>("file", "YAML file of a connector.").required().positional(),
      option_group<&O::launch>(),
      option<&O::timeout>("timeout", "Longest wait for both ends.")
          .at_least(std::chrono::milliseconds(1)),
      option_group<&O::output>(),
  };
};

namespace sluice::cli {
namespace {

using nlohmann::ordered_json;

// One end of the connector, as it was found.
struct EndFound {
  std::string end;         // `cluster`, `outside`
  std::optional<bool> ok;  // unset: it cannot be checked
  std::string detail;
  std::optional<Errc> code;  // of what failed
  std::string help;
};

struct Checked {
  std::vector<EndFound> ends;
  int exit_code = 0;
};

std::optional<Errc> code_named(const std::string& name) {
  for (int i = 0; i <= static_cast<int>(Errc::internal); ++i) {
    if (describe(static_cast<Errc>(i)).name == name) return static_cast<Errc>(i);
  }
  return std::nullopt;
}

std::string text_in(const ordered_json& line, const char* key) {
  const auto at = line.find(key);
  return at != line.end() && at->is_string() ? at->get<std::string>() : std::string();
}

EndFound parse_end(const ordered_json& line) {
  const auto ok = line.find("ok");
  EndFound out{.end = text_in(line, "end"),
               .ok = ok != line.end() && *ok == true,
               .detail = text_in(line, "detail")};
  if (*out.ok) return out;
  out.code = code_named(text_in(line, "code")).value_or(Errc::internal);
  out.help = hint_for(*out.code);
  return out;
}

// The program knows its outside system; one JSON line an end.
Checked ask_program(const launch::LaunchPlan& plan, std::chrono::milliseconds timeout) {
  ProgramRun run{
      .words = {plan.program.string(), "check"}, .takes_output = true, .deadline = timeout};
  run.words.insert(run.words.end(), plan.arguments.words.begin(), plan.arguments.words.end());
  for (const auto& [name, value] : plan.environment) run.environment.push_back(name + '=' + value);
  const auto end = run_program(run);
  Checked out{.exit_code = end.exit_code};
  for (const auto line : split(end.output, '\n')) {
    const auto parsed = ordered_json::parse(line, nullptr, false);
    if (parsed.is_object()) out.ends.push_back(parse_end(parsed));
  }
  if (end.is_late) {
    throw HintedFailure(Errc::timed_out, "`" + plan.connector + " check` did not end in time",
                        "give it more with --timeout");
  }
  if (out.ends.empty()) {
    throw Failure(Errc::io, "`" + plan.connector + " check` ended with exit code " +
                                std::to_string(end.exit_code) +
                                " and said nothing of its ends: " + std::string(trim(end.errors)));
  }
  return out;
}

EndFound failed_end(const Failure& failure) {
  const auto* const hinted = dynamic_cast<const HintedFailure*>(&failure);
  return {.end = "cluster",
          .ok = false,
          .detail = failure.what(),
          .code = failure.code(),
          .help = hinted != nullptr ? hinted->hint() : hint_for(failure.code())};
}

ClusterOptions cluster_of(const CheckOptions& options) {
  ClusterOptions out;
  if (!options.launch.cluster.empty()) {
    out.cluster = or_throw(net::parse_endpoint(options.launch.cluster));
  }
  out.profile_name = options.launch.profile_name;
  out.profile = options.launch.profile;
  out.timeout = std::min(out.timeout, options.timeout);
  return out;
}

EndFound look_at_cluster(const CheckOptions& options, const std::string& topic) {
  try {
    auto client = connect(cluster_of(options));
    auto admin = client.admin();
    if (!admin.describe_topic(topic)) fail_missing_topic(admin, topic);
    return {.end = "cluster",
            .ok = true,
            .detail =
                "Fluvio " + client.platform_version() + " answers, topic `" + topic + "` is there"};
  } catch (const Failure& failure) {
    return failed_end(failure);
  }
}

// What any program needs; its other end is known to itself alone.
Checked look_for_program(const CheckOptions& options, const launch::LaunchPlan& plan) {
  Checked out;
  out.ends.push_back(look_at_cluster(options, plan.topic));
  out.ends.push_back({.end = "outside",
                      .detail = "cannot be checked: `" + plan.connector +
                                "` is not made with the C++ kit, so only a run shows it"});
  const auto& cluster = out.ends.front();
  if (!*cluster.ok) out.exit_code = describe(*cluster.code).exit_code;
  return out;
}

void print_ends(const Checked& checked) {
  const auto paint = Paint::of_stdout();
  for (const auto& end : checked.ends) {
    const auto* const word = !end.ok ? "?" : *end.ok ? "ok" : "failed";
    const auto state = end.ok && !*end.ok ? paint.red(word) : std::string(word);
    print(end.end + ": " + state + ": " + end.detail + "\n");
    if (!end.help.empty()) print("  " + paint.bold("hint:") + " " + end.help + "\n");
  }
}

ordered_json json_of_ends(const Checked& checked) {
  auto out = ordered_json::array();
  for (const auto& end : checked.ends) {
    out.push_back({{"end", end.end},
                   {"ok", end.ok ? ordered_json(*end.ok) : ordered_json()},
                   {"detail", end.detail},
                   {"code", end.code ? ordered_json(describe(*end.code).name) : ordered_json()},
                   {"help", end.help}});
  }
  return out;
}

int run_check(const CheckOptions& options) {
  const auto wanted = wanted_of(options.launch, options.file);
  const auto validation = launch::validate_config(wanted, launch::process_environment());
  const bool as_json = options.output.output == OutputFormat::json;
  if (!validation.ok()) {
    if (as_json) {
      print_json(
          ordered_json{{"validation", json_of(validation)}, {"ends", ordered_json::array()}});
    } else {
      report_validation(validation);
    }
    return validation.exit_code();
  }
  const auto& plan = validation.plan;
  const auto checked =
      plan.is_kit ? ask_program(plan, options.timeout) : look_for_program(options, plan);
  if (as_json) {
    print_json(ordered_json{{"validation", json_of(validation)}, {"ends", json_of_ends(checked)}});
  } else {
    report_validation(validation);
    print("file: ok: " + summary_of(validation) + "\n");
    print_ends(checked);
  }
  return checked.exit_code;
}

}  // namespace

const Verb check = make_verb<&run_check>(
    "check",
    "Checks a connector's YAML file, and opens both of its ends. No record is sent or taken, no "
    "topic is made.",
    "sluice check weather.yaml --secrets weather.env\n"
    "sluice check weather.yaml --output json");

}  // namespace sluice::cli
