// SPDX-License-Identifier: Apache-2.0
#pragma once

// For tests only: what an official client makes of the answers of a processed stream. It
// numbers records base offset + place, adds the first timestamp to each delta, and, with
// `consume -d`, ends when the last offset deltas + 1 add up to what there was.

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "wire/record_list.hpp"

namespace sluice::broker::test {

struct Seen {
  std::vector<std::string> records;  // `offset=value`, with a key `offset=key:value`
  std::vector<std::int64_t> times;
  std::int64_t counted = 0;
  int batches = 0;
};

inline void look_at(ByteView record_set, Seen& seen) {
  const auto split = wire::split_batches(record_set);
  ASSERT_TRUE(split) << split.error().message();
  ASSERT_EQ(split->bytes, record_set.size());
  Bytes scratch;
  for (const auto& batch : split->batches) {
    ASSERT_TRUE(wire::crc_matches(batch));
    auto offset = batch.header.base_offset;
    auto cursor = wire::RecordCursor::open(batch, scratch);
    ASSERT_TRUE(cursor);
    while (const auto record = cursor->next()) {
      EXPECT_EQ(batch.header.base_offset + record->offset_delta, offset);
      const auto key = record->key ? std::string(as_text(*record->key)) + ":" : std::string();
      seen.records.push_back(std::to_string(offset++) + "=" + key +
                             std::string(as_text(record->value)));
      seen.times.push_back(batch.header.first_timestamp < 0
                               ? -1
                               : batch.header.first_timestamp + record->timestamp_delta);
      EXPECT_LE(seen.times.back(), batch.header.max_timestamp);
    }
    ASSERT_TRUE(cursor->ok());
    seen.counted += std::int64_t{batch.header.last_offset_delta} + 1;
    ++seen.batches;
  }
}

}  // namespace sluice::broker::test
