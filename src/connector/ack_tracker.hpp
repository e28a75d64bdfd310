// SPDX-License-Identifier: Apache-2.0
#pragma once

// Which records of a source the topic has, in the order in which they were sent.
//
// Results come in any order: records go to several partitions. A position is released only
// when every record up to its own is in the topic, so that what is acknowledged is always a
// contiguous prefix of what was sent. A record that failed ends the prefix for good. A record
// of the source may be several in the topic, or none: it is there when all its parts are.
//
// Not thread-safe. Memory is bounded by the caller, who bounds `bytes`: of records that the topic
// does not have, and of what is kept of each until all before it are there.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <utility>

#include "sluice/connector/source.hpp"

namespace sluice::connector {

class AckTracker {
 public:
  // What is kept of a record besides its position.
  static constexpr std::size_t entry_bytes = 16;

  // The number of this record, counted from 0. One without parts is done already.
  std::uint64_t add(std::size_t bytes, std::optional<Position> position, std::uint32_t parts = 1);
  // The topic has a part of record `number`: true when it was the last. Requires: added, with a
  // part that was not completed.
  bool complete(std::uint64_t number);
  // The topic refused a part: false when it was told so before.
  bool fail(std::uint64_t number);
  // The newest position of the prefix that was not taken yet.
  [[nodiscard]] std::optional<Position> take_position();
  // The number of its record. Requires: one was taken.
  [[nodiscard]] std::uint64_t released_number() const noexcept { return released_number_; }

  // Records up to here (not included) are all in the topic.
  [[nodiscard]] std::uint64_t prefix() const noexcept { return first_; }
  [[nodiscard]] std::uint64_t added() const noexcept { return first_ + entries_.size(); }
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
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
  std::uint64_t released_number_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace sluice::connector
