// SPDX-License-Identifier: Apache-2.0
#pragma once

// Which offsets may be committed to Kafka: those behind which the topic has everything.
//
// Each record gets a number; acknowledgements come by number. A partition that was taken away and
// comes back is a new one here, so that what is still under way of before never counts for it.

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace sluice::kafka {

struct CommitOffset {
  std::string topic;
  std::int32_t partition = 0;
  std::int64_t next = 0;  // the offset that is read next
  friend bool operator==(const CommitOffset&, const CommitOffset&) = default;
};

class OffsetTracker {
 public:
  using Slot = std::size_t;

  // The partition is ours, or no longer.
  void open(const std::string& topic, std::int32_t partition);
  void close(const std::string& topic, std::int32_t partition);
  void close_all();
  [[nodiscard]] std::optional<Slot> find(const std::string& topic, std::int32_t partition) const;

  // The number of a record that is being sent. `next` is the offset behind it.
  std::uint64_t sent(Slot slot, std::int64_t next);
  // A record that is not sent: it counts with the one before it.
  void skipped(Slot slot, std::int64_t next);
  // The topic has all up to this number.
  void acknowledged(std::uint64_t number);
  // Records of the partition that the topic does not have yet.
  [[nodiscard]] std::size_t under_way(const std::string& topic, std::int32_t partition) const;

  // What has moved since the last call, of open partitions.
  [[nodiscard]] std::vector<CommitOffset> take_commits();
  // A commit failed: it is due again.
  void commit_failed(const std::string& topic, std::int32_t partition);

 private:
  struct Entry {
    std::uint64_t number;
    Slot slot;
    std::int64_t next;
  };
  struct Partition {
    std::string topic;
    std::int32_t partition = 0;
    bool open = true;
    std::size_t under_way = 0;
    std::int64_t acknowledged = -1;
    std::int64_t taken = -1;  // by `take_commits`
  };
  void settle();

  std::map<std::pair<std::string, std::int32_t>, Slot> by_name_;  // the open ones
  std::map<Slot, Partition> partitions_;  // and those with records under way
  Slot next_slot_ = 0;
  std::deque<Entry> entries_;
  std::uint64_t last_sent_ = 0;
  std::uint64_t last_acknowledged_ = 0;
};

}  // namespace sluice::kafka
