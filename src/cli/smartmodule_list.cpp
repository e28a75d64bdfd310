// SPDX-License-Identifier: Apache-2.0
#include "cli/cluster_options.hpp"
#include "cli/listing.hpp"
#include "cli/verbs.hpp"

namespace sluice::cli {
namespace {

struct SmartModuleListOptions {
  ClusterOptions cluster;
  OutputOptions output;
};

}  // namespace
}  // namespace sluice::cli

template <>
struct sluice::option_table<sluice::cli::SmartModuleListOptions> {
  using O = sluice::cli::SmartModuleListOptions;
  static constexpr auto rows = std::tuple{option_group<&O::cluster>(), option_group<&O::output>()};
};

namespace sluice::cli {
namespace {

Cell text_cell(const std::string& text) {
  return text.empty() ? Cell{} : Cell{text};
}

int run_smartmodule_list(const SmartModuleListOptions& options) {
  auto admin = connect(options.cluster).admin();
  Listing listing({{"name", "NAME"},
                   {"wasm_bytes", "SIZE"},
                   {"group", "GROUP"},
                   {"package", "PACKAGE"},
                   {"version", "VERSION"}},
                  "no SmartModules");
  for (const auto& info : admin.list_smartmodules()) {
    listing.add({info.name, ByteCount{info.wasm_bytes}, text_cell(info.group),
                 text_cell(info.package), text_cell(info.version)});
  }
  print(listing, options.output);
  return 0;
}

}  // namespace

const Verb smartmodule_list = make_verb<&run_smartmodule_list>(
    "smartmodule list", "Lists the SmartModules of the cluster, with their sizes.",
    "sluice smartmodule list --output json");

}  // namespace sluice::cli
