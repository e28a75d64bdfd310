// SPDX-License-Identifier: Apache-2.0
#pragma once

// Lets others look on while records pass: `sluice tap`.
//
// Costs one relaxed load a record while nobody looks. A listener has a queue with a limit; when it
// is slow, records are left out of what it sees, and it is told how many. Records are never held
// up. Any thread.

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connector/line_feed.hpp"
#include "sluice/record.hpp"

namespace sluice::connector {

struct TapRecord {
  PartitionId partition;
  Offset offset{-1};  // -1: it is not known
  std::optional<std::string_view> key;
  std::string_view value;
};

// A record that waits for its place in the topic.
class TapCopy {
 public:
  explicit TapCopy(const RecordRef& record)
      : record_{.key = record.key ? std::optional<std::string>(*record.key) : std::nullopt,
                .value = std::string(record.value)} {}

  // Views into this.
  [[nodiscard]] TapRecord at(const Delivered& place) const {
    const RecordRef record = record_;
    return {place.partition, place.offset, record.key, record.value};
  }

 private:
  Record record_;
};

// One JSON object without a line feed: time, partition, offset, key, value; bytes that are not
// UTF-8 as `key_base64` and `value_base64`; longer than 64 KiB they are cut, and `cut` is true.
[[nodiscard]] std::string tap_line(const TapRecord& record, std::string_view time);

class Tap {
 public:
  static constexpr std::size_t listeners_max = 4;
  static constexpr std::size_t queued_lines_max = 1'024;
  static constexpr std::size_t queued_bytes_max = 1'048'576;

  Tap();
  ~Tap();
  Tap(const Tap&) = delete;
  Tap& operator=(const Tap&) = delete;

  [[nodiscard]] bool wanted() const noexcept {
    return listener_count_->load(std::memory_order_relaxed) > 0;
  }
  void pass(const TapRecord& record);

  // Hears what passes from now on, `count` records at most, until the feed is let go. Null when
  // there are too many listeners.
  [[nodiscard]] std::shared_ptr<LineFeed> listen(std::optional<std::uint64_t> count);

 private:
  class Listener;
  std::shared_ptr<std::atomic<std::size_t>> listener_count_;  // the listeners have it, too
  std::mutex guard_;
  std::vector<std::weak_ptr<Listener>> listeners_;
};

}  // namespace sluice::connector
