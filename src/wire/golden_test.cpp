// SPDX-License-Identifier: Apache-2.0
// What official clients and servers said to each other: see tests/data/wire/README.md.
#include <algorithm>
#include <set>
#include <span>
#include <string>

#include <gtest/gtest.h>

#include "wire/compression.hpp"
#include "wire/golden_exceptions.hpp"
#include "wire/golden_frames.hpp"
#include "wire/record_batch.hpp"

namespace sluice::wire {
namespace {

// A silently skipped file, frame or batch would make every other test here pass.
constexpr std::size_t file_count = 117;
constexpr std::size_t frame_count = 2'539;
constexpr std::size_t batch_count = 493;
constexpr std::size_t record_count = 5'196;

using Names = std::set<std::string>;

Names names_of(std::span<const GoldenException> rows) {
  Names names;
  for (const auto& row : rows) names.emplace(row.frame);
  return names;
}

// Calls `f(frame, record_set)` for each record set of each frame.
template <typename F>
void each_record_set(F f) {
  for (const auto& frame : golden_frames()) {
    const auto recoded = frame.recode(frame.bytes);
    ASSERT_TRUE(recoded) << frame.name() << ": " << recoded.error().message();
    for (const auto& records : recoded->record_sets) f(frame, records);
  }
}

// Calls `f(frame, batch)` for each whole batch whose header is valid.
template <typename F>
void each_batch(F f) {
  each_record_set([&](const GoldenFrame& frame, ByteView records) {
    const auto split = split_batches(records);
    if (!split) return;
    for (const auto& batch : split->batches) f(frame, batch);
  });
}

TEST(GoldenFrames, AreAllThere) {
  Names files;
  for (const auto& frame : golden_frames()) files.insert(frame.file);
  EXPECT_EQ(files.size(), file_count);
  EXPECT_EQ(golden_frames().size(), frame_count);
}

TEST(GoldenFrames, DecodeToTheLastByteAndEncodeToTheSameBytes) {
  Names changed;
  Names opaque;
  for (const auto& frame : golden_frames()) {
    const auto recoded = frame.recode(frame.bytes);
    ASSERT_TRUE(recoded) << frame.name() << ": " << recoded.error().message();
    if (recoded->bytes != frame.bytes) changed.insert(frame.name());
    if (recoded->opaque) opaque.insert(frame.name());
  }
  EXPECT_EQ(changed, names_of(frame_exceptions));
  EXPECT_EQ(opaque, names_of(opaque_frames));
}

TEST(GoldenFrames, ExceptionsHaveTheSameValueInCanonicalForm) {
  for (const auto& frame : golden_frames()) {
    if (!names_of(frame_exceptions).contains(frame.name())) continue;
    const auto once = frame.recode(frame.bytes);
    const auto twice = frame.recode(once->bytes);

    EXPECT_EQ(once->bytes.size(), frame.bytes.size());
    EXPECT_EQ(twice->bytes, once->bytes);
  }
}

TEST(GoldenFrames, AreRefusedWhenCutAtAnyByte) {
  std::set<std::pair<bool, Bytes>> seen;
  for (const auto& frame : golden_frames()) {
    // Watches and handshakes repeat; their correlation ids do not change how they decode.
    auto content = frame.bytes;
    const auto id = content.begin() + (frame.from_client ? 4 : 0);
    content.erase(id, id + 4);
    if (!seen.emplace(frame.from_client, std::move(content)).second) continue;
    for (std::size_t size = 0; size < frame.bytes.size(); ++size) {
      const auto cut = frame.recode(ByteView(frame.bytes).first(size));
      ASSERT_FALSE(cut) << frame.name() << " cut at " << size << " of " << frame.bytes.size();
    }
  }
}

TEST(GoldenBatches, AreWholeExceptWhereTheServerCutThem) {
  Names cut;
  each_record_set([&](const GoldenFrame& frame, ByteView records) {
    const auto split = split_batches(records);
    if (split && split->bytes != records.size()) cut.insert(frame.name());
  });
  EXPECT_EQ(cut, names_of(cut_frames));
}

TEST(GoldenBatches, HaveTheirChecksumAndAllTheirRecords) {
  std::size_t batches = 0;
  std::size_t records = 0;
  Names wrong_sums;
  each_batch([&](const GoldenFrame& frame, const BatchView& batch) {
    ++batches;
    if (!crc_matches(batch)) wrong_sums.insert(frame.name());
    Bytes scratch;
    auto cursor = RecordCursor::open(batch, scratch);
    ASSERT_TRUE(cursor) << frame.name() << ": " << cursor.error().message();
    std::size_t seen = 0;
    while (cursor->next()) ++seen;
    EXPECT_TRUE(cursor->ok()) << frame.name() << ": " << cursor->error().message();
    EXPECT_EQ(seen, cursor->count());
    records += seen;
  });
  EXPECT_EQ(batches, batch_count);
  EXPECT_EQ(records, record_count);
  EXPECT_EQ(wrong_sums, Names{"raw_spu_produce.jsonl:9"});
}

Result<Bytes> build_again(const BatchView& batch) {
  Bytes scratch;
  auto cursor = RecordCursor::open(batch, scratch);
  if (!cursor) return tl::unexpected(cursor.error());
  BatchBuilder builder;
  while (const auto record = cursor->next()) {
    builder.add(record->key, record->value, batch.header.first_timestamp + record->timestamp_delta);
  }
  auto made = builder.finish(*codec_of(batch.header));
  if (made) set_base_offset(*made, batch.header.base_offset);
  return made;
}

// Equal in all but what a compressor is free to choose.
bool same_content(const BatchView& a, const BatchView& b) {
  constexpr std::size_t attributes_at = 21;
  const auto fixed = [](const BatchView& batch) {
    return batch.bytes.subspan(attributes_at, batch_header_bytes - attributes_at);
  };
  const auto inflated = [](const BatchView& batch) {
    Bytes out;
    const auto payload = batch.bytes.subspan(batch_header_bytes);
    EXPECT_TRUE(decompress(*codec_of(batch.header), payload, out, inflated_bytes_max));
    return out;
  };
  return std::ranges::equal(fixed(a), fixed(b)) && inflated(a) == inflated(b);
}

TEST(GoldenBatches, AreBuiltAgainFromTheirRecords) {
  Names different;
  each_batch([&](const GoldenFrame& frame, const BatchView& batch) {
    const auto made = build_again(batch);
    ASSERT_TRUE(made) << frame.name() << ": " << made.error().message();
    const auto again = split_batches(*made);
    ASSERT_EQ(again->batches.size(), 1U);
    const auto codec = *codec_of(batch.header);
    const bool exact = codec == Compression::none || codec == Compression::snappy;
    const bool same =
        exact ? std::ranges::equal(batch.bytes, *made) : same_content(batch, again->batches[0]);
    if (!same) different.insert(frame.name());
  });
  // The batch with a codec that does not exist does not get this far.
  auto expected = names_of(batch_exceptions);
  EXPECT_EQ(expected.erase("raw_spu_produce.jsonl:17"), 1U);
  EXPECT_EQ(different, expected);
}

TEST(GoldenBatches, WithACodecThatDoesNotExistAreRefusedAsCompression) {
  Names refused;
  each_record_set([&](const GoldenFrame& frame, ByteView records) {
    const auto split = split_batches(records);
    if (split) return;
    refused.insert(frame.name());
    EXPECT_EQ(split.error().code, Errc::compression);
  });
  EXPECT_EQ(refused, Names{"raw_spu_produce.jsonl:17"});
}

}  // namespace
}  // namespace sluice::wire
