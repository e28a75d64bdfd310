// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the objects are called and hold. Pure.
//
// The name of a batch has the partition and its first offset, so a batch that is written again
// after a crash replaces what was written of it before:
//
//   <prefix><time-prefix>00003-00000000000000001000.jsonl.gz

#include <chrono>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <sluice/connector/sink.hpp>

#include "s3_options.hpp"

namespace sluice::s3 {

struct Object {
  std::string name;
  std::string content;
};

// Between the prefix and the name of a manifest: no object is called so.
inline constexpr std::string_view manifest_folder = ".sluice/";

// Percent-encoded as signatures of AWS want it: all but A-Z a-z 0-9 - . _ ~ and `/`.
[[nodiscard]] std::string encode_path(std::string_view path);

// strftime of a time in UTC; without one (-1) that of 1970.
[[nodiscard]] std::string format_time(const std::string& format, std::chrono::milliseconds time);

// Without the prefix's default: options whose prefix is set. Requires: !records.empty(), all of
// one partition, for an object per record exactly one.
// Throws: `malformed` for a record without a key, or with one that cannot be a name, when the key
// is the name; `record_too_large` for one of over 5 GiB.
[[nodiscard]] Object make_object(std::span<const SinkRecord> records, const S3Options& options);

// The records of one partition of a batch, in order.
struct PartitionPart {
  PartitionId partition;
  std::vector<SinkRecord> records;
};
[[nodiscard]] std::vector<PartitionPart> by_partition(std::span<const SinkRecord> records);

}  // namespace sluice::s3
