// SPDX-License-Identifier: Apache-2.0
// A record set from outside: split, walked, and its records built into a batch again.
#include "fuzz.hpp"
#include "wire/record_batch.hpp"

namespace {

using namespace sluice;
using namespace sluice::wire;

bool same(const RecordView& a, const RecordView& b) {
  if (a.key.has_value() != b.key.has_value()) return false;
  if (a.key && as_text(*a.key) != as_text(*b.key)) return false;
  return as_text(a.value) == as_text(b.value) && a.timestamp_delta == b.timestamp_delta;
}

// The first record's time is the batch's: deltas then count from it.
std::vector<RecordView> walk(const BatchView& batch, Bytes& scratch) {
  std::vector<RecordView> records;
  auto cursor = RecordCursor::open(batch, scratch);
  if (!cursor) return records;
  while (const auto record = cursor->next()) records.push_back(*record);
  if (!cursor->ok()) records.clear();
  return records;
}

void build_again(const std::vector<RecordView>& records) {
  BatchBuilder builder;
  for (const auto& record : records) builder.add(record.key, record.value, record.timestamp_delta);
  auto bytes = builder.finish(Compression::none);
  SLUICE_ASSERT(bytes.has_value());
  const auto split = split_batches(*bytes);
  SLUICE_ASSERT(split.has_value() && split->batches.size() == 1 && split->bytes == bytes->size());
  SLUICE_ASSERT(crc_matches(split->batches[0]));
  Bytes scratch;
  auto again = walk(split->batches[0], scratch);
  SLUICE_ASSERT(again.size() == records.size());
  const auto first = static_cast<std::uint64_t>(records[0].timestamp_delta);
  for (std::size_t i = 0; i < records.size(); ++i) {
    const auto delta = static_cast<std::uint64_t>(again[i].timestamp_delta);
    again[i].timestamp_delta = static_cast<std::int64_t>(delta + first);
    SLUICE_ASSERT(same(again[i], records[i]));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = fuzz::input(data, size);
  const auto split = split_batches(bytes);
  if (!split) return 0;
  SLUICE_ASSERT(split->bytes <= bytes.size());
  for (const auto& batch : split->batches) {
    static_cast<void>(crc_matches(batch));
    Bytes scratch;
    const auto records = walk(batch, scratch);
    if (!records.empty()) build_again(records);
  }
  return 0;
}
