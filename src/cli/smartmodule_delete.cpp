// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "cli/listing.hpp"
#include "cli/smartmodule_cluster.hpp"
#include "cli/terminal.hpp"
#include "cli/verbs.hpp"

namespace sluice::cli {
namespace {

struct SmartModuleDeleteOptions {
  std::vector<std::string> names;
  ClusterOptions cluster;
  OutputOptions output;
};

}  // namespace
}  // namespace sluice::cli

template <>
struct sluice::option_table<sluice::cli::SmartModuleDeleteOptions> {
  using O = sluice::cli::SmartModuleDeleteOptions;
  static constexpr auto rows = std::tuple{
      option<&O::names>("name", "Names of the SmartModules.").required().positional(),
      option_group<&O::cluster>(),
      option_group<&O::output>(),
  };
};

namespace sluice::cli {
namespace {

// All are looked for before the first is deleted, so that a typing error deletes nothing.
int run_smartmodule_delete(const SmartModuleDeleteOptions& options) {
  auto admin = connect(options.cluster).admin();
  const auto there = admin.list_smartmodules();
  for (const auto& name : options.names) {
    if (std::ranges::find(there, name, &SmartModuleInfo::name) == there.end()) {
      fail_missing_smartmodule(admin, name);
    }
  }
  Listing listing({{"name", "NAME"}, {"deleted", "DELETED"}}, "");
  for (const auto& name : options.names) {
    const bool deleted = admin.delete_smartmodule(name) == Deleted::deleted;
    listing.add({name, deleted});
    if (options.output.output == OutputFormat::table) {
      print("SmartModule `" + name + (deleted ? "` is deleted\n" : "` was gone already\n"));
    }
  }
  if (options.output.output == OutputFormat::json) print(listing, options.output);
  return 0;
}

}  // namespace

const Verb smartmodule_delete =
    make_verb<&run_smartmodule_delete>("smartmodule delete", "Deletes SmartModules of the cluster.",
                                       "sluice smartmodule delete my-filter");

}  // namespace sluice::cli
