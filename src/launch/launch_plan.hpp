// SPDX-License-Identifier: Apache-2.0
#pragma once

// How a connector's program is started for its YAML file: which words it gets, what is put into its
// environment. Pure.
//
// A program of the C++ kit reads the file itself: `--config FILE [--secrets FILE]`. Any other one
// gets `--fluvio-topic=T` and its section as options, the way the official runner did it: keys
// sorted, `_` as `-`, a list as a repeated option, a mapping as `--key=sub:value`; then `producer`,
// `consumer` and `transforms` as `--producer-linger=...`, `--transform={...}`, if its metadata has
// such options, and an error if not.

#include "catalog/metadata.hpp"
#include "launch/launch_file.hpp"

namespace sluice::launch {

struct LaunchArguments {
  std::vector<std::string> words;
  std::vector<std::string> shown;  // the same, `***` in place of what has a secret
};

struct LaunchPlan {
  std::filesystem::path program;
  LaunchArguments arguments;  // without the program itself
  // Added to this program's environment, or replaced there. May hold secrets: not for printing.
  std::map<std::string, std::string> environment;
  std::string name;       // of the instance
  std::string connector;  // `http-source`
  std::string version;    // of the program
  std::string direction;  // `Source` or `Sink`
  std::string topic;
  bool is_kit = false;

  // The command line, quoted for people, without secrets.
  [[nodiscard]] std::string command_line() const;
};

// Which cluster, when the command line of the tool says it.
struct ClusterChoice {
  std::optional<std::string> cluster;       // HOST:PORT
  std::optional<std::string> profile_name;  // programs of the kit only
  std::optional<std::string> profile_file;
};

struct LaunchWanted {
  FileWanted file;
  ClusterChoice cluster;
  std::vector<std::string> extra;  // words at the end, as they are
};

struct PlannedLaunch {
  LaunchPlan plan;
  std::vector<Diagnostic> problems;  // empty: the plan is good
  std::vector<Diagnostic> warnings;
};

// Requires: file.file != nullptr.
[[nodiscard]] PlannedLaunch plan_launch(const LaunchFile& file, const FoundConnector& connector,
                                        const catalog::Metadata& metadata,
                                        const LaunchWanted& wanted);

}  // namespace sluice::launch
