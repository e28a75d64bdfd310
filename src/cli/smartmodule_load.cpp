// SPDX-License-Identifier: Apache-2.0
#include "base/text.hpp"
#include "cli/cluster_options.hpp"
#include "cli/failure.hpp"
#include "cli/module_facts.hpp"
#include "cli/verbs.hpp"

namespace sluice::cli {
namespace {

struct SmartModuleLoadOptions {
  std::string name;
  std::string file;
  bool no_check = false;
  ClusterOptions cluster;
  OutputOptions output;
};

}  // namespace
}  // namespace sluice::cli

template <>
struct sluice::option_table<sluice::cli::SmartModuleLoadOptions> {
  using O = sluice::cli::SmartModuleLoadOptions;
  static constexpr auto rows = std::tuple{
      option<&O::name>("name", "Name in the cluster: lower-case letters, digits and dashes.")
          .required()
          .positional(),
      option<&O::file>("file", "The module, or the folder in which `build` left it.")
          .required()
          .positional(),
      option<&O::no_check>("no-check", "Load it even if it looks like no SmartModule."),
      option_group<&O::cluster>(),
      option_group<&O::output>(),
  };
};

namespace sluice::cli {
namespace {

int run_smartmodule_load(const SmartModuleLoadOptions& options) {
  auto file = read_module(options.file);
  file.name = options.name;
  Facts facts;
  std::string what = "loaded without a check";
  if (options.no_check) {
    facts.add("name", "Name", options.name);
  } else {
    smartmodule::Engine engine;
    const auto found = inspect_module(engine, file);
    facts = found.facts("");
    what = found.summary();
  }
  auto admin = connect(options.cluster).admin();
  admin.create_smartmodule(options.name, file.wasm);
  print_done("SmartModule `" + options.name + "` is loaded: " + what, facts, options.output);
  return 0;
}

}  // namespace

const Verb smartmodule_load = make_verb<&run_smartmodule_load>(
    "smartmodule load", "Puts a SmartModule into the cluster, or a newer one in its place.",
    "sluice smartmodule load my-filter my-filter/my-filter.wasm");

}  // namespace sluice::cli
