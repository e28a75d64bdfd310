// SPDX-License-Identifier: Apache-2.0
// `deploy pause` and `deploy resume`: what is wanted is kept, and outlives restarts.
#include <poll.h>

#include "cli/deploy_common.hpp"
#include "cli/failure.hpp"
#include "cli/verbs.hpp"

namespace sluice::cli {
namespace {

using deploy::Deployment;
using deploy::Desired;
using deploy::Target;

void refuse_stopped(const Deployment& deployment) {
  if (deployment.desired != Desired::stopped) return;
  throw HintedFailure(Errc::usage, "`" + deployment.name + "` is stopped",
                      "`sluice deploy restart " + deployment.name + "` starts it");
}

void refuse_foreign(const Deployment& deployment) {
  if (deployment.kit) return;
  throw HintedFailure(
      Errc::usage, "`" + deployment.type + "` cannot be paused: it is not made with the kit",
      "`sluice deploy drain " + deployment.name + "` stops it, `restart` starts it again");
}

// A connector that has only just started has no socket yet.
bool wait_for_state(const deploy::Control& control, const std::string& name, bool paused) {
  using Clock = std::chrono::steady_clock;
  const auto deadline = Clock::now() + std::chrono::seconds(5);
  while (Clock::now() < deadline) {
    const auto state = control.state(name);
    if (state && (*state == "paused") == paused) return true;
    if (state && paused) control.pause(name);
    if (state && !paused) control.resume(name);
    constexpr int look_every_ms = 20;
    ::poll(nullptr, 0, look_every_ms);
  }
  return false;
}

std::string change_local(const deploy::Store& store, const Deployment& deployment, bool paused) {
  refuse_foreign(deployment);
  const auto control = deploy_control();
  const deploy::Local local(store, control);
  store.save_desired(deployment.name, paused ? Desired::paused : Desired::running);
  const auto look = local.look(deployment);
  if (!look.supervised || look.state == "waiting") {
    return " as soon as it runs; it is " + look.state + " now";
  }
  if (wait_for_state(control, deployment.name, paused)) return {};
  throw HintedFailure(
      Errc::timed_out, "`" + deployment.name + "` does not answer",
      "it is kept in mind for its next start: `sluice deploy restart " + deployment.name + "`");
}

std::string change(const deploy::Store& store, const Deployment& deployment, bool paused) {
  if (deployment.target == Target::local) return change_local(store, deployment, paused);
  if (deployment.target == Target::compose) {
    run_compose(deployment, {paused ? "pause" : "unpause"});
  } else {
    deploy::kubectl_scale(deployment, paused ? 0 : 1);
  }
  store.save_desired(deployment.name, paused ? Desired::paused : Desired::running);
  if (deployment.target == Target::compose) return {};
  return paused ? ": it has no pod now, Kubernetes knows no other pause"
                : ": it gets its pod again";
}

int pause_or_resume(const DeployNameOptions& options, bool paused) {
  const auto store = deploy_store();
  (void)find_deployment(store, options.name);
  const auto lock = store.lock_for_change(options.name);
  const auto deployment = find_deployment(store, options.name).deployment;
  refuse_stopped(deployment);
  const auto how = change(store, deployment, paused);
  print_state(deployment, paused ? "paused" : "running",
              "`" + options.name + "` is " + (paused ? "paused" : "resumed") + how, options.output);
  return 0;
}

int run_pause(const DeployNameOptions& options) {
  return pause_or_resume(options, true);
}
int run_resume(const DeployNameOptions& options) {
  return pause_or_resume(options, false);
}

}  // namespace

const Verb deploy_pause = make_verb<&run_pause>(
    "deploy pause",
    "Pauses a deployment: it stays connected and takes no records, also after a "
    "restart.",
    "sluice deploy pause weather");
const Verb deploy_resume =
    make_verb<&run_resume>("deploy resume", "Ends a pause.", "sluice deploy resume weather");

}  // namespace sluice::cli
