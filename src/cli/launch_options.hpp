// SPDX-License-Identifier: Apache-2.0
#pragma once

// The option group of the verbs that start a connector's program from its YAML file, and how what
// is wrong with the file is printed.

#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "launch/validate_config.hpp"
#include "sluice/options/table.hpp"

namespace sluice::cli {

struct LaunchOptions {
  std::string secrets;
  std::vector<std::string> connectors;
  std::string cluster;
  std::string profile_name;
  std::string profile;
};

// For one file of the command line.
[[nodiscard]] launch::ValidateWanted wanted_of(const LaunchOptions& options,
                                               const std::string& file);

// Errors and warnings on standard error, each with its hint.
void report_validation(const launch::Validation& validation);
[[nodiscard]] nlohmann::ordered_json json_of(const launch::Validation& validation);
// One line; bytes that are not UTF-8 are replaced.
void print_json(const nlohmann::ordered_json& tree);
// `http-source 0.1.0, sends to topic weather`
[[nodiscard]] std::string summary_of(const launch::Validation& validation);

}  // namespace sluice::cli

template <>
struct sluice::option_table<sluice::cli::LaunchOptions> {
  using O = sluice::cli::LaunchOptions;
  static constexpr auto rows = std::tuple{
      option<&O::secrets>("secrets",
                          "File with a `NAME=value` on each line. Else the environment has them.")
          .value_name("FILE"),
      option<&O::connectors>("connectors",
                             "Folder with connectors, searched first; may be repeated. Else "
                             "SLUICE_CONNECTORS, a list with colons.")
          .repeatable()
          .value_name("DIR"),
      option<&O::cluster>("cluster",
                          "Control plane of the cluster, without TLS. Else the profile says it.")
          .value_name("HOST:PORT")
          .excludes_group("cluster"),
      option<&O::profile_name>("profile-name", "Profile to use in place of the current one.")
          .value_name("NAME")
          .excludes_group("cluster"),
      option<&O::profile>("profile", "Profile file. Else FLV_PROFILE_PATH, else ~/.fluvio/config.")
          .value_name("FILE"),
  };
};
