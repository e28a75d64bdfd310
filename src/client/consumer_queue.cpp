// SPDX-License-Identifier: Apache-2.0
#include "client/consumer_queue.hpp"

#include <utility>

namespace sluice::client {

void ConsumerQueue::add_partition() {
  const std::lock_guard lock(mutex_);
  ++running_;
}

void ConsumerQueue::push(Chunk chunk) {
  const auto partition = chunk.partition;
  const auto generation = chunk.generation;
  push_entry(partition, generation, std::move(chunk));
}

void ConsumerQueue::push_failure(PartitionId partition, std::uint64_t generation, Error error) {
  push_entry(partition, generation, Failure{partition, generation, std::move(error)});
}

void ConsumerQueue::push_end(PartitionId partition, std::uint64_t generation) {
  push_entry(partition, generation, End{partition, generation});
}

void ConsumerQueue::push_entry(PartitionId partition, std::uint64_t generation, Entry entry) {
  std::move_only_function<void()> ready;
  {
    const std::lock_guard lock(mutex_);
    auto& state = partitions_[partition];
    if (closed_ || generation != state.generation) return;
    if (const auto* chunk = std::get_if<Chunk>(&entry)) {
      bytes_ += chunk->size_bytes();
      ++state.queued_count;
    }
    entries_.push_back(std::move(entry));
    ready = std::exchange(ready_, nullptr);
  }
  changed_.notify_one();
  if (ready) ready();
}

bool ConsumerQueue::has_room(PartitionId partition) {
  const std::lock_guard lock(mutex_);
  if (bytes_ < bytes_max_ || partitions_[partition].queued_count == 0) return true;
  room_wanted_ = true;
  return false;
}

void ConsumerQueue::when_ready(std::move_only_function<void()> ready) {
  {
    const std::lock_guard lock(mutex_);
    if (entries_.empty() && failures_.empty() && !closed_ && running_ > 0) {
      ready_ = std::move(ready);
      return;
    }
  }
  ready();
}

std::optional<ConsumerQueue::Item> ConsumerQueue::take_locked(bool& made_room) {
  while (!entries_.empty()) {
    auto entry = std::move(entries_.front());
    entries_.pop_front();
    if (auto* chunk = std::get_if<Chunk>(&entry)) {
      auto& state = partitions_[chunk->partition];
      bytes_ -= chunk->size_bytes();
      --state.queued_count;
      made_room = made_room || std::exchange(room_wanted_, false);
      // Behind a failure would be a gap.
      if (failures_.contains(chunk->partition)) continue;
      if (chunk->generation == state.generation) return std::move(*chunk);
    } else if (auto* failure = std::get_if<Failure>(&entry)) {
      if (failure->generation != partitions_[failure->partition].generation) continue;
      return failures_.insert_or_assign(failure->partition, std::move(failure->error))
          .first->second;
    } else {
      const auto& end = std::get<End>(entry);
      auto& state = partitions_[end.partition];
      if (end.generation != state.generation || std::exchange(state.ended, true)) continue;
      --running_;
    }
  }
  if (closed_) return Ended{};
  if (!failures_.empty()) return failures_.begin()->second;
  if (running_ == 0) return Ended{};
  return std::nullopt;
}

std::optional<ConsumerQueue::Item> ConsumerQueue::pop(std::optional<net::TimePoint> until) {
  bool made_room = false;
  std::optional<Item> item;
  {
    std::unique_lock lock(mutex_);
    for (;;) {
      item = take_locked(made_room);
      if (item) break;
      if (!until) {
        changed_.wait(lock);
      } else if (changed_.wait_until(lock, *until) == std::cv_status::timeout) {
        item = take_locked(made_room);
        break;
      }
    }
  }
  if (made_room && on_room_) on_room_();
  return item;
}

std::uint64_t ConsumerQueue::restart(PartitionId partition) {
  const std::lock_guard lock(mutex_);
  auto& state = partitions_[partition];
  failures_.erase(partition);
  if (std::exchange(state.ended, false)) ++running_;
  return ++state.generation;
}

void ConsumerQueue::fail(PartitionId partition, std::uint64_t generation, Error error) {
  const std::lock_guard lock(mutex_);
  if (closed_ || generation != partitions_[partition].generation) return;
  entries_.emplace_front(Failure{partition, generation, std::move(error)});
}

void ConsumerQueue::close() {
  std::move_only_function<void()> ready;
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    entries_.clear();
    ready = std::exchange(ready_, nullptr);
  }
  changed_.notify_all();
  if (ready) ready();
}

bool ConsumerQueue::closed() const {
  const std::lock_guard lock(mutex_);
  return closed_;
}

}  // namespace sluice::client
