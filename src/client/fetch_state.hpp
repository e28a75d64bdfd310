// SPDX-License-Identifier: Apache-2.0
#pragma once

// How one partition is read: which question comes next, what an answer means, where to go on.
//
// Pure: the shell tells what happened and carries out the steps that come back, in order. It
// asks for the stored offset (managed consumers), for the bounds of the log, and opens a
// stream; it then takes whole batches from each answer and acknowledges the last whole one, so
// that a batch that was cut comes again. Reference §10 to §12, §14; the cut is §10.4.

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "client/chunk.hpp"
#include "client/smartmodule_request.hpp"
#include "net/multiplexer.hpp"
#include "sluice/consumer.hpp"
#include "wire/spu.hpp"

namespace sluice::client {

struct FetchSettings {
  std::string topic;
  PartitionId partition;
  StartAt start;
  Isolation isolation = Isolation::read_uncommitted;
  std::int32_t fetch_bytes_max = 1'048'890;
  std::int32_t fetch_bytes_limit = 60 * 1024 * 1024;  // how far it may grow; under a frame's
  bool until_end = false;
  std::string consumer_id;                        // empty: no stored offsets
  ModuleChain smartmodules;                       // null or empty: none
  std::chrono::milliseconds silence_max{10'000};  // see ConsumerOptions
};

namespace step {
struct AskStored {};  // FetchConsumerOffsets, for this partition and consumer
struct AskBounds {};  // FetchOffsets
struct OpenStream {   // instead of the one before, if any
  wire::StreamFetchRequest request;
};
struct Acknowledge {  // UpdateOffsets: send more
  wire::UpdateOffset update;
};
struct Deliver {
  Chunk chunk;
};
struct Reconnect {  // after a pause, then say `connected` again
  Error why;
};
struct Fail {  // for the caller; the state waits for a `seek`
  Error error;
};
struct End {};      // `until_end`, and everything was delivered
struct NoSession {  // nothing can be stored on this partition
  Error error;
};
}  // namespace step

using FetchStep =
    std::variant<step::AskStored, step::AskBounds, step::OpenStream, step::Acknowledge,
                 step::Deliver, step::Reconnect, step::Fail, step::End, step::NoSession>;
using FetchSteps = std::vector<FetchStep>;

class FetchState {
 public:
  explicit FetchState(FetchSettings settings);

  // A connection to the leader is there. `session_wanted`: an offset waits to be stored, which
  // needs a session, which needs a first answer; so one old record is asked for again. After a
  // failure or the end that is all that a connection is used for; nothing is delivered then.
  [[nodiscard]] FetchSteps connected(bool session_wanted);
  [[nodiscard]] FetchSteps on_stored(std::optional<Offset> stored);
  [[nodiscard]] FetchSteps on_bounds(const wire::OffsetsOfPartition& bounds);
  // `room`: the caller keeps up, so more may be asked for at once.
  [[nodiscard]] FetchSteps on_answer(const net::Answer& answer, bool room);
  // There is room again.
  [[nodiscard]] FetchSteps on_room();
  // The connection ended, or a request on it failed.
  [[nodiscard]] FetchSteps on_lost(const Error& why);
  // An offset waits to be stored, and no stream has had an answer yet.
  [[nodiscard]] FetchSteps want_session();
  // A chunk did not decode: nothing more is asked for, until a `seek`.
  void halt();
  // For how long a server may say nothing that does not speak of records which SmartModules left
  // out; then call `on_silence`. Nothing: silence is only that.
  [[nodiscard]] std::optional<std::chrono::milliseconds> silence_max() const;
  [[nodiscard]] FetchSteps on_silence();
  // The cluster's metadata no longer has the topic.
  [[nodiscard]] FetchSteps on_topic_gone();
  // Chunks of earlier generations are void. Works after a failure and before a connection.
  [[nodiscard]] FetchSteps seek(Offset offset, std::uint64_t generation);

  // For UpdateConsumerOffset; known from the first answer of the stream on.
  [[nodiscard]] std::optional<std::uint32_t> session() const noexcept { return session_; }
  // The first offset that was not yet delivered; nothing before it is known.
  [[nodiscard]] std::optional<std::int64_t> position() const noexcept { return position_; }
  [[nodiscard]] bool waits_for_room() const noexcept { return pending_ack_; }
  // Failed or ended: nothing is asked for.
  [[nodiscard]] bool idle() const noexcept { return phase_ == Phase::stopped; }

 private:
  enum class Phase { offline, asking, streaming, stopped };
  // The stream from the position on, or the end when nothing is left to read.
  [[nodiscard]] FetchSteps go_on();
  [[nodiscard]] step::OpenStream stream_from_position();
  // In `stopped`.
  [[nodiscard]] FetchSteps open_for_session();
  [[nodiscard]] FetchSteps on_answer_for_session(const wire::StreamFetchResponse& response);
  [[nodiscard]] FetchSteps open_stream();
  [[nodiscard]] FetchSteps stop(Error error);
  [[nodiscard]] FetchSteps reconnect(Error why);
  [[nodiscard]] Result<std::int64_t> resolve(std::int64_t first, std::int64_t end) const;
  [[nodiscard]] FetchSteps on_response(const wire::StreamFetchResponse& response,
                                       const net::Frame& frame, bool room);
  [[nodiscard]] FetchSteps on_cut(std::optional<std::size_t> cut_batch_bytes);
  [[nodiscard]] FetchSteps on_error(const wire::ErrorCode& code);
  [[nodiscard]] FetchStep acknowledge();
  [[nodiscard]] bool has_smartmodules() const;
  [[nodiscard]] std::string where() const;

  FetchSettings settings_;
  Phase phase_ = Phase::offline;
  std::uint64_t generation_ = 0;
  std::int32_t fetch_bytes_;
  std::optional<std::int64_t> stored_;
  std::optional<std::int64_t> position_;
  std::optional<std::int64_t> end_;  // with `until_end`: the offset to stop at
  std::optional<std::uint32_t> session_;
  std::int64_t asked_from_ = 0;  // of the open stream; may be one before the position
  bool session_wanted_ = false;
  bool pending_ack_ = false;
  int idle_answers_ = 0;  // in a row, without progress
};

}  // namespace sluice::client
