// SPDX-License-Identifier: Apache-2.0
#include "cli/deploy_common.hpp"
#include "cli/terminal.hpp"
#include "cli/verbs.hpp"

namespace sluice::cli {
namespace {

using deploy::Desired;
using deploy::Target;

struct DeployRestartOptions {
  DeployNameOptions name;
  std::chrono::seconds start_timeout{30};
};

}  // namespace
}  // namespace sluice::cli

template <>
struct sluice::option_table<sluice::cli::DeployRestartOptions> {
  using O = sluice::cli::DeployRestartOptions;
  static constexpr auto rows = std::tuple{
      option_group<&O::name>(),
      option<&O::start_timeout>("start-timeout", "Longest wait for the connector to be up."),
  };
};

namespace sluice::cli {
namespace {

// What is paused stays paused; what was stopped runs again.
int restart_local(const deploy::Store& store, const deploy::Deployment& deployment,
                  const DeployRestartOptions& options) {
  const auto control = deploy_control();
  const deploy::Local local(store, control);
  local.stop(deployment);
  if (deployment.desired == Desired::stopped) {
    store.save_desired(deployment.name, Desired::running);
  }
  const auto end = local.start(deployment.name, options.start_timeout);
  report_start(deployment.name, end, store.places(deployment.name).log);
  if (exit_code_of(end) != 0) return exit_code_of(end);
  const auto state = local.look(find_deployment(store, deployment.name).deployment).state;
  print_state(deployment, state, "`" + deployment.name + "` is started again: " + state,
              options.name.output);
  return 0;
}

int run_deploy_restart(const DeployRestartOptions& options) {
  const auto& name = options.name.name;
  const auto store = deploy_store();
  (void)find_deployment(store, name);
  const auto lock = store.lock_for_change(name);
  const auto deployment = find_deployment(store, name).deployment;
  if (deployment.target == Target::local) return restart_local(store, deployment, options);
  if (deployment.target == Target::compose) {
    run_compose(deployment, {"up", "--detach", "--force-recreate"});
  } else if (deployment.desired == Desired::running) {
    deploy::kubectl_restart(deployment);
  } else {
    deploy::kubectl_scale(deployment, 1);
  }
  store.save_desired(name, Desired::running);
  print_state(deployment, "starting", "`" + name + "` is started again", options.name.output);
  return 0;
}

}  // namespace

const Verb deploy_restart = make_verb<&run_deploy_restart>(
    "deploy restart", "Stops a deployment cleanly, and starts it again.",
    "sluice deploy restart weather");

}  // namespace sluice::cli
