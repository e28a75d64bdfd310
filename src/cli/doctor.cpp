// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <nlohmann/json.hpp>

#include "cli/data_options.hpp"
#include "cli/doctor_checks.hpp"
#include "cli/listing.hpp"
#include "cli/profile_options.hpp"
#include "cli/terminal.hpp"
#include "cli/verbs.hpp"

namespace sluice::cli {
namespace {

struct DoctorOptions {
  ProfileFileOptions profile;
  bool all_profiles = false;
  std::vector<std::string> connectors;
  DataOptions data;
  std::chrono::milliseconds timeout{5'000};
  OutputOptions output;
};

}  // namespace
}  // namespace sluice::cli

template <>
struct sluice::option_table<sluice::cli::DoctorOptions> {
  using O = sluice::cli::DoctorOptions;
  static constexpr auto rows = std::tuple{
      option_group<&O::profile>(),
      option<&O::all_profiles>("all-profiles",
                               "Look at the cluster of each profile, not only of the current one."),
      option<&O::connectors>("connectors",
                             "Folder with connectors, searched first; may be repeated. Else "
                             "SLUICE_CONNECTORS, a list with colons.")
          .repeatable()
          .value_name("DIR"),
      option_group<&O::data>(),
      option<&O::timeout>("timeout", "Longest wait for each cluster.")
          .at_least(std::chrono::milliseconds(1)),
      option_group<&O::output>(),
  };
};

namespace sluice::cli {
namespace {

using State = Finding::State;

std::string_view name_of(State state) {
  switch (state) {
    case State::ok:
      return "ok";
    case State::warning:
      return "warning";
    default:
      return "problem";
  }
}

void print_findings(const Findings& all) {
  const auto paint = Paint::of_stdout();
  for (const auto& one : all) {
    std::string state(name_of(one.state));
    state.resize(9, ' ');
    if (one.state == State::problem) state = paint.red(state);
    if (one.state == State::warning) state = paint.bold(state);
    print(state + one.check + ": " + one.found + "\n");
    if (!one.help.empty()) print("         " + paint.bold("hint:") + " " + one.help + "\n");
  }
}

void print_json(const Findings& all) {
  auto out = nlohmann::ordered_json::array();
  for (const auto& one : all) {
    out.push_back({{"check", one.check},
                   {"state", std::string(name_of(one.state))},
                   {"found", one.found},
                   {"help", one.help}});
  }
  print(out.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n");
}

int run_doctor(const DoctorOptions& options) {
  DoctorWanted wanted{.profile = options.profile.profile,
                      .all_profiles = options.all_profiles,
                      .data = options.data.data,
                      .connectors = options.connectors,
                      .limits = {.cluster = options.timeout}};
  auto all = look_at_machine(wanted);
  for (auto* look : {&look_at_clusters, &look_at_connectors}) {
    for (auto& one : look(wanted)) all.push_back(std::move(one));
  }
  if (options.output.output == OutputFormat::json) {
    print_json(all);
  } else {
    print_findings(all);
  }
  const bool has_problem =
      std::ranges::any_of(all, [](const Finding& one) { return one.state == State::problem; });
  return has_problem ? 1 : 0;
}

}  // namespace

const Verb doctor = make_verb<&run_doctor>(
    "doctor",
    "Looks at this machine and its set-up: profiles and clusters, folders, connectors. The exit "
    "code is 1 when there is a problem.",
    "sluice doctor\n"
    "sluice doctor --all-profiles --output json");

}  // namespace sluice::cli
