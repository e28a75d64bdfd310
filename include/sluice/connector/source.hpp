// SPDX-License-Identifier: Apache-2.0
#pragma once

// The contract of a source: outside system -> topic.
//
// A source reads the outside and calls `send`. It may attach a position to a record; it then
// hears `acknowledged` once the topic holds that record and all that were sent before it. The
// kit keeps the last position durably and hands it back at the next start, unless the outside
// system keeps the place itself.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "sluice/connector/check.hpp"
#include "sluice/error.hpp"
#include "sluice/record.hpp"

namespace sluice {

// A place in the outside system, in the connector's own words: opaque bytes.
struct Position {
  std::string bytes;
  friend bool operator==(const Position&, const Position&) = default;
};

// Who remembers where to go on after a restart.
enum class PositionKeeper {
  nobody,  // a restart begins anew
  kit,     // the kit stores it, before `acknowledged`; `resume_from` has it at the next start
  outside  // the outside system, which only waits for its acknowledgement: a broker, a queue
};

// What a source has of the kit. Use it on the source's thread only. Acknowledgements come
// inside its calls, `send` included.
class SourceContext {
 public:
  virtual ~SourceContext() = default;

  // Queues a copy of the record. Waits while the byte budget is used up, and for the user's rate
  // limit: that is the back-pressure. A record that is too large for the topic is treated as one
  // given to `refuse`. Throws: what the topic refused, now or earlier: let it pass, the kit stops
  // the connector; `cancelled` when the time to drain is over.
  virtual void send(const RecordRef& record, std::optional<Position> position = {}) = 0;
  // True when a record of any size would be queued without waiting for the budget or the rate. For
  // a source that must not block: it stops reading until `wake_fd` is readable and this is true.
  [[nodiscard]] virtual bool has_room() const = 0;
  // Waits until everything sent is in the topic, and has been acknowledged.
  virtual void flush() = 0;

  // Pauses, and hands out acknowledgements meanwhile. False when the source should stop.
  virtual bool wait(std::chrono::milliseconds pause) = 0;
  // For a source that waits in poll(2) itself: readable when there is something to `dispatch`.
  [[nodiscard]] virtual int wake_fd() const = 0;
  // Hands out the acknowledgements that wait; does not block. False when the source should stop.
  virtual bool dispatch() = 0;
  // True from the first signal on: return from `run` soon, after sending what is half done.
  [[nodiscard]] virtual bool stopping() const = 0;

  // What the user, or the kit, calls this instance; stable over restarts.
  [[nodiscard]] virtual const std::string& name() const = 0;
  // The last position that was acknowledged and stored, of this or an earlier run. After a crash
  // `acknowledged` may not have been called for it: what depends on that call starts with it.
  [[nodiscard]] virtual const std::optional<Position>& resume_from() const = 0;

  // The connection to the outside is up, or lost with this error. Seen in /readyz, metrics
  // and log; say it on each change.
  virtual void connected() = 0;
  virtual void disconnected(const Error& error) = 0;
  // A record from outside that will not be sent, by a rule of the user's. Counted by reason: a
  // few fixed words.
  virtual void filtered(std::string_view reason) = 0;
  // A record from outside that cannot be sent as it is, because of `error`: `malformed`,
  // `record_too_large`. The user's error policy for that class says whether it is left out and
  // counted, becomes a dead letter with these bytes, ends the connector or is tried again: then
  // this throws; let it pass, `run` is called again where it is tried again. Its position counts as
  // that of a record that was sent.
  virtual void refuse(const RecordRef& original, const Error& error,
                      std::optional<Position> position = {}) = 0;
  // Everything before this position is done, and needed no record: where a source begins the first
  // time, so that it begins there too when it is started anew before its first record. Becomes what
  // the position of a record does.
  virtual void passed(Position) {}
  // The outside asked to be left alone for so long (`Retry-After`): the next pause lasts at least
  // that, an hour at most. Say it before `next_retry_delay`, or before throwing.
  virtual void retry_after(std::chrono::milliseconds) {}
  // How long to wait before trying again: exponential with jitter, reset by `connected`. Throws:
  // the last error given to `disconnected`, when the user wants no more tries: let it pass.
  [[nodiscard]] virtual std::chrono::milliseconds next_retry_delay() = 0;
};

class Source {
 public:
  virtual ~Source() = default;

  // Reads the outside until it ends (then the connector ends, with exit code 0) or the
  // context says stop. Throws: `Failure`; a retryable one, or one whose class the user wants to be
  // tried again, makes the kit call `run` again, after a back-off and with everything sent
  // acknowledged; any other stops the connector with the code's exit code.
  virtual void run(SourceContext& stream) = 0;
  // The topic has everything up to here, and the position is stored. Positions in between may
  // be skipped. On the source's thread, inside a call of the context. Must not call the context.
  virtual void acknowledged(const Position&) {}
  // Asked at the start, before `run`.
  [[nodiscard]] virtual PositionKeeper position_keeper() const { return PositionKeeper::kit; }
  // Whether it could run, called in place of `run`: check.hpp says what it may do. Without it the
  // user is told that the outside was not checked. Throws: `Failure` with what is in the way.
  virtual void check(CheckContext&) {}
};

}  // namespace sluice
