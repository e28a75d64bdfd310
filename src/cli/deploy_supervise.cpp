// SPDX-License-Identifier: Apache-2.0
// `deploy supervise NAME`, which no person types: `deploy apply` starts it, and systemd.
#include "cli/deploy_common.hpp"
#include "cli/verbs.hpp"

namespace sluice::cli {
namespace {

struct DeploySuperviseOptions {
  std::string name;
};

}  // namespace
}  // namespace sluice::cli

template <>
struct sluice::option_table<sluice::cli::DeploySuperviseOptions> {
  using O = sluice::cli::DeploySuperviseOptions;
  static constexpr auto rows = std::tuple{
      option<&O::name>("name", "Name of the deployment.").required().positional(),
  };
};

namespace sluice::cli {
namespace {

int run_deploy_supervise(const DeploySuperviseOptions& options) {
  return deploy::supervise_deployment(deploy_store(), options.name, deploy_control());
}

}  // namespace

const Verb deploy_supervise = make_verb<&run_deploy_supervise>(
    "deploy supervise", "Runs a local deployment's connector in this process.");

}  // namespace sluice::cli
