// SPDX-License-Identifier: Apache-2.0
#pragma once

// Whether a connector's YAML file is right, and what is wrong with it: the head by our own rules,
// the section by its program. A program of the kit is asked with its word `validate`, any other one
// by the schema of its metadata. Contacts nothing but the program.

#include "launch/launch_plan.hpp"

namespace sluice::launch {

struct ValidateWanted {
  LaunchWanted launch;
  std::vector<SearchFolder> folders;
  bool head_only = false;  // do not look for the program
};

struct Validation {
  LaunchFile file;
  std::vector<Diagnostic> problems;  // in the order of the file; none shows a secret
  std::vector<Diagnostic> warnings;
  std::optional<FoundConnector> connector;
  std::optional<catalog::Metadata> metadata;
  bool section_checked = false;
  LaunchPlan plan;  // good when there are no problems, and a program

  [[nodiscard]] bool ok() const noexcept { return problems.empty(); }
  // 0; 2 when something is wrong in the files; 3 when only the program could not be asked.
  [[nodiscard]] int exit_code() const noexcept;
};

// Never throws for what is in the files or what the program does.
[[nodiscard]] Validation validate_config(const ValidateWanted& wanted,
                                         const Environment& environment);

}  // namespace sluice::launch
