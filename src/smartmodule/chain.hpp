// SPDX-License-Identifier: Apache-2.0
#pragma once

// Several SmartModules, one after the other, over batches of records.
//
// Records go from link to link as encoded bytes. Each keeps the offset and timestamp of the
// record that it was made from, also behind an array_map, whose module cannot know: it is
// given one record at a time. A link that fails over a record stops the chain, or leaves that
// record out and goes on, as the caller wants; what was transformed before it goes through the
// later links either way. A module that breaks down over a batch is started again and given
// the records one by one, so that the one to blame is known by name.
//
// One thread at a time. Memory: what the guests may have, and twice the largest output.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "smartmodule/abi.hpp"
#include "smartmodule/guest.hpp"

namespace sluice::smartmodule {

struct Step {
  std::shared_ptr<const Module> module;
  Params params;
  std::optional<Lookback> lookback;
  Bytes accumulator;  // an aggregate starts with it
};

enum class OnFault : std::uint8_t { stop, skip };

struct ChainOptions {
  GuestLimits limits;
  OnFault on_fault = OnFault::stop;
  // More is given to a guest in several calls. One record is never divided.
  std::size_t call_bytes_max = 1U << 20;
  // What one link may make of one input: more is a `memory_limit`.
  std::size_t output_bytes_max = 256U << 20;
};

struct StepStats {
  std::uint64_t calls = 0;
  std::uint64_t records_in = 0;
  std::uint64_t records_out = 0;
  std::uint64_t faults = 0;
  std::chrono::nanoseconds time{0};  // in the guest
};

// Records, and what their deltas count from.
struct ChainInput {
  std::int64_t base_offset = 0;
  std::int64_t base_timestamp = -1;  // -1: none is known
  wire::RecordList records;
};

struct ChainOutput {
  wire::RecordList records;  // looks into the chain: good until it is used again
  std::vector<RecordFault> faults;
  bool stopped = false;  // by the only one of `faults`: its record and later ones are not there
};

class Chain {
 public:
  // Starts every module and runs its init. Requires: every step has a module.
  [[nodiscard]] static ModuleResult<Chain> create(Engine& engine, std::vector<Step> steps,
                                                  const ChainOptions& options = {});

  // The records that step `index` wants to see before the first batch; nothing when it has no
  // look_back, or none was configured.
  [[nodiscard]] std::optional<Lookback> lookback(std::size_t index) const;
  // Requires: `lookback(index)`. The deltas of the records count from 0.
  [[nodiscard]] ModuleResult<> look_back(std::size_t index, wire::RecordList records);

  // With an error the chain is of no use any more.
  [[nodiscard]] ModuleResult<ChainOutput> process(const ChainInput& input);

  [[nodiscard]] std::size_t size() const noexcept { return links_.size(); }
  [[nodiscard]] const Module& module(std::size_t index) const { return *links_[index].step.module; }
  [[nodiscard]] const StepStats& stats(std::size_t index) const { return links_[index].stats; }

 private:
  struct Link {
    Step step;
    Guest guest;
    StepStats stats;
  };
  struct Run;  // of one batch through one link

  Chain(Engine& engine, const ChainOptions& options) : engine_(&engine), options_(options) {}
  [[nodiscard]] ModuleResult<Guest> start(const Step& step) const;
  [[nodiscard]] ModuleResult<> restart(Link& link) const;

  Engine* engine_;
  ChainOptions options_;
  std::vector<Link> links_;
  Bytes buffers_[2];
};

}  // namespace sluice::smartmodule
