// SPDX-License-Identifier: Apache-2.0
#pragma once

// Threads for work that may take long, which is WebAssembly: neither an I/O thread nor the log
// writer's may wait for it. They are started when they are needed, up to a limit, and stay.
//
// Thread-safe. Tasks begin in the order they came; a task must not throw.

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace sluice::broker {

class WorkerPool {
 public:
  using Task = std::function<void()>;

  explicit WorkerPool(std::size_t threads_max);
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // After `stop` it is dropped.
  void run(Task task);
  // Drops what waits and returns when nothing runs any more; until then it calls `hurry` again
  // and again, from this thread.
  void stop(const std::function<void()>& hurry);

 private:
  void loop();

  const std::size_t threads_max_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable ended_;
  std::deque<Task> queue_;
  std::vector<std::thread> threads_;
  std::size_t idle_count_ = 0;
  std::size_t running_count_ = 0;
  bool stopping_ = false;
};

// Tasks that run one after the other, in the order they came, each on whichever worker is free.
// Shared: a task that runs keeps its lane alive.
class TaskLane : public std::enable_shared_from_this<TaskLane> {
 public:
  // Requires: `workers` outlives it.
  explicit TaskLane(WorkerPool& workers) : workers_(workers) {}

  void push(WorkerPool::Task task);
  // Nothing waits or runs.
  [[nodiscard]] bool idle() const;

 private:
  void run_next();

  WorkerPool& workers_;
  mutable std::mutex mutex_;
  std::deque<WorkerPool::Task> tasks_;
  bool running_ = false;
};

}  // namespace sluice::broker
