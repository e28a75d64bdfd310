// SPDX-License-Identifier: Apache-2.0
#pragma once

// What this folder's tests share: temporary directories, batches, a wait with a limit.

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "broker/partition_log.hpp"

namespace sluice::broker::test {

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string name = (fs::temp_directory_path() / "sluice-broker-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  [[nodiscard]] const fs::path& path() const noexcept { return path_; }

 private:
  fs::path path_;
};

// One batch as a producer sends it, with these values.
inline Bytes batch_of(const std::vector<std::string>& values,
                      Compression codec = Compression::none) {
  wire::BatchBuilder builder;
  for (const auto& value : values) builder.add(std::nullopt, as_bytes(value), 1'700'000'000'000);
  return *builder.finish(codec);
}

// `count` batches of one record each; record i of all is "<prefix>i".
inline Bytes numbered_batches(int first, int count, const std::string& prefix = "r") {
  Bytes all;
  for (int i = first; i < first + count; ++i) {
    const auto batch = batch_of({prefix + std::to_string(i)});
    all.insert(all.end(), batch.begin(), batch.end());
  }
  return all;
}

inline std::vector<std::string> values_of(ByteView record_set) {
  std::vector<std::string> values;
  const auto batches = wire::split_batches(record_set);
  if (!batches) return {"not a record set: " + batches.error().message()};
  if (batches->bytes != record_set.size()) return {"a batch is cut"};
  Bytes scratch;
  for (const auto& batch : batches->batches) {
    if (!wire::crc_matches(batch)) return {"wrong crc"};
    auto cursor = wire::RecordCursor::open(batch, scratch);
    while (const auto record = cursor->next()) values.emplace_back(as_text(record->value));
  }
  return values;
}

inline Bytes bytes_of(const LogSlice& slice) {
  Bytes bytes(slice.size_bytes());
  if (slice.file) EXPECT_TRUE(slice.file->read_at(bytes, slice.begin.position));
  return bytes;
}

// Appends one batch of these values; its base offset or the error.
inline Result<std::int64_t> append_uncommitted(PartitionLog& log,
                                               const std::vector<std::string>& values) {
  auto bytes = batch_of(values);
  Append append{.batches = {{bytes, static_cast<std::int32_t>(values.size()) - 1}}};
  std::array appends{&append};
  log.append(appends);
  return append.base_offset;
}

inline Result<std::int64_t> append(PartitionLog& log, const std::vector<std::string>& values) {
  auto stored = append_uncommitted(log, values);
  if (auto done = log.commit(); !done) return tl::unexpected(done.error());
  return stored;
}

// All committed values from `offset` on.
inline std::vector<std::string> read_all(const PartitionLog& log, std::int64_t offset,
                                         std::uint32_t bytes_max = 1 << 20) {
  std::vector<std::string> values;
  ReadCursor cursor{.next = offset};
  while (true) {
    const auto slice = log.read(cursor, Isolation::read_committed, bytes_max);
    if (!slice) return {"error: " + slice.error().message()};
    if (!slice->file) return values;
    const auto some = values_of(bytes_of(*slice));
    values.insert(values.end(), some.begin(), some.end());
  }
}

inline std::vector<std::string> numbered(int first, int count, const std::string& prefix = "r") {
  std::vector<std::string> values;
  for (int i = first; i < first + count; ++i) values.push_back(prefix + std::to_string(i));
  return values;
}

inline std::unique_ptr<PartitionLog> open_log(const fs::path& directory,
                                              const LogOptions& options = {},
                                              StorageFaults* faults = nullptr) {
  auto log = PartitionLog::open(directory, options, {.sync = true, .faults = faults});
  EXPECT_TRUE(log) << log.error().message();
  return log ? *std::move(log) : nullptr;
}

// Far more than anything here takes; reached only when a test fails.
inline constexpr std::chrono::seconds patience{60};

// Waits for a condition that another thread makes true.
template <typename Condition>
bool eventually(Condition condition) {
  const auto until = std::chrono::steady_clock::now() + patience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

}  // namespace sluice::broker::test
