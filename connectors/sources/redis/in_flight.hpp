// SPDX-License-Identifier: Apache-2.0
#pragma once

// The entries of a group that were sent and that the topic has not acknowledged yet, in the order
// of sending, and those that Redis is to be told of. Pure.

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "entry.hpp"

namespace sluice::redis {

class InFlight {
 public:
  // The number of the entry, from 1.
  std::uint64_t add(const Entry& entry) {
    known_.insert(name_of(entry.stream, entry.id));
    queue_.emplace_back(entry.stream, entry.id);
    return ++last_;
  }
  // It was sent and Redis was not told yet: it is not to be sent again.
  [[nodiscard]] bool has(const Entry& entry) const {
    return known_.contains(name_of(entry.stream, entry.id));
  }
  // The topic has all up to this number.
  void stored(std::uint64_t number) {
    while (!queue_.empty() && last_ - queue_.size() < number) {
      done_[queue_.front().first].push_back(std::move(queue_.front().second));
      queue_.pop_front();
      ++done_count_;
    }
  }
  // The topic has all that it will get: what is left was not taken, and is read again.
  void forget_unsent() {
    for (const auto& [stream, id] : queue_) known_.erase(name_of(stream, id));
    queue_.clear();
  }
  // One that will not be sent.
  void passed_over(const Entry& entry) {
    done_[entry.stream].push_back(entry.id);
    ++done_count_;
  }
  [[nodiscard]] std::size_t size() const { return queue_.size(); }

  // What Redis is to be told, by stream; it stays until `told`.
  [[nodiscard]] const std::map<std::string, std::vector<std::string>>& to_tell() const {
    return done_;
  }
  [[nodiscard]] std::size_t to_tell_count() const { return done_count_; }
  void told() {
    for (const auto& [stream, ids] : done_) {
      for (const auto& id : ids) known_.erase(name_of(stream, id));
    }
    done_.clear();
    done_count_ = 0;
  }

 private:
  // An id has no blank.
  static std::string name_of(const std::string& stream, const std::string& id) {
    return id + ' ' + stream;
  }

  std::uint64_t last_ = 0;
  std::deque<std::pair<std::string, std::string>> queue_;
  std::unordered_set<std::string> known_;  // in the queue, or to be told
  std::map<std::string, std::vector<std::string>> done_;
  std::size_t done_count_ = 0;
};

}  // namespace sluice::redis
