// SPDX-License-Identifier: Apache-2.0
#include "cli/listing.hpp"
#include "cli/tool.hpp"
#include "cli/verbs.hpp"

namespace sluice::cli {
namespace {

struct VersionOptions {
  OutputOptions output;
};

}  // namespace
}  // namespace sluice::cli

template <>
struct sluice::option_table<sluice::cli::VersionOptions> {
  using O = sluice::cli::VersionOptions;
  static constexpr auto rows = std::tuple{option_group<&O::output>()};
};

namespace sluice::cli {
namespace {

int run_version(const VersionOptions& options) {
  Facts facts;
  facts.add("name", "Name", "sluice").add("version", "Version", std::string(tool_version()));
  print_done("sluice " + std::string(tool_version()), facts, options.output);
  return 0;
}

}  // namespace

std::string_view tool_version() {
  return SLUICE_VERSION;
}

const Verb version = make_verb<&run_version>("version", "Prints the version of this tool.");

}  // namespace sluice::cli
