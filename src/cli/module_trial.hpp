// SPDX-License-Identifier: Apache-2.0
#pragma once

// A chain of SmartModules on records of one's own, without a server: what became of each.

#include <optional>
#include <string>
#include <vector>

#include "sluice/smartmodule_invocation.hpp"
#include "smartmodule/chain.hpp"

namespace sluice::cli {

struct TrialRecord {
  std::optional<std::string> key;
  std::string value;
  std::int64_t offset = 0;     // both from where the batch begins
  std::int64_t timestamp = 0;  // in ms

  friend bool operator==(const TrialRecord&, const TrialRecord&) = default;
};

struct TrialBatch {
  std::int64_t base_offset = 0;
  std::int64_t base_timestamp = 0;
  std::vector<TrialRecord> records;
};
struct TrialOutput {
  std::vector<TrialRecord> records;
  std::vector<smartmodule::RecordFault> faults;
};

// What became of one record.
struct Fate {
  std::vector<TrialRecord> after;
  std::optional<smartmodule::RecordFault> fault;
};

class Trial {
 public:
  // Every module has its `wasm`. Throws: `smartmodule` for one that cannot be used, or whose
  // init refuses.
  Trial(smartmodule::Engine& engine, const std::vector<SmartModuleInvocation>& modules,
        smartmodule::OnFault on_fault);

  // Shows the newest of `records` to the modules that look back; nothing to others. Throws:
  // `smartmodule` when one refuses.
  void look_back(const std::vector<TrialRecord>& records);
  // Throws: `smartmodule` when a module cannot go on.
  [[nodiscard]] TrialOutput process(const TrialBatch& batch);
  // The same, by record. Requires: offsets 0, 1, 2 ...
  [[nodiscard]] std::vector<Fate> fates_of(const TrialBatch& batch);

  [[nodiscard]] const smartmodule::Chain& chain() const { return *chain_; }

 private:
  std::optional<smartmodule::Chain> chain_;
};

}  // namespace sluice::cli
