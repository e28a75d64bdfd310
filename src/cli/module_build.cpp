// SPDX-License-Identifier: Apache-2.0
#include "cli/module_build.hpp"

#include <cstdlib>
#include <string>
#include <string_view>

#include "base/run_program.hpp"
#include "base/text.hpp"
#include "cli/failure.hpp"
#include "cli/terminal.hpp"

namespace sluice::cli {

// Made by CMake from the file.
extern const std::string_view smartmodule_build_script;

namespace {

namespace fs = std::filesystem;

// What the script ends with when something is not installed.
constexpr int exit_missing = 3;
constexpr int exit_not_started = 127;

// Beside an installed program, or at the top of the source tree of a built one.
std::string include_folder() {
  std::error_code failed;
  const auto program = fs::read_symlink("/proc/self/exe", failed);
  const auto bin = program.parent_path();
  for (const auto& folder : {bin / "../include", bin / "../../../include"}) {
    if (fs::exists(folder / "sluice/smartmodule.hpp", failed)) {
      return fs::weakly_canonical(folder, failed).string();
    }
  }
  throw HintedFailure(Errc::io,
                      "the header <sluice/smartmodule.hpp> is not installed beside " +
                          quote_if_needed(program.string()),
                      "set SLUICE_INCLUDE to the folder that has sluice/smartmodule.hpp");
}

// `smartmodule_build: WHAT: HOW TO GET IT`
[[noreturn]] void fail_missing(std::string_view said) {
  said = trim(said);
  constexpr std::string_view name = "smartmodule_build: ";
  if (said.starts_with(name)) said.remove_prefix(name.size());
  const auto colon = said.rfind(": ");
  const auto has_hint = colon != std::string_view::npos;
  throw HintedFailure(Errc::io, std::string(said.substr(0, colon)),
                      has_hint ? std::string(said.substr(colon + 2)) : "");
}

}  // namespace

void build_module(const std::vector<fs::path>& sources, const fs::path& wasm) {
  ProgramRun run{
      .words = {"bash", "-c", std::string(smartmodule_build_script), "smartmodule_build"},
      .environment = {}};
  for (const auto& source : sources) run.words.push_back(source.string());
  run.words.insert(run.words.end(), {"-o", wasm.string()});
  const char* include = std::getenv("SLUICE_INCLUDE");
  if (include == nullptr || *include == '\0') {
    run.environment.push_back("SLUICE_INCLUDE=" + include_folder());
  }
  const auto end = run_program(run);
  if (end.exit_code == exit_missing || end.exit_code == exit_not_started) fail_missing(end.errors);
  write_stderr(end.errors);
  if (end.exit_code != 0) {
    throw Failure(Errc::smartmodule, quote_if_needed(sources.front().string()) +
                                         (sources.size() > 1 ? " and others do" : " does") +
                                         " not compile to a SmartModule");
  }
}

}  // namespace sluice::cli
