// SPDX-License-Identifier: Apache-2.0
#pragma once

// What became of the messages of one batch. cnats tells it on a thread of its own, also late, of a
// batch that was given up: those are not known any more, and ignored.

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

#include <nats/nats.h>

#include <sluice/error.hpp>

namespace sluice::nats {

class PublishResults {
 public:
  void begin(std::size_t count);
  // Before the message is published; `refused` takes it back when that fails at once.
  void expect(natsMsg* message, std::size_t at);
  void refused(natsMsg* message, Error error);
  void fail(std::size_t at, Error error);
  // The callback of the library: `closure` is the object.
  static void on_answer(jsCtx*, natsMsg* message, jsPubAck*, jsPubAckErr* problem, void* closure);
  // False: not all within the time.
  [[nodiscard]] bool wait(std::chrono::milliseconds pause);
  // How many are not answered yet.
  [[nodiscard]] std::size_t open();
  // By the place in the batch; none: the stream has it. Requires: `wait` was true.
  [[nodiscard]] std::vector<std::optional<Error>> take();

 private:
  std::mutex guard_;
  std::condition_variable changed_;
  std::unordered_map<natsMsg*, std::size_t> open_;
  std::vector<std::optional<Error>> errors_;
};

}  // namespace sluice::nats
