// SPDX-License-Identifier: Apache-2.0
#include "cli/deploy_common.hpp"
#include "cli/verbs.hpp"
#include "deploy/command.hpp"
#include "deploy/container.hpp"

namespace sluice::cli {
namespace {

using deploy::Desired;
using deploy::Target;

// The wish comes first: whatever happens from here on, nothing starts it again.
void drain(const deploy::Store& store, const deploy::Deployment& deployment) {
  store.save_desired(deployment.name, Desired::stopped);
  if (deployment.target == Target::local) {
    const auto control = deploy_control();
    deploy::Local(store, control).stop(deployment);
  } else if (deployment.target == Target::compose) {
    run_compose(deployment, {"stop"});
  } else {
    deploy::kubectl_scale(deployment, 0);
    deploy::kubectl_wait_gone(deployment);
  }
}

int run_deploy_drain(const DeployNameOptions& options) {
  const auto store = deploy_store();
  (void)find_deployment(store, options.name);
  const auto lock = store.lock_for_change(options.name);
  const auto deployment = find_deployment(store, options.name).deployment;
  drain(store, deployment);
  print_state(deployment, "stopped",
              "`" + options.name + "` has stopped; `sluice deploy restart " + options.name +
                  "` starts it again",
              options.output);
  return 0;
}

}  // namespace

const Verb deploy_drain = make_verb<&run_deploy_drain>(
    "deploy drain", "Stops a deployment when all that it has begun is done, and keeps it stopped.",
    "sluice deploy drain weather");

}  // namespace sluice::cli
