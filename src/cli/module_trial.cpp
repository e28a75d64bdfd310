// SPDX-License-Identifier: Apache-2.0
#include "cli/module_trial.hpp"

#include <algorithm>
#include <chrono>
#include <span>

namespace sluice::cli {
namespace {

using smartmodule::ModuleResult;

template <typename T>
T or_fail(ModuleResult<T> result) {
  if (!result) throw Failure(result.error().to_error());
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

Bytes encoded(std::span<const TrialRecord> records) {
  Bytes out;
  for (const auto& record : records) {
    const auto key = record.key ? std::optional(as_bytes(*record.key)) : std::nullopt;
    wire::append_record(out, {record.timestamp, record.offset, key, as_bytes(record.value)});
  }
  return out;
}

// The newest, as many and as old as the lookback says.
std::span<const TrialRecord> newest(std::span<const TrialRecord> records,
                                    const smartmodule::Lookback& lookback) {
  if (lookback.last > 0)
    records = records.last(std::min<std::size_t>(records.size(), lookback.last));
  if (!lookback.age) return records;
  const auto since = std::chrono::system_clock::now().time_since_epoch() - *lookback.age;
  const auto since_ms = std::chrono::duration_cast<std::chrono::milliseconds>(since).count();
  const auto first = std::ranges::find_if(
      records, [&](const TrialRecord& record) { return record.timestamp >= since_ms; });
  return records.subspan(static_cast<std::size_t>(first - records.begin()));
}

smartmodule::Step step_of(smartmodule::Engine& engine, const SmartModuleInvocation& module) {
  smartmodule::Step step{.module = or_fail(engine.load(module.name, as_bytes(module.wasm))),
                         .params = module.params,
                         .lookback = std::nullopt,
                         .accumulator = to_bytes(module.accumulator)};
  if (module.lookback) {
    step.lookback =
        smartmodule::Lookback{.last = module.lookback->last, .age = module.lookback->age};
  }
  return step;
}

}  // namespace

Trial::Trial(smartmodule::Engine& engine, const std::vector<SmartModuleInvocation>& modules,
             smartmodule::OnFault on_fault) {
  std::vector<smartmodule::Step> steps;
  for (const auto& module : modules) steps.push_back(step_of(engine, module));
  chain_ = or_fail(smartmodule::Chain::create(engine, std::move(steps), {.on_fault = on_fault}));
}

void Trial::look_back(const std::vector<TrialRecord>& records) {
  for (std::size_t i = 0; i < chain_->size(); ++i) {
    const auto lookback = chain_->lookback(i);
    if (!lookback) continue;
    const auto shown = newest(records, *lookback);
    const auto bytes = encoded(shown);
    or_fail(chain_->look_back(i, {static_cast<std::uint32_t>(shown.size()), bytes}));
  }
}

TrialOutput Trial::process(const TrialBatch& batch) {
  const auto bytes = encoded(batch.records);
  const auto count = static_cast<std::uint32_t>(batch.records.size());
  auto made = or_fail(chain_->process({batch.base_offset, batch.base_timestamp, {count, bytes}}));
  TrialOutput out{.records = {}, .faults = std::move(made.faults)};
  wire::RecordCursor cursor(made.records.bytes, made.records.count);
  while (const auto record = cursor.next()) {
    const auto key = record->key ? std::optional(std::string(as_text(*record->key))) : std::nullopt;
    out.records.push_back(
        {key, std::string(as_text(record->value)), record->offset_delta, record->timestamp_delta});
  }
  if (!cursor.ok()) throw Failure(cursor.error());
  return out;
}

std::vector<Fate> Trial::fates_of(const TrialBatch& batch) {
  std::vector<Fate> fates(batch.records.size());
  auto output = process(batch);
  // A module may say anything.
  const auto last = static_cast<std::int64_t>(fates.size()) - 1;
  const auto fate_at = [&](std::int64_t place) -> Fate& {
    return fates[static_cast<std::size_t>(std::clamp<std::int64_t>(place, 0, last))];
  };
  if (fates.empty()) return fates;
  for (auto& record : output.records) {
    const auto offset = record.offset;
    fate_at(offset).after.push_back(std::move(record));
  }
  for (auto& fault : output.faults) {
    const auto offset = fault.offset - batch.base_offset;
    fate_at(offset).fault = std::move(fault);
  }
  return fates;
}

}  // namespace sluice::cli
