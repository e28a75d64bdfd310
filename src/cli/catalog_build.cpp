// SPDX-License-Identifier: Apache-2.0
#include <filesystem>

#include "base/text.hpp"
#include "catalog/build.hpp"
#include "catalog/signature.hpp"
#include "catalog/site_files.hpp"
#include "cli/failure.hpp"
#include "cli/file_text.hpp"
#include "cli/format.hpp"
#include "cli/program_folders.hpp"
#include "cli/terminal.hpp"
#include "cli/tool.hpp"
#include "cli/verbs.hpp"

namespace sluice::cli {
namespace {

struct CatalogBuildOptions {
  std::string tree = ".";
  std::string folder = "build/catalog";
  std::string key;
  std::string previous;
  std::vector<std::string> programs;
  std::vector<std::string> smartmodules;
};

}  // namespace
}  // namespace sluice::cli

template <>
struct sluice::option_table<sluice::cli::CatalogBuildOptions> {
  using O = sluice::cli::CatalogBuildOptions;
  static constexpr auto rows = std::tuple{
      option<&O::tree>("tree", "Folder whose connectors and SmartModules are listed.").positional(),
      option<&O::folder>("output", "Folder that is made anew with the catalog.")
          .short_name('o')
          .value_name("DIR"),
      option<&O::key>("key", "Private key (PEM, ed25519) that signs; without one it is unsigned.")
          .value_name("FILE"),
      option<&O::previous>("previous", "Earlier catalog.json, whose versions are kept.")
          .value_name("FILE"),
      option<&O::programs>("programs",
                           "Folder with built connectors, besides $SLUICE_BIN and the folder of "
                           "this program.")
          .value_name("DIR"),
      option<&O::smartmodules>("smartmodules", "Folder with built SmartModules.").value_name("DIR"),
  };
};

namespace sluice::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t catalog_bytes_max = 64U * 1024 * 1024;
constexpr std::size_t key_bytes_max = 16'384;

// A folder of something else is not thrown away.
void require_replaceable(const fs::path& folder) {
  std::error_code failed;
  const bool is_free = !fs::exists(folder, failed) ||
                       (fs::is_directory(folder, failed) &&
                        (fs::is_empty(folder, failed) || fs::exists(folder / "catalog.json")));
  if (is_free) return;
  throw HintedFailure(Errc::usage,
                      "--output: " + quote_if_needed(folder.string()) +
                          " is there and is no catalog; it would be replaced",
                      "choose a folder that is not there");
}

int run_catalog_build(const CatalogBuildOptions& options) {
  require_replaceable(options.folder);
  const auto key = options.key.empty() ? std::string() : read_text(options.key, key_bytes_max);
  const auto built = catalog::build_catalog(
      {.tree = options.tree,
       .programs = program_folders(options.programs),
       .smartmodules = smartmodule_folders(options.smartmodules),
       .generator = "sluice " + std::string(tool_version()),
       .previous = options.previous.empty() ? "" : read_text(options.previous, catalog_bytes_max)});
  auto files = catalog::site_files(built.text);
  if (!key.empty()) {
    const auto signing = catalog::SigningKey::parse(key);
    if (!signing) throw Failure(in_context(options.key, signing.error()));
    files.push_back({"catalog.json.sig", signing->sign(built.text)});
  }
  catalog::replace_folder(options.folder, files);
  for (const auto& note : built.notes) write_stderr("note: " + note + "\n");
  print(quote_if_needed(options.folder) + " has " +
        plural(static_cast<std::int64_t>(built.connectors), "connector") + " and " +
        plural(static_cast<std::int64_t>(built.smartmodules), "SmartModule") +
        (key.empty() ? ", unsigned\n" : ", signed\n"));
  return 0;
}

}  // namespace

const Verb catalog_build = make_verb<&run_catalog_build>(
    "catalog build",
    "Makes the catalog of a tree: catalog.json, signed when there is a key, and a site that shows "
    "it.",
    "sluice catalog build --output site --key catalog.key\n"
    "sluice catalog build my-connectors --previous site/catalog.json");

}  // namespace sluice::cli
