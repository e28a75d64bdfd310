// SPDX-License-Identifier: Apache-2.0
#pragma once

// The SmartModules of a connector: finds and compiles them, and starts chains of them.
//
// What is named is a path, if there is such a file, or else the name of a SmartModule in the
// cluster (`name`, or `group/name@version`). Files are loaded before anything is contacted. There
// is one engine, made with the first module: a connector without transforms never has one.
//
// `RecordChain` is one running chain, for one thread.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "connector/cluster.hpp"
#include "connector/stats.hpp"
#include "connector/transform_steps.hpp"

namespace sluice::connector {

// A chain that throws, and whose counters are seen in metrics and status.
class RecordChain {
 public:
  // `counts` has one for each step, and outlives the chain.
  RecordChain(smartmodule::Chain chain, std::vector<StepCounts*> counts);

  // Throws: `smartmodule` when the chain broke down; it is of no use any more.
  [[nodiscard]] smartmodule::ChainOutput process(const smartmodule::ChainInput& input);

  [[nodiscard]] std::size_t size() const noexcept { return chain_.size(); }
  [[nodiscard]] std::optional<smartmodule::Lookback> lookback(std::size_t step) const {
    return chain_.lookback(step);
  }
  // Requires: `lookback(step)`. The deltas of the records are whole offsets and timestamps.
  void look_back(std::size_t step, wire::RecordList records);

 private:
  void count();

  smartmodule::Chain chain_;
  std::vector<StepCounts*> counts_;
  std::vector<smartmodule::StepStats> counted_;
};

// Throws: `invalid_config` when the parameters are more than a SmartModule may be given.
void check_params(const TransformStep& step);

class Transforms {
 public:
  // Loads what is a file. Requires: there is a step. Throws: `smartmodule`, `invalid_config`
  // or what reading the file failed with.
  Transforms(std::vector<TransformStep> steps, smartmodule::ChainOptions options, Stats& stats,
             std::shared_ptr<smartmodule::Engine> engine = {});

  // Loads the rest from the cluster. Throws: `smartmodule`, what the cluster failed with.
  void load(Cluster& cluster);
  // An aggregate whose initial value is `use-last` begins with this.
  void initial_value(const std::string& last);
  [[nodiscard]] bool wants_last() const;
  // Whether a step looks back, and its module can.
  [[nodiscard]] bool looks_back() const;

  // Runs the init of every module. Requires: all are loaded. Throws: `smartmodule`.
  [[nodiscard]] RecordChain start() const;

 private:
  struct Loaded {
    TransformStep step;
    std::shared_ptr<const smartmodule::Module> module;
    StepCounts* counts = nullptr;
  };
  void take(Loaded& one, std::string_view bytes);

  smartmodule::ChainOptions options_;
  Stats& stats_;
  std::shared_ptr<smartmodule::Engine> engine_;
  std::vector<Loaded> loaded_;
};

}  // namespace sluice::connector
