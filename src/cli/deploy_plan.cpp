// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "cli/deploy_common.hpp"
#include "cli/deploy_options.hpp"
#include "cli/terminal.hpp"
#include "cli/verbs.hpp"
#include "deploy/compose_run.hpp"
#include "deploy/difference.hpp"
#include "deploy/kubernetes.hpp"
#include "deploy/yaml_text.hpp"

namespace sluice::cli {
namespace {

struct DeployPlanOptions {
  DeployInput input;
  OutputOptions output;
};

}  // namespace
}  // namespace sluice::cli

template <>
struct sluice::option_table<sluice::cli::DeployPlanOptions> {
  using O = sluice::cli::DeployPlanOptions;
  static constexpr auto rows = std::tuple{option_group<&O::input>(), option_group<&O::output>()};
};

namespace sluice::cli {
namespace {

std::string change_of(const std::optional<deploy::Applied>& before, const std::string& lines) {
  if (!before) return "new";
  return lines.empty() ? "unchanged" : "changed";
}

// What would be written or sent, for the targets that have such a thing.
std::string manifest(const deploy::Store& store, const std::vector<deploy::Applied>& all) {
  if (all.front().deployment.target == deploy::Target::compose) {
    return deploy::compose_yaml(with_others_of_file(store, all), deploy::compose_user());
  }
  std::string out;
  for (const auto& applied : all) {
    if (!out.empty()) out += "---\n";
    out += deploy::yaml_texts(deploy::kubernetes_objects_shown(applied));
  }
  return out;
}

int run_deploy_plan(const DeployPlanOptions& options) {
  const auto store = deploy_store();
  const auto all = prepare_all(options.input);
  const bool is_local = options.input.target == deploy::Target::local;
  const bool as_json = options.output.output == OutputFormat::json;
  Listing listing({{"name", "NAME"}, {"change", "CHANGE"}, {"difference", "DIFFERENCE"}}, "");
  for (const auto& applied : all) {
    const auto before = store.load(applied.deployment.name);
    const auto lines = deploy::difference(before, applied);
    const auto change = change_of(before, lines);
    listing.add({applied.deployment.name, change, lines});
    if (as_json) continue;
    // A manifest is printed as it is, to be piped on: what changes goes beside it.
    const auto text = applied.deployment.name + ": " + change + "\n" + lines;
    if (is_local) {
      print(text);
    } else {
      write_stderr(text);
    }
  }
  if (as_json) {
    print(listing, options.output);
  } else if (!is_local) {
    print(manifest(store, all));
  }
  return 0;
}

}  // namespace

const Verb deploy_plan = make_verb<&run_deploy_plan>(
    "deploy plan",
    "Checks connectors' files and shows what `deploy apply` would change, or the "
    "manifests. Changes "
    "nothing.",
    "sluice deploy plan http.yaml\n"
    "sluice deploy plan http.yaml --target kubernetes --state-volume 1Gi");

}  // namespace sluice::cli
