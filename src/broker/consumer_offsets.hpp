// SPDX-License-Identifier: Apache-2.0
#pragma once

// What consumers have seen, by consumer id and partition: a map in memory, and each change a
// record in the log of the system topic `consumer-offset`, from which the map is rebuilt.
//
// A change shows in the map once it is durable. The map has a limit, and so has the length of
// a consumer's id. When the log has grown to many times the map,
// the map is written out in full and what lies before is dropped. Thread-safe.

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "broker/log_writer.hpp"
#include "wire/spu.hpp"

namespace sluice::broker {

struct ConsumerKey {
  std::string consumer_id;
  std::string topic;
  std::uint32_t partition = 0;
  friend auto operator<=>(const ConsumerKey&, const ConsumerKey&) = default;
};

class ConsumerOffsets {
 public:
  using Done = std::function<void(const Result<>&)>;  // on the writer's thread, but for refusals
  static constexpr std::size_t consumer_id_bytes_max = 255;

  // Requires: `writer` outlives this; `partition` is the system topic's.
  ConsumerOffsets(std::shared_ptr<Partition> partition, LogWriter& writer, WallClock now,
                  std::size_t entries_max = 65'536);

  // Reads the log. Before anything else.
  [[nodiscard]] Result<> load();

  // `not_leader` when the partition of the key, if it is given, was deleted meanwhile;
  // `too_large`, at once, above a limit.
  void update(const ConsumerKey& key, std::int64_t offset, Done done,
              std::shared_ptr<const Partition> about = nullptr);
  // Done with success when there is none.
  void remove(const ConsumerKey& key, Done done);
  // All offsets of the topics that are gone, those on their way too. On an error the map has
  // forgotten them, and a restart may remember.
  void forget_topics(std::function<bool(const std::string& topic)> is_gone, Done done);

  [[nodiscard]] std::optional<std::int64_t> find(const ConsumerKey& key) const;
  [[nodiscard]] std::vector<wire::ConsumerOffset> list(
      const std::optional<wire::ConsumerOffsetFilter>& filter) const;

  // Writes the map out and drops the log before it, when that saves enough.
  void compact_if_worth(std::uint64_t log_bytes_min);

 private:
  struct Value {
    std::int64_t offset = 0;
    std::uint64_t modified_time_s = 0;
  };
  struct Change {
    ConsumerKey key;
    std::optional<Value> value;  // nothing: removed
  };
  void store(Change change, Done done, std::shared_ptr<const Partition> about);
  [[nodiscard]] Result<> write(std::span<const Change> changes);
  void apply(const Change& change);
  [[nodiscard]] Result<> check_limits(const ConsumerKey& key) const;
  [[nodiscard]] Result<> replay(const LogSlice& slice);
  [[nodiscard]] Result<> compact();
  static Bytes encode(std::span<const Change> changes, std::int64_t now_ms);
  static std::optional<Change> decode(const wire::RecordView& record);

  std::shared_ptr<Partition> partition_;
  LogWriter& writer_;
  WallClock now_;
  const std::size_t entries_max_;
  mutable std::mutex mutex_;
  std::map<ConsumerKey, Value> offsets_;
};

}  // namespace sluice::broker
