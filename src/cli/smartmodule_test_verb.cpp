// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <filesystem>

#include "base/text.hpp"
#include "cli/failure.hpp"
#include "cli/listing.hpp"
#include "cli/module_cases.hpp"
#include "cli/module_facts.hpp"
#include "cli/module_kind.hpp"
#include "cli/smartmodule_options.hpp"
#include "cli/terminal.hpp"
#include "cli/trial_input.hpp"
#include "cli/trial_report.hpp"
#include "cli/verbs.hpp"

namespace sluice::cli {
namespace {

struct SmartModuleTestOptions {
  std::vector<std::string> modules;
  std::optional<smartmodule::Kind> kind;
  TrialInputOptions input;
  std::string cases;
  SmartModuleArguments arguments;
  TransformOptions transforms;
  OutputOptions output;
};

}  // namespace
}  // namespace sluice::cli

template <>
struct sluice::option_table<sluice::cli::SmartModuleTestOptions> {
  using O = sluice::cli::SmartModuleTestOptions;
  static constexpr auto rows = std::tuple{
      option<&O::modules>("module",
                          "SmartModule in a file, or the folder in which `build` left it. Several "
                          "are a chain.")
          .positional(),
      option<&O::kind>("kind", "What the module must be; another kind is an error."),
      option_group<&O::input>(),
      option<&O::cases>("cases",
                        "File with cases: records in, records out. Else tests/cases.json of the "
                        "folder, when no record is given.")
          .value_name("FILE"),
      option_group<&O::transforms>(),
      option_group<&O::arguments>(),
      option_group<&O::output>(),
  };
};

namespace sluice::cli {
namespace {

namespace fs = std::filesystem;

SmartModuleInvocation invocation_of(ModuleFile file) {
  return {.name = std::move(file.name), .wasm = std::move(file.wasm)};
}

// `uses` is one of the modules that were given, or else a path.
SmartModuleInvocation used(const TransformConfig& transform, const std::vector<ModuleFile>& given,
                           const fs::path& beside) {
  const auto with = [&](ModuleFile file) {
    auto out = invocation_of(std::move(file));
    out.params = transform.with;
    out.lookback = lookback_of(transform);
    return out;
  };
  for (const auto& file : given) {
    if (file.name == transform.uses) return with(file);
  }
  std::error_code failed;
  for (const auto* const end : {"", ".wasm"}) {
    const auto path = beside / (transform.uses + end);
    if (fs::exists(path, failed)) return with(read_module(path));
  }
  throw HintedFailure(
      Errc::io, "the chain uses " + quote_if_needed(transform.uses) + ", and there is no such file",
      "name the file on the command line too: `sluice smartmodule test FILE "
      "--transforms-file ...`; its name without .wasm counts");
}

std::vector<SmartModuleInvocation> chain_of(const SmartModuleTestOptions& options) {
  std::vector<ModuleFile> given;
  for (const auto& module : options.modules) given.push_back(read_module(module));
  std::vector<SmartModuleInvocation> chain;
  if (options.transforms.given()) {
    refuse_arguments(options.arguments, "each SmartModule of a chain has its own, `with:`");
    const auto beside = fs::path(options.transforms.file).parent_path();
    for (const auto& transform : options.transforms.all()) {
      chain.push_back(used(transform, given, beside));
    }
  } else {
    for (auto& file : given) chain.push_back(invocation_of(std::move(file)));
    if (chain.size() > 1) {
      refuse_arguments(options.arguments,
                       "which of the SmartModules is it for? write the chain as --transform");
    }
  }
  if (chain.empty()) {
    throw HintedFailure(Errc::usage, "there is no SmartModule to test",
                        "name a file or folder: `sluice smartmodule test my-filter`");
  }
  if (chain.size() > 1 || options.transforms.given()) return chain;
  chain.front().params = options.arguments.params;
  chain.front().lookback = options.arguments.lookback();
  chain.front().accumulator = options.arguments.aggregate_initial.value_or("");
  return chain;
}

void check_kind(const SmartModuleTestOptions& options, const smartmodule::Module& module) {
  if (!options.kind || *options.kind == module.kind()) return;
  throw Failure(Errc::smartmodule, "SmartModule `" + module.name() + "` is a " +
                                       std::string(smartmodule::name_of(module.kind())) +
                                       ", not a " +
                                       std::string(smartmodule::name_of(*options.kind)));
}

// The file with the cases that are to be run, if any are.
std::optional<fs::path> cases_of(const SmartModuleTestOptions& options) {
  if (!options.cases.empty()) {
    if (options.input.any()) {
      throw Failure(Errc::usage, "--cases: the cases have their own records; leave others away");
    }
    return options.cases;
  }
  if (options.input.any() || options.modules.size() != 1 || options.transforms.given()) return {};
  std::error_code failed;
  if (!fs::is_directory(options.modules.front(), failed)) return {};
  const auto cases = open_module_folder(options.modules.front()).cases();
  return fs::exists(cases, failed) ? std::optional(cases) : std::nullopt;
}

int run_cases(const SmartModuleTestOptions& options, const fs::path& path) {
  if (options.modules.size() != 1 || options.transforms.given()) {
    throw Failure(Errc::usage, "--cases: cases are for one SmartModule, not for a chain");
  }
  refuse_arguments(options.arguments, "each case has its own");
  const auto cases = read_cases(path);
  const auto module = invocation_of(read_module(options.modules.front()));
  smartmodule::Engine engine;
  const auto loaded = engine.load(module.name, as_bytes(module.wasm));
  if (!loaded) throw Failure(loaded.error().to_error());
  check_kind(options, **loaded);
  CaseReport report(module.name, options.output);
  for (const auto& one : cases) report.add(one.name, run_case(engine, module, one));
  return report.finish();
}

int run_records(const SmartModuleTestOptions& options) {
  const auto chain = chain_of(options);
  if (!options.input.any()) {
    throw HintedFailure(Errc::usage, "there is no record to test with",
                        "give some with --record VALUE, --record-file FILE or `--record-file -`");
  }
  const auto records = read_records(options.input);
  smartmodule::Engine engine;
  Trial trial(engine, chain, smartmodule::OnFault::skip);
  if (chain.size() == 1) check_kind(options, trial.chain().module(0));
  trial.look_back(look_back_records(options.input));
  const auto fates = trial.fates_of({.records = records});
  report_trial(trial.chain(), records, fates, options.output);
  return fault_count(fates) == 0 ? 0 : 1;
}

int run_smartmodule_test(const SmartModuleTestOptions& options) {
  const auto cases = cases_of(options);
  return cases ? run_cases(options, *cases) : run_records(options);
}

}  // namespace

const Verb smartmodule_test = make_verb<&run_smartmodule_test>(
    "smartmodule test",
    "Runs a SmartModule on records, and shows each before and after. Needs no server.",
    "sluice smartmodule test my-filter\n"
    "sluice smartmodule test my-filter --record apple --record banana --params word=apple\n"
    "sluice smartmodule test csv.wasm casing.wasm --record-file ticks.csv --output json\n"
    "sluice smartmodule test jolt.wasm --transforms-file chain.yaml --record '{\"a\":1}'");

}  // namespace sluice::cli
