// SPDX-License-Identifier: Apache-2.0
#include "common/tail/tail_feed.hpp"

#include <utility>

#include <sluice/connector/log.hpp>

namespace sluice::common {
namespace {

constexpr std::size_t small_position_bytes = 16'384;

Error too_large(const Piece& piece) {
  return {Errc::record_too_large,
          *piece.path + " at byte " + std::to_string(piece.offset) + ": " +
              std::to_string(piece.next - piece.offset) +
              " bytes are more than a record may have; its first " +
              std::to_string(piece.bytes.size()) + " are kept",
          {}};
}

}  // namespace

bool TailFeed::step(SourceContext& stream) {
  const bool busy = tail_.step([&](const Piece& piece) { take(stream, piece); });
  for (const auto& note : tail_.take_notes()) log_line(LogLevel::warn, "tail", note);
  if (!busy) {
    finish(stream);
  } else if (waiting_) {
    const bool due = position_bytes_ < small_position_bytes || bytes_since_ >= 4 * position_bytes_;
    due ? finish(stream) : keep_waiting();
  }
  return busy;
}

void TailFeed::take(SourceContext& stream, const Piece& piece) {
  room_ ^= 1U;
  auto made = piece.too_large ? Outcome<RecordRef>(too_large(piece)) : make_(piece, rooms_[room_]);
  bytes_since_ += piece.next - piece.offset;
  if (made.ok()) {
    send_waiting(stream, std::nullopt);
    waiting_ = made.value();
    return;
  }
  finish(stream);
  stream.refuse({.key = {}, .value = piece.bytes}, made.error(),
                Position{tail_.position_after(piece)});
}

void TailFeed::send_waiting(SourceContext& stream, std::optional<Position> position) {
  if (!waiting_) return;
  const auto record = *std::exchange(waiting_, std::nullopt);
  stream.send(record, std::move(position));
}

void TailFeed::finish(SourceContext& stream) {
  if (!waiting_) return;
  Position position{tail_.position()};
  position_bytes_ = position.bytes.size();
  bytes_since_ = 0;
  send_waiting(stream, std::move(position));
}

// The next step reads over the bytes that the record is made of.
void TailFeed::keep_waiting() {
  std::string value(waiting_->value);
  if (waiting_->key) {
    key_ = std::string(*waiting_->key);
    waiting_->key = key_;
  }
  rooms_[room_] = std::move(value);
  waiting_->value = rooms_[room_];
}

}  // namespace sluice::common
