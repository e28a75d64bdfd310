// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the verbs of `sluice deploy` share.

#include <string>
#include <vector>

#include "cli/listing.hpp"
#include "deploy/kubectl.hpp"
#include "deploy/local.hpp"
#include "deploy/store.hpp"

namespace sluice::cli {

// Through the control sockets of this machine.
[[nodiscard]] deploy::Control deploy_control();

[[nodiscard]] deploy::Store deploy_store();

// Throws: `usage` when there is no such deployment, with the nearest name that there is.
[[nodiscard]] deploy::Applied find_deployment(const deploy::Store& store, const std::string& name);

// Throws: `io` when neither docker nor podman has Compose.
[[nodiscard]] std::vector<std::string> need_compose_program(const deploy::Deployment& deployment);
// Runs Compose on the deployment's service. Throws: as above, and `io` with what it says.
void run_compose(const deploy::Deployment& deployment, const std::vector<std::string>& words);

// The exit code for a start that went wrong: that of the program, as the tool's own.
[[nodiscard]] int exit_code_of(const deploy::StartEnd& end);
// `its connector did not come up: exit code 2 (configuration)`, and its last log lines.
void report_start(const std::string& name, const deploy::StartEnd& end,
                  const std::filesystem::path& log);

// `deployment X is now STATE`, or as JSON.
void print_state(const deploy::Deployment& deployment, std::string_view state,
                 const std::string& sentence, const OutputOptions& options);

// Options of the verbs for one deployment.
struct DeployNameOptions {
  std::string name;
  OutputOptions output;
};

}  // namespace sluice::cli

template <>
struct sluice::option_table<sluice::cli::DeployNameOptions> {
  using O = sluice::cli::DeployNameOptions;
  static constexpr auto rows = std::tuple{
      option<&O::name>("name", "Name of the deployment.").required().positional(),
      option_group<&O::output>(),
  };
};
