// SPDX-License-Identifier: Apache-2.0
#pragma once

// The cases of a SmartModule: records in, records out. The fields of tests/cases.json are
// described in smartmodules/README.md.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cli/module_trial.hpp"

namespace sluice::cli {

struct ExpectedRecord {
  std::optional<std::string> key;
  std::string value;
  std::optional<std::int64_t> offset, timestamp;  // compared when given

  [[nodiscard]] bool matches(const TrialRecord& record) const;
};

struct ModuleCase {
  struct Fault {
    std::string contains;  // part of its text
    std::optional<std::int64_t> offset;
  };
  std::string name;
  std::map<std::string, std::string> params;
  std::optional<SmartModuleLookback> lookback;
  std::optional<std::vector<TrialRecord>> look_back;
  std::vector<TrialBatch> batches;
  std::string accumulator;
  std::vector<ExpectedRecord> expect;
  std::optional<std::size_t> expect_count;  // in place of `expect`
  std::optional<Fault> error;
  std::optional<std::string> init_error;
};

// Throws: `io`; `invalid_config` with the case and what is wrong with it.
[[nodiscard]] std::vector<ModuleCase> read_cases(const std::filesystem::path& path);
[[nodiscard]] std::vector<ModuleCase> parse_cases(std::string_view text, const std::string& path);

// Runs a case in a new instance. What is different from what it says, one line each; none: it
// passed.
[[nodiscard]] std::vector<std::string> run_case(smartmodule::Engine& engine,
                                                SmartModuleInvocation module,
                                                const ModuleCase& expected);

}  // namespace sluice::cli
