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
#include <vector>

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
  // True when to give up: told to stop, with no record in hand or the time to drain over.
  [[nodiscard]] virtual bool stopping() const = 0;
  // The connection to the outside is up, or lost with this error. Seen in /readyz, metrics
  // and log; say it on each change.
  virtual void connected() = 0;
  virtual void disconnected(const Error& error) = 0;
  // The destination asked to be left alone for so long (`Retry-After`). Say it before throwing: the
  // pause before the next try lasts at least that, an hour at most.
  virtual void retry_after(std::chrono::milliseconds) {}
  // In `write`, of a sink that delivers one record after the other: the first `count` are in the
  // destination, durably, and their offsets may be stored while the others go on. What `write`
  // throws after it is about the one behind them. Throws to end the `write` early, for a pause or
  // at the end of the time to drain: let it pass. Not for a sink with `stored_offsets`.
  virtual void written(std::size_t) {}
  [[nodiscard]] virtual const std::string& topic() const = 0;
  // What the user, or the kit, calls this instance; stable over restarts.
  [[nodiscard]] virtual const std::string& name() const = 0;
};

// `write` failed over one record: the first `written` are in the destination, durably; the one at
// `at` failed with `error`; those between are not there. What becomes of that one is a matter of
// the error policy of its class; the others are written again, or for the first time.
class PartialWrite : public Failure {
 public:
  PartialWrite(std::size_t written, Error error)
      : PartialWrite(written, std::move(error), written) {}
  PartialWrite(std::size_t written, Error error, std::size_t at)
      : Failure(std::move(error)), written_(written), at_(at) {}
  [[nodiscard]] std::size_t written() const noexcept { return written_; }
  [[nodiscard]] std::size_t at() const noexcept { return at_; }

 private:
  std::size_t written_;
  std::size_t at_;
};

// `write` took everything but some: those in `refused` failed for themselves, in the order of the
// batch; all others are in the destination, durably. For a destination that answers for each, and
// not for a sink with `stored_offsets`: it would have stored them past a record whose fate is open.
class RecordsRefused : public Failure {
 public:
  struct Refused {
    std::size_t at = 0;
    Error error;
  };
  // Requires: !refused.empty().
  explicit RecordsRefused(std::vector<Refused> refused)
      : Failure(refused.front().error), refused_(std::move(refused)) {}
  [[nodiscard]] const std::vector<Refused>& refused() const noexcept { return refused_; }

 private:
  std::vector<Refused> refused_;
};

class Sink {
 public:
  virtual ~Sink() = default;

  // Called once, before the first `write`, and again after a retryable failure.
  virtual void open(SinkContext&) {}
  // Offsets that the destination itself has stored with the data, the last of each partition.
  // A sink that returns them is effectively once: the kit starts behind them, asks again after
  // each `open` so that a batch with an unknown fate is not written twice, and keeps no offset
  // of its own. Of the records of one offset such a sink stores all or none. A record that was left
  // out by the user's policy is behind the stored offset only when a later one was written: until
  // then a restart tries it again, and its dead letter may be there twice.
  [[nodiscard]] virtual std::optional<std::map<PartitionId, Offset>> stored_offsets() {
    return std::nullopt;
  }
  // Returns when the destination has all records durably; the views end with the call.
  // Throws: `Failure`; a retryable one makes the kit write the same records again after a
  // back-off. Nothing that threw counts as written, except what a `PartialWrite` or a
  // `RecordsRefused` says. `malformed`, `record_too_large` and `outside_rejected` are about a
  // record: the user's error policy says whether it stops the connector, is left out or becomes a
  // dead letter; of a batch that failed so as a whole the kit finds the record by itself. Any
  // other code stops the connector. Of a record that fails, all that was made of its offset goes.
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
