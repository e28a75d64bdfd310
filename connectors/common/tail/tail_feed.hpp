// SPDX-License-Identifier: Apache-2.0
#pragma once

// Sends what a `Tail` reads, with positions: the last record of each piece of a file has one, and
// each record in front of one that is refused. While there are so many files that a position is
// large, only some have one.

#include <functional>
#include <string>

#include <sluice/connector/source.hpp>

#include "common/tail/tail.hpp"

namespace sluice::common {

class TailFeed {
 public:
  // Makes the record of a piece, in `room` if it is not the piece itself; not called for those
  // that are too large. An error refuses the piece.
  using Make = std::function<Outcome<RecordRef>(const Piece& piece, std::string& room)>;
  // `tail` outlives it.
  TailFeed(Tail& tail, Make make) : tail_(tail), make_(std::move(make)) {}

  // One step of the tail. False: nothing to read now.
  bool step(SourceContext& stream);
  // Sends the record that waits for its position. Before the end, and before a longer pause.
  void finish(SourceContext& stream);

 private:
  void take(SourceContext& stream, const Piece& piece);
  void send_waiting(SourceContext& stream, std::optional<Position> position);
  void keep_waiting();

  Tail& tail_;
  Make make_;
  std::string rooms_[2];
  std::size_t room_ = 0;
  std::string key_;
  std::optional<RecordRef> waiting_;
  std::size_t bytes_since_ = 0;  // a position
  std::size_t position_bytes_ = 0;
};

}  // namespace sluice::common
