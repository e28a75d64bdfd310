// SPDX-License-Identifier: Apache-2.0
#include "cli/module_facts.hpp"
#include "cli/smartmodule_cluster.hpp"
#include "cli/verbs.hpp"

namespace sluice::cli {
namespace {

struct SmartModuleDescribeOptions {
  std::string name;
  ClusterOptions cluster;
  OutputOptions output;
};

}  // namespace
}  // namespace sluice::cli

template <>
struct sluice::option_table<sluice::cli::SmartModuleDescribeOptions> {
  using O = sluice::cli::SmartModuleDescribeOptions;
  static constexpr auto rows = std::tuple{
      option<&O::name>("name", "Name of the SmartModule in the cluster.").required().positional(),
      option_group<&O::cluster>(),
      option_group<&O::output>(),
  };
};

namespace sluice::cli {
namespace {

int run_smartmodule_describe(const SmartModuleDescribeOptions& options) {
  auto admin = connect(options.cluster).admin();
  const auto file = download(admin, options.name);
  smartmodule::Engine engine;
  print(inspect_module(engine, file).facts(""), options.output);
  return 0;
}

}  // namespace

const Verb smartmodule_describe = make_verb<&run_smartmodule_describe>(
    "smartmodule describe", "Shows what a SmartModule of the cluster is: its kind and its size.",
    "sluice smartmodule describe my-filter");

}  // namespace sluice::cli
