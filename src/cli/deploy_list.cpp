// SPDX-License-Identifier: Apache-2.0
#include "cli/deploy_common.hpp"
#include "cli/deploy_options.hpp"
#include "cli/failure.hpp"
#include "cli/verbs.hpp"
#include "deploy/compose_run.hpp"

namespace sluice::cli {
namespace {

struct DeployListOptions {
  std::optional<deploy::Target> target;
  std::string context, name_space;
  OutputOptions output;
};

}  // namespace
}  // namespace sluice::cli

template <>
struct sluice::option_table<sluice::cli::DeployListOptions> {
  using O = sluice::cli::DeployListOptions;
  static constexpr auto rows = std::tuple{
      option<&O::target>("target",
                         "Only these. With `kubernetes`, what the cluster has, whoever "
                         "made it with this tool."),
      option<&O::context>("context", "kubernetes: context of kubectl."),
      option<&O::name_space>("namespace", "kubernetes: namespace of the objects."),
      option_group<&O::output>(),
  };
};

namespace sluice::cli {
namespace {

using deploy::Deployment;
using deploy::Target;

Cell text_or_nothing(const std::string& text) {
  return text.empty() ? Cell{} : Cell{text};
}

Listing empty_listing() {
  return Listing({{"name", "NAME"},
                  {"type", "TYPE"},
                  {"version", "VERSION"},
                  {"target", "TARGET"},
                  {"topic", "TOPIC"},
                  {"state", "STATE"},
                  {"desired", "WANTED"},
                  {"restarts", "RESTARTS"},
                  {"up_since", "UP SINCE"},
                  {"last_exit", "LAST EXIT"}},
                 "no deployments");
}

class Row {
 public:
  explicit Row(const Deployment& deployment) : deployment_(deployment) {}

  std::string state;
  Cell restarts, up_since, last_exit;

  void add_to(Listing& listing) const {
    listing.add({deployment_.name, text_or_nothing(deployment_.type),
                 text_or_nothing(deployment_.version), std::string(name_of(deployment_.target)),
                 text_or_nothing(deployment_.topic), state,
                 std::string(name_of(deployment_.desired)), restarts, up_since, last_exit});
  }

 private:
  const Deployment& deployment_;
};

Row local_row(const deploy::Local& local, const Deployment& deployment) {
  Row row(deployment);
  const auto look = local.look(deployment);
  row.state = look.state;
  if (!look.problem.empty()) report_line(look.problem, "remove it; it is written anew");
  if (!look.record) return row;
  row.restarts = static_cast<std::int64_t>(look.record->restarts);
  if (look.supervised && look.record->pid != 0)
    row.up_since = text_or_nothing(look.record->started);
  if (look.record->exit_code) row.last_exit = look.record->reason + " at " + look.record->ended;
  return row;
}

Row kubernetes_row(const Deployment& deployment) {
  Row row(deployment);
  const auto entry = deploy::kubectl_state(deployment);
  row.state = entry.state;
  row.restarts = entry.restarts;
  return row;
}

int list_cluster(const DeployListOptions& options) {
  auto listing = empty_listing();
  for (const auto& entry : deploy::kubectl_list({options.context, options.name_space})) {
    listing.add({entry.name, text_or_nothing(entry.type), text_or_nothing(entry.version),
                 std::string("kubernetes"), text_or_nothing(entry.topic), entry.state, Cell{},
                 Cell{}, text_or_nothing(entry.created), Cell{}});
  }
  print(listing, options.output);
  return 0;
}

int run_deploy_list(const DeployListOptions& options) {
  if (options.target == Target::kubernetes) return list_cluster(options);
  const auto store = deploy_store();
  const auto control = deploy_control();
  const deploy::Local local(store, control);
  std::vector<Error> unreadable;
  auto listing = empty_listing();
  for (const auto& applied : store.load_all(unreadable)) {
    const auto& deployment = applied.deployment;
    if (options.target && deployment.target != *options.target) continue;
    switch (deployment.target) {
      case Target::local:
        local_row(local, deployment).add_to(listing);
        break;
      case Target::compose: {
        Row row(deployment);
        row.state = deploy::compose_state(deployment);
        row.add_to(listing);
        break;
      }
      case Target::kubernetes:
        kubernetes_row(deployment).add_to(listing);
        break;
    }
  }
  print(listing, options.output);
  for (const auto& error : unreadable) report_line(error.message(), {});
  return unreadable.empty() ? 0 : describe(unreadable.front().code).exit_code;
}

}  // namespace

const Verb deploy_list = make_verb<&run_deploy_list>(
    "deploy list", "Lists the deployments, and how they are.",
    "sluice deploy list\nsluice deploy list --target kubernetes --namespace streams");

}  // namespace sluice::cli
