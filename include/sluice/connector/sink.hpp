// SPDX-License-Identifier: Apache-2.0
#pragma once

// The contract of a sink: topic -> outside system.
//
// A sink gets batches of records of one topic, those of one partition in offset order. The
// offset of a record is stored only after the `write` that had it returned.
//
// A SmartModule may make several records of one: they have one offset, come in one `write`, one
// after the other, and count as one: an offset is stored with the last of them.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "sluice/connector/check.hpp"
#include "sluice/error.hpp"
#include "sluice/types.hpp"

namespace sluice {

// One record for a sink.
struct SinkRecord {
  PartitionId partition;
  Offset offset;
  std::uint32_t index = 0;                  // among the records of this offset
  std::chrono::milliseconds timestamp{-1};  // since 1970; -1 when the producer gave none
  std::optional<std::string_view> key;
  std::string_view value;
};

// What a sink has of the kit. Use it on the sink's thread only.
class SinkContext {
 public:
  virtual ~SinkContext() = default;
  // True from the first signal on. The batch in work may still be finished.
  [[nodiscard]] virtual bool stopping() const = 0;
  // The connection to the outside is up, or lost with this error. Seen in /readyz, metrics
  // and log; say it on each change.
  virtual void connected() = 0;
  virtual void disconnected(const Error& error) = 0;
  [[nodiscard]] virtual const std::string& topic() const = 0;
  // What the user, or the kit, calls this instance; stable over restarts.
  [[nodiscard]] virtual const std::string& name() const = 0;
};

// `write` failed in the middle: the first `written` records are in the destination, durably,
// the one after them failed with `error`. The kit goes on, or stops, with that one.
class PartialWrite : public Failure {
 public:
  PartialWrite(std::size_t written, Error error) : Failure(std::move(error)), written_(written) {}
  [[nodiscard]] std::size_t written() const noexcept { return written_; }

 private:
  std::size_t written_;
};

class Sink {
 public:
  virtual ~Sink() = default;

  // Called once, before the first `write`, and again after a retryable failure.
  virtual void open(SinkContext&) {}
  // Offsets that the destination itself has stored with the data, the last of each partition.
  // A sink that returns them is effectively once: the kit starts behind them, asks again after
  // each `open` so that a batch with an unknown fate is not written twice, and keeps no offset
  // of its own. Of the records of one offset such a sink stores all or none.
  [[nodiscard]] virtual std::optional<std::map<PartitionId, Offset>> stored_offsets() {
    return std::nullopt;
  }
  // Returns when the destination has all records durably; the views end with the call.
  // Throws: `Failure`; a retryable one makes the kit write the same records again after a
  // back-off, any other stops the connector. Nothing that threw counts as written, except what
  // a `PartialWrite` says.
  virtual void write(std::span<const SinkRecord> records) = 0;
  // Nothing came for a second: a chance to rotate, to flush, to say hello. Throws as `write`.
  virtual void idle() {}
  // The last call; everything that `write` took is done.
  virtual void close() {}
  // Whether it could run, called in place of all above: check.hpp says what it may do. Without it
  // the user is told that the outside was not checked. Throws: `Failure` with what is in the way.
  virtual void check(CheckContext&) {}
};

}  // namespace sluice
