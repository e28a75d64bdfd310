// SPDX-License-Identifier: Apache-2.0
#pragma once

// The rows that are there before the changes, as events like the changes.
//
// A temporary slot says at which LSN the rows are what they are, and exports that state to the
// connection that reads them. Each table is one or more transactions with the xid 0: begin, types
// and relation, inserts, commit; a table without rows is nothing. At the end stands an empty
// transaction. A table that an earlier try had begun begins with a truncate: what it sent of that
// table does not count.
//
// The tables are locked (ACCESS SHARE) until the end: one that is truncated, or rewritten by an
// ALTER TABLE, is empty for a state that is older.

#include <sluice/connector/source.hpp>

#include "common/postgres/connection.hpp"
#include "event_json.hpp"
#include "progress.hpp"
#include "source_options.hpp"

namespace sluice::postgres {

class Snapshot {
 public:
  // `keeps_place` is false for `--snapshot only`: then no record has a position.
  Snapshot(const SourceOptions& options, SourceContext& stream, bool keeps_place);

  // Sends what `progress` does not have yet, and brings it forward. Returns false when it was
  // stopped; true when `progress` is where the stream begins. Throws: `Failure`.
  bool take(Progress& progress);

 private:
  struct Table {
    Relation relation;
    std::vector<Type> types;
    std::string from;                // SQL
    std::string columns;             // SQL
    std::vector<std::string> texts;  // that the views are of
  };

  void export_state();
  void import_state();
  [[nodiscard]] std::vector<std::uint32_t> find_tables();
  void lock(const std::vector<std::uint32_t>& tables);
  void require_unchanged(const std::string& tables);
  [[nodiscard]] Table describe_table(std::uint32_t id);
  void read_columns(Table& table);
  bool send_table(std::uint32_t id, Progress& progress);
  void send_start(const Table& table, Progress& progress);
  void send_row(const Table& table, const common::postgres::Rows& row);
  void begin();
  void commit(const std::optional<Progress>& place);
  void send(const Message& message, const std::optional<Progress>& place = {});

  const SourceOptions& options_;
  SourceContext& stream_;
  bool keeps_place_;
  EventJson json_;
  std::optional<common::postgres::Connection> exporter_;
  std::optional<common::postgres::Connection> reader_;
  Lsn lsn_ = 0;
  std::string name_;  // of the exported state
};

[[nodiscard]] common::postgres::ConnectOptions connect_options(const SourceOptions& options,
                                                               bool replication = false);

}  // namespace sluice::postgres
