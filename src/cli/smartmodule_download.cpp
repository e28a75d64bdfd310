// SPDX-License-Identifier: Apache-2.0
#include "base/text.hpp"
#include "cli/file_text.hpp"
#include "cli/listing.hpp"
#include "cli/smartmodule_cluster.hpp"
#include "cli/verbs.hpp"

namespace sluice::cli {
namespace {

struct SmartModuleDownloadOptions {
  std::string name;
  std::string out;
  ClusterOptions cluster;
  OutputOptions output;
};

}  // namespace
}  // namespace sluice::cli

template <>
struct sluice::option_table<sluice::cli::SmartModuleDownloadOptions> {
  using O = sluice::cli::SmartModuleDownloadOptions;
  static constexpr auto rows = std::tuple{
      option<&O::name>("name", "Name of the SmartModule in the cluster.").required().positional(),
      option<&O::out>("out", "File to write. Else NAME.wasm here.")
          .short_name('o')
          .value_name("FILE"),
      option_group<&O::cluster>(),
      option_group<&O::output>(),
  };
};

namespace sluice::cli {
namespace {

int run_smartmodule_download(const SmartModuleDownloadOptions& options) {
  auto admin = connect(options.cluster).admin();
  const auto file = download(admin, options.name);
  // Some names have a group and a version: `group/name@0.1.0`.
  const auto name = options.name.substr(options.name.rfind('/') + 1);
  const auto out = options.out.empty() ? name + ".wasm" : options.out;
  write_text(out, file.wasm);
  Facts facts;
  facts.add("name", "Name", options.name)
      .add("file", "File", out)
      .add("wasm_bytes", "Size", ByteCount{file.wasm.size()});
  print_done("SmartModule `" + options.name + "` is in " + quote_if_needed(out), facts,
             options.output);
  return 0;
}

}  // namespace

const Verb smartmodule_download = make_verb<&run_smartmodule_download>(
    "smartmodule download", "Writes a SmartModule of the cluster to a file.",
    "sluice smartmodule download my-filter -o my-filter.wasm");

}  // namespace sluice::cli
