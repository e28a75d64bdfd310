// SPDX-License-Identifier: Apache-2.0
#pragma once

// Events of the postgres source -> the tables of another database.
//
// A batch is one transaction of the target, with the offsets, so each event counts once, whatever
// happens. A transaction of the source shows as a whole: when a batch ends in the middle of one,
// its events are stored, and applied with those that come. Events outside of a transaction count as
// they come. A transaction that the source sent twice, because it was killed, counts once.

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <sluice/connector/sink.hpp>

#include "applier.hpp"
#include "common/postgres/connection.hpp"
#include "sink_options.hpp"
#include "store.hpp"

namespace sluice::postgres {

class PostgresSink final : public Sink {
 public:
  explicit PostgresSink(SinkOptions options);

  void open(SinkContext& context) override;
  std::optional<std::map<PartitionId, Offset>> stored_offsets() override;
  void write(std::span<const SinkRecord> records) override;
  void close() override;
  void check(CheckContext& check) override;

 private:
  // An event of a transaction whose end has not come.
  struct Waiting {
    std::size_t at = 0;
    Event event;
  };

  [[nodiscard]] common::postgres::ConnectOptions connect_options() const;
  void become_replica(common::postgres::Connection& connection) const;
  void connect(SinkContext& context);
  // All or nothing; the failure has the record of the batch that is at fault.
  std::optional<EventFailure> try_to_write(std::span<const SinkRecord> records);
  void write_in_transaction(std::span<const SinkRecord> records);
  void take(std::span<const SinkRecord> records, std::size_t at);
  void begin(std::span<const SinkRecord> records, PartitionId partition, const BeginEvent& start);
  void end(std::span<const SinkRecord> records, PartitionId partition);
  void apply_waiting(std::span<const SinkRecord> records, PartitionId partition);
  void apply_pending(PartitionId partition);
  void store_waiting(std::span<const SinkRecord> records);
  void undo() noexcept;

  SinkOptions options_;
  std::optional<Store> store_;
  std::optional<common::postgres::Connection> connection_;
  std::optional<Applier> applier_;
  std::map<PartitionId, Place> stored_;   // in the target
  std::map<PartitionId, Place> written_;  // with the batch in work
  std::map<PartitionId, std::vector<Waiting>> waiting_;
  std::set<PartitionId> pending_;  // whose open transaction has events in the store
  bool is_opening_ = false;
  bool has_forgotten_ = true;  // the applier must ask the store
};

}  // namespace sluice::postgres
