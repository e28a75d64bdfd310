// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the author of a connector includes: the contracts of a source and a sink, and the
// `main` that runs one.
//
//   int main(int argc, char** argv) { return sluice::run_source<HttpSource, HttpOptions>(argc, argv); }
//
// The author's code is blocking and runs on one thread, its own. The kit does the rest on
// others: options, topic, batching, retries, checkpoints, metrics, health, signals, drain.
// Nothing is lost silently: a source acknowledges to the outside only what the topic has, a
// sink's offset is stored only after `write` returned.

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "sluice/error.hpp"
#include "sluice/options.hpp"
#include "sluice/record.hpp"

namespace sluice {

// A place in the outside system, in the connector's own words: opaque bytes.
struct Position {
  std::string bytes;
  friend bool operator==(const Position&, const Position&) = default;
};

// What a source has of the kit. Use it on the source's thread only.
class SourceContext {
 public:
  virtual ~SourceContext() = default;

  // Queues a record. Waits while the byte budget is used up: that is the back-pressure. With
  // a position, the source hears `acknowledged` once the topic has this record and all before
  // it. Throws: `cancelled` when the connector must stop now; what the topic refuses.
  virtual void send(const RecordRef& record, std::optional<Position> position = {}) = 0;
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

  // The last position that was acknowledged and stored, of this or an earlier run.
  [[nodiscard]] virtual const std::optional<Position>& resume_from() const = 0;

  // The connection to the outside is up, or lost with this error. Seen in /readyz, metrics
  // and log; say it on each change.
  virtual void connected() = 0;
  virtual void disconnected(const Error& error) = 0;
  // A record from outside that will not be sent, by a rule of the user's. Counted by reason.
  virtual void filtered(std::string_view reason) = 0;
  // How long to wait before trying again: exponential with jitter, reset by `connected`.
  [[nodiscard]] virtual std::chrono::milliseconds next_retry_delay() = 0;
};

class Source {
 public:
  virtual ~Source() = default;

  // Reads the outside until it ends (then the connector ends, with exit code 0) or the
  // context says stop. Throws: `Failure`; a retryable one makes the kit call `run` again after
  // a back-off, any other stops the connector with the code's exit code.
  virtual void run(SourceContext& stream) = 0;
  // The topic has everything up to here, and the position is stored. On the source's thread,
  // inside a call of the context.
  virtual void acknowledged(const Position&) {}
};

// One record for a sink.
struct SinkRecord {
  PartitionId partition;
  Offset offset;
  std::chrono::milliseconds timestamp{-1};
  std::optional<std::string_view> key;
  std::string_view value;
};

class SinkContext {
 public:
  virtual ~SinkContext() = default;
  [[nodiscard]] virtual bool stopping() const = 0;
  virtual void connected() = 0;
  virtual void disconnected(const Error& error) = 0;
  [[nodiscard]] virtual const std::string& topic() const = 0;
};

class Sink {
 public:
  virtual ~Sink() = default;

  // Called once, before the first `write`, and again after a retryable failure.
  virtual void open(SinkContext&) {}
  // Offsets that the destination itself has stored with the data, the last of each partition.
  // A sink that returns them is effectively once: the kit starts behind them and keeps no
  // offset of its own.
  [[nodiscard]] virtual std::optional<std::map<PartitionId, Offset>> stored_offsets() {
    return std::nullopt;
  }
  // Returns when the destination has all records durably; the views end with the call.
  // Throws: `Failure`; a retryable one makes the kit write the same records again after a
  // back-off, any other stops the connector. Nothing that threw counts as written.
  virtual void write(std::span<const SinkRecord> records) = 0;
  // Nothing came for a while: a chance to rotate, to flush, to say hello.
  virtual void idle() {}
  virtual void close() {}
};

// What `connector.toml` says, made into code by CMake (`sluice_connector`).
struct ConnectorInfo {
  std::string_view name;
  std::string_view version;
  std::string_view description;
  std::string_view direction;  // "source" or "sink"
  // YAML section of the connector's own options, for example `http`.
  std::string_view section;
};

namespace detail {
using MakeSource = std::unique_ptr<Source> (*)(const void* options);
using MakeSink = std::unique_ptr<Sink> (*)(const void* options);
}  // namespace detail

// Runs one connector and returns its exit code: 0 ended or stopped cleanly, 1 runtime, 2 usage
// or configuration, 3 environment, 128+n on a second signal n.
//
// template <S derived from Source, constructible from Options; Options with an option_table>
// int run_source(int argc, char** argv);  and the same for run_sink:
// declared in <sluice/connector/run.hpp>, which this header includes.

}  // namespace sluice
