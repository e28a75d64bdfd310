// SPDX-License-Identifier: Apache-2.0
#include "wire/record_batch.hpp"

#include <algorithm>
#include <random>
#include <string>

#include <gtest/gtest.h>

namespace sluice::wire {
namespace {

constexpr std::array all_codecs{Compression::none, Compression::gzip, Compression::snappy,
                                Compression::lz4, Compression::zstd};

struct OwnedRecord {
  std::optional<std::string> key;
  std::string value;
  std::int64_t timestamp_ms = 0;
  friend bool operator==(const OwnedRecord&, const OwnedRecord&) = default;
};

Bytes build(const std::vector<OwnedRecord>& records, Compression codec = Compression::none) {
  BatchBuilder builder;
  for (const auto& record : records) {
    const auto key = record.key ? std::optional(as_bytes(*record.key)) : std::nullopt;
    const auto size =
        builder.size_bytes() + builder.size_of(key, as_bytes(record.value), record.timestamp_ms);
    builder.add(key, as_bytes(record.value), record.timestamp_ms);
    EXPECT_EQ(builder.size_bytes(), size);
  }
  auto batch = builder.finish(codec);
  EXPECT_TRUE(batch);
  EXPECT_TRUE(builder.empty());
  return *std::move(batch);
}

Result<std::vector<OwnedRecord>> walk(const BatchView& batch) {
  Bytes scratch;
  auto cursor = RecordCursor::open(batch, scratch);
  if (!cursor) return tl::unexpected(cursor.error());
  std::vector<OwnedRecord> out;
  while (const auto record = cursor->next()) {
    out.push_back({.value = std::string(as_text(record->value)),
                   .timestamp_ms = batch.header.first_timestamp + record->timestamp_delta});
    if (record->key) out.back().key = as_text(*record->key);
  }
  if (!cursor->ok()) return tl::unexpected(cursor->error());
  return out;
}

BatchView only_batch(const Bytes& bytes) {
  const auto split = split_batches(bytes);
  EXPECT_TRUE(split);
  EXPECT_EQ(split->batches.size(), 1U);
  EXPECT_EQ(split->bytes, bytes.size());
  return split->batches.at(0);
}

TEST(BatchBuilder, WritesTheRecordOfTheReference) {
  const auto batch =
      build({{.value = "cat", .timestamp_ms = 5}, {.value = "dog", .timestamp_ms = 5}});
  const std::string_view dog(
      "\x12\x00\x00\x02\x00\x06"
      "dog\x00",
      10);
  EXPECT_TRUE(as_text(batch).ends_with(dog));
}

TEST(BatchBuilder, FillsTheHeaderAsAProducerSendsIt) {
  const auto bytes = build({{.value = "a", .timestamp_ms = 100},
                            {.value = "b", .timestamp_ms = 90},
                            {.value = "c", .timestamp_ms = 130}});
  const auto header = only_batch(bytes).header;
  EXPECT_EQ(header.base_offset, 2);
  EXPECT_EQ(header.last_offset_delta, 2);
  EXPECT_EQ(header.next_offset(), 5);
  EXPECT_EQ(header.first_timestamp, 100);
  EXPECT_EQ(header.max_timestamp, 130);
  EXPECT_EQ(header.producer_id, -1);
  EXPECT_EQ(header.size_bytes(), bytes.size());
}

TEST(BatchBuilder, IsReusableAndStartsItsTimesAgain) {
  BatchBuilder builder;
  builder.add(std::nullopt, as_bytes("a"), 1'000);
  const auto first = builder.finish(Compression::none);
  builder.add(std::nullopt, as_bytes("a"), 1'000);
  EXPECT_EQ(*builder.finish(Compression::none), *first);
  builder.add(std::nullopt, as_bytes("a"), 1'000);
  const auto compressed = builder.finish(Compression::zstd);
  builder.add(std::nullopt, as_bytes("a"), 1'000);
  EXPECT_EQ(*builder.finish(Compression::zstd), *compressed);
}

TEST(RecordBatch, KeepsAnEmptyKeyApartFromNone) {
  const std::vector<OwnedRecord> records{{.value = "v"}, {.key = "", .value = ""}, {.key = "k"}};
  const auto batch = build(records);
  EXPECT_EQ(*walk(only_batch(batch)), records);
}

TEST(RecordBatch, ComesBackFromEveryCodecInEverySize) {
  std::mt19937 random(7);
  for (const auto codec : all_codecs) {
    for (const std::size_t value_bytes : {0, 1, 100, 1'000, 70'000, 300'000}) {
      std::vector<OwnedRecord> records(1 + random() % 40);
      for (auto& record : records) {
        if (random() % 2 == 0) record.key = std::string(random() % 300, 'k');
        record.value.resize(value_bytes);
        std::ranges::generate(record.value, [&] { return static_cast<char>(random() % 7); });
        // Also before the first, and more than 32 bits later.
        record.timestamp_ms = static_cast<std::int64_t>(random()) * 1'000 - (1LL << 40);
      }
      const auto bytes = build(records, codec);
      const auto batch = only_batch(bytes);
      EXPECT_TRUE(crc_matches(batch));
      EXPECT_EQ(*codec_of(batch.header), codec);
      const auto walked = walk(batch);
      ASSERT_TRUE(walked) << walked.error().message();
      EXPECT_EQ(*walked, records);
    }
  }
}

TEST(SplitBatches, NeverReportsACutBatchAsWhole) {
  const auto first = build({{.value = "one"}, {.value = "two"}});
  const auto second = build({{.value = std::string(300, 'x')}}, Compression::zstd);
  auto both = first;
  both.insert(both.end(), second.begin(), second.end());
  for (std::size_t size = 0; size < both.size(); ++size) {
    const auto split = split_batches(ByteView(both).first(size));
    ASSERT_TRUE(split);
    const bool first_is_whole = size >= first.size();
    ASSERT_EQ(split->batches.size(), first_is_whole ? 1U : 0U) << size;
    ASSERT_EQ(split->bytes, first_is_whole ? first.size() : 0U);
    const auto cut = first_is_whole ? second.size() : first.size();
    const bool header_is_there = size - split->bytes >= batch_header_bytes;
    ASSERT_EQ(split->cut_batch_bytes, header_is_there ? std::optional(cut) : std::nullopt) << size;
  }
}

TEST(SplitBatches, RefusesAHeaderThatBreaksTheFormat) {
  struct Case {
    std::size_t at;
    int value;
    Errc code;
  };
  for (const auto& [at, value, code] : {Case{0, 0x80, Errc::malformed},      // base offset < 0
                                        Case{0, 0x7f, Errc::malformed},      // delta would overflow
                                        Case{8, 0xff, Errc::malformed},      // length < 0
                                        Case{16, 1, Errc::malformed},        // magic
                                        Case{22, 5, Errc::compression},      // codec
                                        Case{23, 0x80, Errc::malformed}}) {  // offset delta < 0
    auto bytes = build({{.value = "v"}});
    bytes[at] = static_cast<std::byte>(value);
    if (at == 0 && value == 0x7f) std::fill_n(bytes.begin() + 1, 7, std::byte{0xff});
    const auto split = split_batches(bytes);
    ASSERT_FALSE(split) << at;
    EXPECT_EQ(split.error().code, code) << at;
  }
}

TEST(SplitBatches, RefusesALengthShorterThanTheHeader) {
  auto bytes = build({{.value = "v"}});
  bytes[11] = std::byte{44};
  EXPECT_FALSE(split_batches(bytes));
  bytes[11] = std::byte{45};  // a header and nothing: whole, but without a record count
  const auto split = split_batches(ByteView(bytes).first(batch_header_bytes));
  ASSERT_TRUE(split);
  EXPECT_FALSE(walk(split->batches.at(0)));
}

TEST(RecordBatch, SkipsTheSchemaId) {
  auto bytes = build({{.value = "v"}});
  bytes.insert(bytes.begin() + batch_header_bytes, 4, std::byte{0});
  bytes[11] = static_cast<std::byte>(bytes.size() - batch_preamble_bytes);
  bytes[22] = std::byte{0x10};
  refresh_crc(bytes);
  const auto batch = only_batch(bytes);
  EXPECT_TRUE(crc_matches(batch));
  EXPECT_EQ(walk(batch)->at(0).value, "v");
}

TEST(CrcMatches, SeesAnyFlippedBitBehindTheSum) {
  const auto good = build({{.key = "k", .value = "value"}});
  EXPECT_TRUE(crc_matches(only_batch(good)));
  for (std::size_t bit = (batch_header_bytes) * 8; bit < good.size() * 8; ++bit) {
    auto bad = good;
    bad[bit / 8] ^= static_cast<std::byte>(1U << (bit % 8));
    ASSERT_FALSE(crc_matches(only_batch(bad))) << bit;
  }
}

TEST(SetBaseOffset, LeavesTheChecksumValid) {
  auto bytes = build({{.value = "v"}});
  set_base_offset(bytes, 1'234'567'890'123);
  const auto batch = only_batch(bytes);
  EXPECT_EQ(batch.header.base_offset, 1'234'567'890'123);
  EXPECT_TRUE(crc_matches(batch));
}

TEST(RecordCursor, RefusesACountThatTheBytesCannotHold) {
  auto bytes = build({{.value = "v"}});
  bytes[batch_header_bytes] = std::byte{0x7f};
  EXPECT_FALSE(walk(only_batch(bytes)));
}

TEST(RecordCursor, RefusesBytesBehindTheLastRecord) {
  auto bytes = build({{.value = "v"}, {.value = "w"}});
  bytes[batch_header_bytes + 3] = std::byte{1};
  const auto walked = walk(only_batch(bytes));
  ASSERT_FALSE(walked);
  EXPECT_EQ(walked.error().code, Errc::malformed);
}

TEST(RecordCursor, NeverPassesTheEndWhateverTheBytes) {
  const auto good = build({{.key = "key", .value = "value"}, {.value = std::string(200, 'x')}});
  for (std::size_t at = batch_header_bytes; at < good.size(); ++at) {
    for (const auto value : {0x00, 0x01, 0x7f, 0x80, 0xff}) {
      auto bad = good;
      bad[at] = static_cast<std::byte>(value);
      static_cast<void>(walk(only_batch(bad)));  // the sanitizers look on
    }
  }
}

TEST(Crc32c, IsTheKnownSum) {
  EXPECT_EQ(crc32c(as_bytes("123456789")), 0xe3069283U);
  EXPECT_EQ(crc32c({}), 0U);
  EXPECT_EQ(crc32c(Bytes(32, std::byte{0})), 0x8a9136aaU);  // RFC 3720 B.4
}

TEST(Crc32c, IsTheSameByInstructionAndByTableInEverySizeAndInPieces) {
  Bytes bytes(10'000);
  std::mt19937 random(1);
  for (auto& byte : bytes) byte = static_cast<std::byte>(random());
  for (std::size_t size = 0; size < bytes.size(); size += 1 + size / 7) {
    const auto view = ByteView(bytes).first(size);
    const auto sum = crc32c(view);
    ASSERT_EQ(sum, detail::crc32c_portable(view)) << size;
    ASSERT_EQ(sum, crc32c(view.subspan(size / 3), crc32c(view.first(size / 3)))) << size;
  }
}

}  // namespace
}  // namespace sluice::wire
