// SPDX-License-Identifier: Apache-2.0
#pragma once

// From a connector's YAML file and the words of the command line to what is applied.
//
// The file is checked as far as it can be here: its head always, the connector's own options by the
// connector's program (`validate`, when it is made with the kit), the arguments of any other
// program by its metadata. Secrets that the file names and no secrets file has are taken from the
// environment, for a deployment has to start again without it.

#include <optional>
#include <string>
#include <vector>

#include "deploy/deployment.hpp"
#include "launch/launch_plan.hpp"

namespace sluice::deploy {

struct Given {
  std::string file;
  std::optional<std::string> secrets;   // a file
  std::vector<std::string> connectors;  // folders to look for programs in
  Target target = Target::local;
  std::map<std::string, std::string> environment;
  Running running;
  LocalPlace local;          // without the program
  ContainerPlace container;  // without the arguments; an empty image is the usual one
};

struct Prepared {
  Applied applied;
  std::vector<Diagnostic> problems;  // empty: it can be applied
  std::vector<Diagnostic> warnings;
};

[[nodiscard]] Prepared prepare(const Given& given, const launch::Environment& environment);

// How the program of a local deployment is started. Throws: `invalid_config`, and what reading the
// program's metadata fails with.
[[nodiscard]] launch::LaunchPlan local_plan(const Applied& applied,
                                            const std::filesystem::path& config,
                                            const std::optional<std::filesystem::path>& secrets,
                                            const std::filesystem::path& state);

}  // namespace sluice::deploy
