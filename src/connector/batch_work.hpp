// SPDX-License-Identifier: Apache-2.0
#pragma once

// Which records of a batch are done, which are written next, and which one is to blame.
//
// Each record is open until it is written or given up. `next` gives open ones in order. A part
// that failed as a whole over a record is written in halves until one offset is left: that is the
// one. What was done from the start of the batch on is taken out in runs of one partition.
// Records of one offset stay together. Pure; not thread-safe.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "sluice/connector/sink.hpp"

namespace sluice::connector {

class BatchWork {
 public:
  using Batch = std::span<const SinkRecord>;

  struct Limits {
    std::uint64_t records = std::numeric_limits<std::uint64_t>::max();
    std::uint64_t bytes = std::numeric_limits<std::uint64_t>::max();
  };
  // Records of one partition that all have the same fate.
  struct Run {
    Batch records;
    std::size_t offsets = 0;
    bool given_up = false;  // at least in part
  };

  // The records outlive it.
  explicit BatchWork(Batch batch) : batch_(batch), states_(batch.size()) {}

  [[nodiscard]] bool done() const noexcept { return front_ == batch_.size(); }
  // Records that were not taken yet.
  [[nodiscard]] std::size_t left() const noexcept { return batch_.size() - front_; }

  // The part to write: open records, whole offsets, at least one of them if there are any.
  Batch next(Limits limits);

  // Of the part, by the number in it:
  void written(std::size_t count);  // the first so many
  void written_at(std::size_t at);
  void give_up(std::size_t at);  // with all of its offset that is open
  // A try of it failed; how many have.
  std::uint32_t failed(std::size_t at);
  // The part failed as a whole because of some record: is it one offset, which is the one then?
  // Else the next part is a half of it.
  [[nodiscard]] bool is_found();

  // It is this one of the part: what is before it is written first, and it alone.
  void isolate(std::size_t at);

  // The destination has the open ones that this says yes to.
  void written_if(const std::function<bool(const SinkRecord&)>& is_there);
  // The longest run at the start of what is left.
  [[nodiscard]] std::optional<Run> take();

 private:
  enum class Fate : std::uint8_t { open, written, given_up };
  struct State {
    Fate fate = Fate::open;
    std::uint32_t failures = 0;
  };

  [[nodiscard]] std::size_t end_of_offset(std::size_t begin) const;
  [[nodiscard]] std::size_t begin_of_offset(std::size_t at) const;
  // Where the first half of [begin, end) ends.
  [[nodiscard]] std::size_t half(std::size_t begin, std::size_t end) const;
  // The end of the offset when all of it is done.
  [[nodiscard]] std::optional<std::size_t> end_of_done(std::size_t begin, bool& given_up) const;

  Batch batch_;
  std::vector<State> states_;
  std::size_t front_ = 0;  // taken up to here
  std::size_t part_ = 0;   // where the part of the last `next` begins
  std::size_t part_end_ = 0;
  std::size_t suspect_end_ = 0;  // the culprit is before it
  std::size_t culprit_ = 0;  // isolated, when it is at or behind the next part; its first record
};

}  // namespace sluice::connector
