// SPDX-License-Identifier: Apache-2.0
#include "connector/sink_transform.hpp"

#include <algorithm>
#include <utility>

namespace sluice::connector {
namespace {

using smartmodule::ChainOutput;

// The records as a chain takes them. A timestamp that is missing counts as that of the batch;
// the record itself keeps none.
smartmodule::ChainInput encode(const Records& records, Bytes& out) {
  out.clear();
  smartmodule::ChainInput input{.base_offset = records.front().offset.value,
                                .base_timestamp = records.front().timestamp.count(),
                                .records = {}};
  for (const auto& record : records) {
    const bool has_time = record.timestamp.count() >= 0 && input.base_timestamp >= 0;
    wire::append_record(
        out, {.timestamp_delta = has_time ? record.timestamp.count() - input.base_timestamp : 0,
              .offset_delta = record.offset.value - input.base_offset,
              .key = record.key ? std::optional(as_bytes(*record.key)) : std::nullopt,
              .value = as_bytes(record.value)});
  }
  input.records = {static_cast<std::uint32_t>(records.size()), out};
  return input;
}

// Meets a chain's output with the records that it was made of.
class Collector {
 public:
  Collector(const Records& input, ChainOutput& result) : input_(input), result_(result) {}

  SinkTransform::Output collect() {
    take_faults();
    take_records();
    out_.filtered = looked_at() - left_something_ - out_.faults.size();
    return std::move(out_);
  }

 private:
  using Memory = std::shared_ptr<const Bytes>;

  [[nodiscard]] const ConsumedRecord& record_at(std::int64_t offset) const {
    const auto found =
        std::ranges::lower_bound(input_, Offset{offset}, {}, &ConsumedRecord::offset);
    if (found == input_.end() || found->offset.value != offset) {
      throw Failure(Errc::smartmodule, "the SmartModules gave a record with the offset " +
                                           std::to_string(offset) +
                                           ", which they had not been given");
    }
    return *found;
  }
  [[nodiscard]] std::size_t looked_at() const {
    if (!result_.stopped) return input_.size();
    return static_cast<std::size_t>(out_.faults.back().record - input_.begin()) + 1;
  }
  [[nodiscard]] bool has_fault(const ConsumedRecord& record) const {
    const auto found =
        std::ranges::lower_bound(out_.faults, &record, {}, &SinkTransform::Fault::record);
    return found != out_.faults.end() && found->record == &record;
  }

  void take_faults() {
    for (auto& fault : result_.faults) {
      out_.faults.push_back({&record_at(fault.offset), std::move(fault)});
    }
    // Each link has its own, in order; of a record the first counts.
    std::ranges::sort(out_.faults, {}, [](const SinkTransform::Fault& one) {
      return std::pair(one.record, one.fault.step);
    });
    const auto more = std::ranges::unique(out_.faults, {}, &SinkTransform::Fault::record);
    out_.faults.erase(more.begin(), more.end());
    out_.stopped = result_.stopped;
  }

  void take_records() {
    // The chain uses its memory again; this lives as long as the records.
    const auto& bytes = result_.records.bytes;
    const auto memory = std::make_shared<const Bytes>(bytes.begin(), bytes.end());
    std::vector<ConsumedRecord> made;
    made.reserve(result_.records.count);
    wire::RecordCursor cursor(*memory, result_.records.count);
    const ConsumedRecord* last = nullptr;
    while (const auto record = cursor.next()) {
      const auto& origin = record_at(input_.front().offset.value + record->offset_delta);
      if (last != nullptr && &origin < last) {
        throw Failure(Errc::smartmodule, "the SmartModules gave the record at the offset " +
                                             std::to_string(origin.offset.value) +
                                             " behind later ones");
      }
      if (has_fault(origin)) continue;
      if (&origin != last) ++left_something_;
      last = &origin;
      made.push_back({.offset = origin.offset,
                      .timestamp = origin.timestamp,
                      .key = record->key ? std::optional(as_text(*record->key)) : std::nullopt,
                      .value = as_text(record->value)});
    }
    if (!cursor.ok()) throw Failure(in_context("what the SmartModules made", cursor.error()));
    if (!made.empty()) out_.records = {input_.partition(), std::move(made), memory};
  }

  const Records& input_;
  ChainOutput& result_;
  SinkTransform::Output out_;
  std::size_t left_something_ = 0;
};

}  // namespace

SinkTransform::SinkTransform(const Transforms& transforms, LookBack look_back)
    : transforms_(transforms), look_back_(std::move(look_back)), next_chain_(transforms.start()) {}

SinkTransform::Output SinkTransform::run(const Records& records) {
  if (records.empty()) return {};
  auto& chain = chain_of(records);
  auto result = chain.process(encode(records, encoded_));
  return Collector(records, result).collect();
}

RecordChain& SinkTransform::chain_of(const Records& records) {
  const auto found = chains_.find(records.partition());
  if (found != chains_.end()) return found->second;
  if (!next_chain_) next_chain_ = transforms_.start();
  if (look_back_) look_back_(*next_chain_, records.partition(), records.front().offset);
  auto& chain = chains_.emplace(records.partition(), *std::move(next_chain_)).first->second;
  next_chain_.reset();
  return chain;
}

}  // namespace sluice::connector
