// SPDX-License-Identifier: Apache-2.0
#include "broker/worker_pool.hpp"

#include <chrono>
#include <utility>

#include "broker/thread.hpp"

namespace sluice::broker {
namespace {

constexpr auto hurry_interval = std::chrono::milliseconds(5);

}  // namespace

WorkerPool::WorkerPool(std::size_t threads_max)
    : threads_max_(std::max<std::size_t>(threads_max, 1)) {}

WorkerPool::~WorkerPool() {
  stop([] {});
}

void WorkerPool::run(Task task) {
  const std::lock_guard lock(mutex_);
  if (stopping_) return;
  queue_.push_back(std::move(task));
  if (queue_.size() > idle_count_ && threads_.size() < threads_max_) {
    threads_.push_back(start_thread([this] { loop(); }));
  } else {
    wake_.notify_one();
  }
}

void WorkerPool::loop() {
  std::unique_lock lock(mutex_);
  while (true) {
    ++idle_count_;
    wake_.wait(lock, [&] { return stopping_ || !queue_.empty(); });
    --idle_count_;
    if (stopping_) return;
    auto task = std::move(queue_.front());
    queue_.pop_front();
    ++running_count_;
    lock.unlock();
    task();
    task = nullptr;  // what it held goes before it counts as done
    lock.lock();
    --running_count_;
    ended_.notify_all();
  }
}

void WorkerPool::stop(const std::function<void()>& hurry) {
  std::deque<Task> dropped;
  {
    std::unique_lock lock(mutex_);
    stopping_ = true;
    dropped.swap(queue_);
    wake_.notify_all();
    while (!ended_.wait_for(lock, hurry_interval, [&] { return running_count_ == 0; })) {
      lock.unlock();
      hurry();
      lock.lock();
    }
  }
  for (auto& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

void TaskLane::push(WorkerPool::Task task) {
  {
    const std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(task));
    if (std::exchange(running_, true)) return;
  }
  workers_.run([self = shared_from_this()] { self->run_next(); });
}

bool TaskLane::idle() const {
  const std::lock_guard lock(mutex_);
  return !running_;
}

// One task at a time, so that lanes share the workers fairly.
void TaskLane::run_next() {
  WorkerPool::Task task;
  {
    const std::lock_guard lock(mutex_);
    task = std::move(tasks_.front());
    tasks_.pop_front();
  }
  task();
  task = nullptr;
  {
    const std::lock_guard lock(mutex_);
    if (tasks_.empty()) {
      running_ = false;
      return;
    }
  }
  workers_.run([self = shared_from_this()] { self->run_next(); });
}

}  // namespace sluice::broker
