// SPDX-License-Identifier: Apache-2.0
#pragma once

// The one thread that writes to logs. Appends from all connections wait in a queue; the thread
// takes all that wait, writes them, syncs once for each partition among them, and only then
// answers: while it syncs, the next group gathers.
//
// `submit` and `run` may be called from any thread; answers and tasks run on the writer's.
// Order is kept. The queue is bounded by who submits: each append's bytes are in a budget.

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <variant>
#include <vector>

#include "broker/partition.hpp"

namespace sluice::broker {

struct AppendJob {
  std::shared_ptr<Partition> partition;
  Append append;
  std::function<void(const Result<std::int64_t>&)> done;  // must not throw
  // Refused once this one is deleted, whatever `partition` is; may be nothing.
  std::shared_ptr<const Partition> about = nullptr;
};

class LogWriter {
 public:
  LogWriter();
  // Does what waits, then ends.
  ~LogWriter();
  LogWriter(const LogWriter&) = delete;
  LogWriter& operator=(const LogWriter&) = delete;

  void submit(AppendJob job);
  // After everything that was submitted before.
  void run(std::function<void()> task);
  // Waits for the task. Requires: not on the writer's thread.
  void run_and_wait(std::function<void()> task);

 private:
  using Work = std::variant<AppendJob, std::function<void()>>;
  void loop();
  void write_group(std::span<AppendJob* const> group);

  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Work> queue_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace sluice::broker
