// SPDX-License-Identifier: Apache-2.0
#pragma once

// Which records of a source the topic has, in the order in which they were sent.
//
// Results come in any order: records go to several partitions. A position is released only
// when every record up to its own is in the topic, so that what is acknowledged is always a
// contiguous prefix of what was sent. A record that failed ends the prefix for good. A record
// of the source may be several in the topic, or none: it is there when all its parts are.
//
// Not thread-safe. Memory is bounded by the caller, who bounds what is in flight.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <utility>

#include "sluice/connector/source.hpp"

namespace sluice::connector {

class AckTracker {
 public:
  // The number of this record, counted from 0. One without parts is done already.
  std::uint64_t add(std::size_t bytes, std::optional<Position> position, std::uint32_t parts = 1);
  // The topic has a part of record `number`; when it was the last: how many bytes it counted for.
  // Requires: added, with a part that was not completed.
  std::optional<std::size_t> complete(std::uint64_t number);
  // The topic refused a part: false when it was told so before.
  bool fail(std::uint64_t number);
  // The newest position of the prefix that was not taken yet.
  [[nodiscard]] std::optional<Position> take_position();

  // Records up to here (not included) are all in the topic.
  [[nodiscard]] std::uint64_t prefix() const noexcept { return first_; }
  [[nodiscard]] std::uint64_t added() const noexcept { return first_ + entries_.size(); }
  // Sent, and not in the prefix.
  [[nodiscard]] std::size_t open_count() const noexcept { return entries_.size(); }

 private:
  struct Entry {
    std::uint32_t bytes;
    std::uint32_t parts : 31;  // without a result
    std::uint32_t failed : 1;
  };
  [[nodiscard]] Entry& entry(std::uint64_t number);
  void advance();

  std::uint64_t first_ = 0;  // number of entries_.front()
  std::deque<Entry> entries_;
  std::deque<std::pair<std::uint64_t, Position>> positions_;  // of records in entries_
  std::optional<Position> released_;
};

}  // namespace sluice::connector
