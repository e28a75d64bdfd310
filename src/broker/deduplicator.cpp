// SPDX-License-Identifier: Apache-2.0
#include "broker/deduplicator.hpp"

#include <chrono>
#include <string>
#include <utility>

#include "broker/log_writer.hpp"
#include "broker/produce_transform.hpp"

namespace sluice::broker {

Deduplicator::Deduplicator(const wire::Deduplication& spec, SmartModules& modules,
                           LogWriter& writer)
    : invocations_{invocation_of(spec)},
      modules_(modules),
      writer_(writer),
      lane_(std::make_shared<TaskLane>(modules.workers())) {}

// What was let through before must be in the log by then, or known to be lost.
tl::expected<void, wire::ErrorCode> Deduplicator::start(const PartitionLog& log) {
  chain_.reset();
  writer_.run_and_wait([] {});
  chain_generation_ = generation_;
  auto chain = modules_.make_chain(invocations_, log);
  if (chain) {
    chain_.emplace(*std::move(chain));
    return {};
  }
  if (chain.error().code != wire::Code::smartmodule_not_found) {
    return tl::unexpected(std::move(chain).error());
  }
  return tl::unexpected(wire::ErrorCode(wire::Code::deduplication_smartmodule_not_loaded));
}

tl::expected<Deduplicator::Unique, wire::ErrorCode> Deduplicator::filter(
    std::span<const BatchSlot> batches, const PartitionLog& log) {
  if (!chain_ || chain_generation_ != generation_) {
    if (auto done = start(log); !done) return tl::unexpected(std::move(done).error());
  }
  auto kept = transform_batches(*chain_, batches, log.batch_bytes_max());
  if (!kept) {
    // It has seen records that will not be stored now.
    chain_.reset();
    return tl::unexpected(std::move(kept).error());
  }
  Unique unique{.last_offset_delta = kept->last_offset_delta, .generation = chain_generation_};
  if (!kept->unchanged) unique.batch = std::move(kept->bytes);
  return unique;
}

wire::SmartModuleInvocation invocation_of(const wire::Deduplication& spec) {
  wire::SmartModuleInvocation invocation;
  invocation.wasm = wire::PredefinedWasm{spec.uses};
  invocation.kind = wire::FilterKind{};
  invocation.params.emplace("count", std::to_string(spec.count));
  if (spec.age) {
    const auto age = std::chrono::duration_cast<std::chrono::milliseconds>(*spec.age);
    invocation.params.emplace("age", std::to_string(age.count()));
  }
  for (const auto& [name, value] : spec.with) invocation.params.insert_or_assign(name, value);
  invocation.lookback = wire::Lookback{.last = spec.count, .age = spec.age};
  invocation.name = spec.uses;
  return invocation;
}

}  // namespace sluice::broker
