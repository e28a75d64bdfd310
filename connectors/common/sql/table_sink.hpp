// SPDX-License-Identifier: Apache-2.0
#pragma once

// Stream -> tables of a database, whichever: the whole of a sink but the driver.
//
// A batch is one transaction, and the offsets that it reaches are in it: effectively once. What is
// before a record at fault is committed, so that many of them do not make a batch slow.
//
// The kit does not read again what this run has stored: a database that has less of it after a
// reconnect ends the run, and the next one begins where the database is.

#include <memory>

#include <sluice/connector/sink.hpp>

#include "common/sql/offset_table.hpp"
#include "common/sql/planner.hpp"

namespace sluice::common::sql {

class TableSink : public Sink {
 public:
  TableSink(std::unique_ptr<Database> database, MappingOptions options);

  void open(SinkContext& context) override;
  std::optional<std::map<PartitionId, Offset>> stored_offsets() override;
  void write(std::span<const SinkRecord> records) override;
  void close() override;
  void check(CheckContext& check) override;

 private:
  using Batch = std::span<const SinkRecord>;
  void deliver(Batch records, const Plan& plan, bool may_be_outdated);
  void transact(Batch records, const Plan& plan);
  void run_rows(const Plan& plan, std::size_t end, bool one_by_one);

  MappingOptions options_;
  std::unique_ptr<Database> database_;
  Planner planner_;
  OffsetTable offsets_;
  std::map<PartitionId, Offset> stored_;
};

}  // namespace sluice::common::sql
