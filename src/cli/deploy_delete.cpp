// SPDX-License-Identifier: Apache-2.0
#include "cli/deploy_common.hpp"
#include "cli/deploy_options.hpp"
#include "cli/terminal.hpp"
#include "cli/verbs.hpp"
#include "deploy/compose_run.hpp"

namespace sluice::cli {
namespace {

using deploy::Applied;
using deploy::Desired;
using deploy::Target;

struct DeployDeleteOptions {
  std::vector<std::string> names;
  bool keep_state = false;
  OutputOptions output;
};

}  // namespace
}  // namespace sluice::cli

template <>
struct sluice::option_table<sluice::cli::DeployDeleteOptions> {
  using O = sluice::cli::DeployDeleteOptions;
  static constexpr auto rows = std::tuple{
      option<&O::names>("name", "Names of the deployments.").required().positional(),
      option<&O::keep_state>("keep-state",
                             "Keep what the connector has in its state folder, for a "
                             "later deployment of the same name."),
      option_group<&O::output>(),
  };
};

namespace sluice::cli {
namespace {

void delete_local(const deploy::Store& store, const Applied& applied) {
  const auto control = deploy_control();
  const deploy::Local local(store, control);
  local.stop(applied.deployment);
  local.remove_unit(applied.deployment);
}

// The file goes on with the others, or goes with the last one.
void delete_compose(const deploy::Store& store, const Applied& applied, bool keep_state) {
  const auto& deployment = applied.deployment;
  const std::filesystem::path file = deployment.container.file;
  // As `apply` has it: else one of the two writes the file without what the other did.
  const auto lock = store.lock_for_change("compose:" + file.string());
  if (deploy::compose_program()) run_compose(deployment, {"rm", "--stop", "--force"});
  auto others = with_others_of_file(store, {applied});
  std::erase_if(others, [&](const Applied& one) { return one.deployment.name == deployment.name; });
  if (others.empty()) {
    std::error_code ignored;
    std::filesystem::remove(file, ignored);
  } else {
    deploy::write_compose(file, others);
  }
  deploy::remove_compose_files(file, deployment.name, keep_state);
}

void delete_one(const deploy::Store& store, const std::string& name, bool keep_state) {
  const auto lock = store.lock_for_change(name);
  const auto applied = find_deployment(store, name);
  try {
    // Whatever happens from here on, nothing starts it again.
    store.save_desired(name, Desired::stopped);
  } catch (const Failure& failure) {
    // Of a full disk something has to go: this.
    if (failure.code() != Errc::no_space) throw;
  }
  switch (applied.deployment.target) {
    case Target::local:
      delete_local(store, applied);
      break;
    case Target::compose:
      delete_compose(store, applied, keep_state);
      break;
    case Target::kubernetes:
      deploy::kubectl_delete(applied.deployment, keep_state);
      break;
  }
  store.remove(name, keep_state);
}

// All are looked for before the first is deleted, so that a typing error deletes nothing.
int run_deploy_delete(const DeployDeleteOptions& options) {
  const auto store = deploy_store();
  for (const auto& name : options.names) (void)find_deployment(store, name);
  Listing listing({{"name", "NAME"}, {"deleted", "DELETED"}}, "");
  for (const auto& name : options.names) {
    delete_one(store, name, options.keep_state);
    listing.add({name, true});
    if (options.output.output == OutputFormat::table) print("`" + name + "` is deleted\n");
  }
  if (options.output.output == OutputFormat::json) print(listing, options.output);
  return 0;
}

}  // namespace

const Verb deploy_delete = make_verb<&run_deploy_delete>(
    "deploy delete", "Stops deployments cleanly and removes them, with all that they have.",
    "sluice deploy delete weather\nsluice deploy delete weather --keep-state");

}  // namespace sluice::cli
