// SPDX-License-Identifier: Apache-2.0
#include "connector/smartmodule_options.hpp"

namespace sluice::connector {
namespace {

bool has_one_module(const SmartModuleOptions& options) {
  return options.smartstream_filter || options.smartstream_map || options.smartstream_arraymap ||
         options.filter || options.map || options.array_map || options.filter_map ||
         options.aggregate || options.smart_module;
}

void check_module(const SmartModuleOptions& options, OptionProblems& problems) {
  if (!options.parameters.empty() && !has_one_module(options)) {
    problems.add("smartmodule-parameters", "there is no SmartModule that they could be for",
                 options.transforms.empty()
                     ? "name one, for example with `--smart-module`"
                     : "write the parameters of a `--transform` as its `with`");
  }
  if (options.aggregate_initial_value && !options.aggregate && !options.smart_module) {
    problems.add("aggregate-initial-value", "only an aggregate has an initial value",
                 "name one with `--aggregate`");
  }
}

void check_dead_letters(const SmartModuleOptions& options, OptionProblems& problems) {
  const auto& [topic, file] = options.dead_letters;
  const bool wanted = options.on_fault == FaultPolicy::dead_letter;
  if (wanted && !topic && !file) {
    problems.add("transform-error", "dead letters need a place",
                 "give `--dead-letter-topic TOPIC` or `--dead-letter-file FILE`");
  }
  if (wanted) return;
  const auto* const help = "add `--transform-error dead-letter`, or remove this";
  if (topic) problems.add("dead-letter-topic", "nothing would be written to it", help);
  if (file) problems.add("dead-letter-file", "nothing would be written to it", help);
}

}  // namespace

void validate_options(const SmartModuleOptions& options, OptionProblems& problems) {
  check_module(options, problems);
  check_dead_letters(options, problems);
}

}  // namespace sluice::connector
