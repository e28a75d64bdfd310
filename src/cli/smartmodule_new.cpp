// SPDX-License-Identifier: Apache-2.0
#include <filesystem>

#include "base/text.hpp"
#include "cli/failure.hpp"
#include "cli/listing.hpp"
#include "cli/module_kind.hpp"
#include "cli/module_templates.hpp"
#include "cli/new_folder.hpp"
#include "cli/verbs.hpp"

namespace sluice::cli {
namespace {

struct SmartModuleNewOptions {
  std::string name;
  smartmodule::Kind kind = smartmodule::Kind::filter;
  OutputOptions output;
};

}  // namespace
}  // namespace sluice::cli

template <>
struct sluice::option_table<sluice::cli::SmartModuleNewOptions> {
  using O = sluice::cli::SmartModuleNewOptions;
  static constexpr auto rows = std::tuple{
      option<&O::name>(
          "name",
          "Name of the SmartModule, and path of its folder: lower-case letters, digits "
          "and dashes.")
          .required()
          .positional(),
      option<&O::kind>("kind", "What it does with a record."),
      option_group<&O::output>(),
  };
};

namespace sluice::cli {
namespace {

int run_smartmodule_new(const SmartModuleNewOptions& options) {
  const std::filesystem::path folder(options.name);
  const auto name = folder.filename().string();
  if (!is_plain_name(name)) {
    throw HintedFailure(Errc::usage, quote_if_needed(name) + " cannot be the name of a SmartModule",
                        "use lower-case letters, digits and dashes, 63 at most");
  }
  const auto templates = module_templates(name, options.kind);
  write_new_folder(folder, templates);
  std::vector<std::string> files;
  for (const auto& file : templates) files.push_back((folder / file.path).string());
  Facts facts;
  facts.add("name", "Name", name)
      .add("kind", "Kind", std::string(smartmodule::name_of(options.kind)))
      .add("files", "Files", files);
  print_done("the SmartModule `" + name + "` is in " + quote_if_needed(folder.string()) +
                 "; next: `sluice smartmodule build " + folder.string() +
                 "`, `sluice smartmodule test " + folder.string() + "`",
             facts, options.output);
  return 0;
}

}  // namespace

const Verb smartmodule_new = make_verb<&run_smartmodule_new>(
    "smartmodule new", "Makes a folder with a SmartModule to begin with: source, cases, README.",
    "sluice smartmodule new my-filter\n"
    "sluice smartmodule new my-map --kind map");

}  // namespace sluice::cli
