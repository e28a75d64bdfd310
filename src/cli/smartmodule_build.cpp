// SPDX-License-Identifier: Apache-2.0
#include "base/text.hpp"
#include "cli/cluster_options.hpp"
#include "cli/failure.hpp"
#include "cli/file_text.hpp"
#include "cli/format.hpp"
#include "cli/module_build.hpp"
#include "cli/module_facts.hpp"
#include "cli/module_folder.hpp"
#include "cli/verbs.hpp"

namespace sluice::cli {
namespace {

struct SmartModuleBuildOptions {
  std::string source = ".";
  std::string out;
  OutputOptions output;
};

}  // namespace
}  // namespace sluice::cli

template <>
struct sluice::option_table<sluice::cli::SmartModuleBuildOptions> {
  using O = sluice::cli::SmartModuleBuildOptions;
  static constexpr auto rows = std::tuple{
      option<&O::source>("source", "Folder of the SmartModule, or one C++ file.").positional(),
      option<&O::out>("out", "File to write. Else NAME.wasm in the folder, or beside the file.")
          .short_name('o')
          .value_name("FILE"),
      option_group<&O::output>(),
  };
};

namespace sluice::cli {
namespace {

ModuleFolder sources_of(const std::filesystem::path& source) {
  std::error_code failed;
  if (std::filesystem::is_regular_file(source, failed)) {
    return {.path = source.parent_path(), .name = source.stem().string(), .sources = {source}};
  }
  auto folder = open_module_folder(source);
  if (folder.sources.empty()) {
    throw HintedFailure(
        Errc::io,
        "there is no C++ file in " + quote_if_needed(source.string()) + ", nor in its folder `src`",
        "`sluice smartmodule new NAME` makes a folder to begin with");
  }
  return folder;
}

int run_smartmodule_build(const SmartModuleBuildOptions& options) {
  const auto folder = sources_of(options.source);
  const auto out = options.out.empty() ? folder.wasm() : std::filesystem::path(options.out);
  build_module(folder.sources, out);
  const ModuleFile file{folder.name, out, read_wasm(out)};
  smartmodule::Engine engine;
  const auto facts = inspect_module(engine, file);
  print_done(out.string() + ": " + facts.summary(), facts.facts(out.string()), options.output);
  return 0;
}

}  // namespace

const Verb smartmodule_build = make_verb<&run_smartmodule_build>(
    "smartmodule build", "Compiles a SmartModule written in C++ to WebAssembly.",
    "sluice smartmodule build my-filter\n"
    "sluice smartmodule build my_filter.cpp -o my-filter.wasm");

}  // namespace sluice::cli
