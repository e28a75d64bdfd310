// SPDX-License-Identifier: Apache-2.0
#pragma once

// What `sluice smartmodule test` prints: records before and after, and cases.

#include <string>
#include <vector>

#include "cli/listing.hpp"
#include "cli/module_trial.hpp"

namespace sluice::cli {

// A table or JSON on standard output; in the table's case, what failed and a summary on standard
// error.
void report_trial(const smartmodule::Chain& chain, const std::vector<TrialRecord>& before,
                  const std::vector<Fate>& fates, const OutputOptions& options);
[[nodiscard]] std::size_t fault_count(const std::vector<Fate>& fates);

class CaseReport {
 public:
  CaseReport(std::string module, const OutputOptions& options)
      : module_(std::move(module)), options_(options) {}

  // No `problems`: it passed.
  void add(const std::string& name, const std::vector<std::string>& problems);
  // The exit code.
  [[nodiscard]] int finish() const;

 private:
  std::string module_;
  OutputOptions options_;
  Listing listing_{{{"name", "CASE"}, {"passed", "PASSED"}, {"problems", "PROBLEMS"}}, ""};
  std::int64_t passed_ = 0;
  std::int64_t failed_ = 0;
};

}  // namespace sluice::cli
