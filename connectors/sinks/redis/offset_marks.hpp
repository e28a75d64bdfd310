// SPDX-License-Identifier: Apache-2.0
#pragma once

// How far each partition is in Redis: what the hash of the offsets says. Pure.
//
// A mark is `41`: all records of offset 41 are there; or `41:2`: of those that a SmartModule made
// of offset 41, the ones up to index 2 are, and more are missing.

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <sluice/connector/sink.hpp>
#include <sluice/types.hpp>

namespace sluice::redis {

struct Mark {
  Offset offset;
  std::optional<std::uint32_t> index;  // none: all of the offset
  friend bool operator==(const Mark&, const Mark&) = default;
};

using Marks = std::map<PartitionId, Mark>;

[[nodiscard]] std::string format_mark(const Mark& mark);
[[nodiscard]] std::optional<Mark> parse_mark(std::string_view text);

// `orders/2`: the hash may be shared by topics.
[[nodiscard]] std::string mark_field(std::string_view topic, PartitionId partition);
[[nodiscard]] std::optional<PartitionId> partition_of(std::string_view field,
                                                      std::string_view topic);

// The mark once the record at `at` is written. Requires: all of an offset is in `records`.
[[nodiscard]] Mark mark_at(std::span<const SinkRecord> records, std::size_t at);
[[nodiscard]] bool is_behind(const Mark& mark, const Mark& other);
// The record is there already.
[[nodiscard]] bool covers(const Marks& marks, const SinkRecord& record);
// The last offset of each partition that is there as a whole; -1: none.
[[nodiscard]] std::map<PartitionId, Offset> whole_offsets(const Marks& marks);

}  // namespace sluice::redis
