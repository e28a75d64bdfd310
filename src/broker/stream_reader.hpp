// SPDX-License-Identifier: Apache-2.0
#pragma once

// The half of a processed stream that runs on workers: reads stored batches, runs the chain
// over them, and lays out what it gave in frames. A step ends when it has a frame, when the log
// has no more, and after some time: nobody keeps a worker for long.
//
// One thread at a time. Memory: a read of the log, an inflated batch, and what the chain has.

#include <memory>
#include <optional>
#include <vector>

#include "broker/batch_reader.hpp"
#include "broker/output_frames.hpp"
#include "broker/smartmodules.hpp"

namespace sluice::broker {

struct StreamReaderOptions {
  std::shared_ptr<Partition> partition;
  SmartModules::Invocations invocations;
  Isolation isolation = Isolation::read_uncommitted;
  std::int64_t start = 0;
  std::uint32_t frame_bytes_max = 1U << 20;
};

class StreamReader {
 public:
  // Keeps `place` as long as it lives.
  StreamReader(SmartModules& modules, std::shared_ptr<SmartModules::StreamPlace> place,
               StreamReaderOptions options);

  struct Step {
    std::vector<OutputFrame> frames;  // the last may have an error: then the stream is over
    std::int64_t covered = 0;         // all input before it is consumed, in frames or not
  };
  // Input that gave nothing is not in a frame unless it is much, or `cover_all`. A step after
  // one with an error begins with a new chain.
  [[nodiscard]] Step step(bool cover_all);
  // Goes on from there, with the chain as it is: what modules remember, they keep.
  void restart(std::int64_t offset);

 private:
  using Done = tl::expected<void, wire::ErrorCode>;
  [[nodiscard]] Done advance();
  // False: the log has no more.
  [[nodiscard]] tl::expected<bool, wire::ErrorCode> next_batch();
  [[nodiscard]] Done take_batch(const wire::BatchView& batch);
  [[nodiscard]] Done process(wire::RecordList piece);
  [[nodiscard]] wire::ErrorCode unreadable(const Error& error) const;

  SmartModules& modules_;
  const std::shared_ptr<SmartModules::StreamPlace> place_;
  const StreamReaderOptions options_;
  std::optional<smartmodule::Chain> chain_;
  BatchReader batches_;
  OutputFrames frames_;
  std::int64_t next_;                // the first offset that was not consumed
  bool inside_batch_ok_ = true;      // the start may be inside a batch; later ones may not
  std::size_t uncovered_bytes_ = 0;  // stored bytes that were read since the last frame

  // The batch that is being processed.
  wire::BatchHeader header_;
  wire::RecordList rest_;
  Bytes inflated_;
  Bytes renumbered_;
};

}  // namespace sluice::broker
