// SPDX-License-Identifier: Apache-2.0
#pragma once

// The sink's own tables in the target: offsets, what is known of the source's tables, and the
// events of transactions whose end has not come yet. All of them are written in the transaction of
// the data, so that they are always right. What the database refuses of them is no event's fault:
// `invalid_config`, with the table's name.
//
//   sluice_offset   (instance, topic, partition) -> the last offset; the transaction that is open,
//                   and the last that was applied
//   sluice_schema   (instance, topic, kind, id)  -> the last type or relation event
//   sluice_pending  (instance, topic, partition, offset, nth) -> an event of the open transaction

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <sluice/types.hpp>

#include "common/postgres/connection.hpp"

namespace sluice::postgres {

struct Place {
  Offset offset{-1};
  bool is_open = false;       // in the middle of a transaction
  bool is_repeat = false;     // which was applied already
  std::int64_t open_lsn = 0;  // of its commit
  std::int64_t open_time = 0;
  std::int64_t done_lsn = 0;   // of the last one that was applied
  std::int64_t done_time = 0;  // the latest of those that were
  friend bool operator==(const Place&, const Place&) = default;
};

struct PendingEvent {
  Offset offset{0};
  std::uint32_t nth = 0;
  std::string value;
};

class Store {
 public:
  Store(std::string schema, std::string instance, std::string topic);

  // Makes what is missing. Throws: `Failure`.
  void create(common::postgres::Connection& connection) const;
  // Whether the tables are there; else, whether they can be made. Throws: `permission_denied`.
  [[nodiscard]] bool exists(common::postgres::Connection& connection) const;
  // Nobody else writes as this instance while the transaction lasts.
  [[nodiscard]] std::map<PartitionId, Place> places(common::postgres::Connection& connection,
                                                    bool lock) const;
  void save(common::postgres::Connection& connection,
            const std::map<PartitionId, Place>& places) const;

  void save_schema(common::postgres::Connection& connection, const std::string& kind,
                   std::uint32_t id, std::string_view event) const;
  // Types come first.
  [[nodiscard]] std::vector<std::string> schema_events(
      common::postgres::Connection& connection) const;

  void add_pending(common::postgres::Connection& connection, PartitionId partition,
                   const std::vector<PendingEvent>& events) const;
  void each_pending(common::postgres::Connection& connection, PartitionId partition,
                    const std::function<void(const PendingEvent&)>& take) const;
  void remove_pending(common::postgres::Connection& connection, PartitionId partition) const;

 private:
  [[nodiscard]] std::string table(std::string_view name) const;

  std::string schema_;
  std::string instance_;
  std::string topic_;
};

}  // namespace sluice::postgres
