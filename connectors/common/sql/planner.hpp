// SPDX-License-Identifier: Apache-2.0
#pragma once

// From records to statements: reads each record, finds its table, and settles what the table has no
// column for. Tables are looked at once and again when something does not fit; new tables and
// columns are made here, before the transaction, because not every database can do that inside.

#include <chrono>
#include <functional>
#include <map>
#include <set>
#include <span>
#include <string>
#include <unordered_map>

#include "common/sql/database.hpp"

namespace sluice::common::sql {

// Rows for the same statement, in the order of their records.
struct Run {
  Statement statement;
  std::vector<Row> rows;
};

struct Plan {
  std::vector<Run> runs;
  std::size_t end = 0;         // records before it are in the runs, or are done already
  std::optional<Error> fault;  // of the record at `end`
};

class Planner {
 public:
  // `warn` tells the user something once.
  Planner(Database& database, const MappingOptions& options,
          std::function<void(const std::string&)> warn);

  // Up to the first record that is at fault. Leaves out what is `done`, by partition.
  // Throws: `Failure`, when the database fails.
  [[nodiscard]] Plan plan(std::span<const SinkRecord> records,
                          const std::map<PartitionId, Offset>& done);
  // Looks at every table anew.
  void forget() { tables_.clear(); }

 private:
  struct KnownTable {
    TableInfo info;
    std::unordered_map<std::string, std::size_t> columns;  // by name, in lower case too
    std::chrono::steady_clock::time_point seen;
    std::uint64_t seen_in = 0;  // number of the plan
  };
  struct Placed {
    std::size_t column;
    const Cell* cell;
  };

  [[nodiscard]] Outcome<Done> add(const SinkRecord& record, std::size_t number, Plan& plan);
  // But for its key.
  [[nodiscard]] static bool is_for(const Statement& statement, Action action,
                                   const TableInfo& table, std::span<const Placed> placed);
  [[nodiscard]] Outcome<Value> value_for(const ColumnInfo& column, const Cell& cell) const;
  [[nodiscard]] Outcome<KnownTable*> table_of(const Change& change);
  KnownTable& keep(const std::string& name, TableInfo info);
  [[nodiscard]] bool look_again(const std::string& name, KnownTable& table);
  [[nodiscard]] Outcome<Done> create(const Change& change);
  [[nodiscard]] Outcome<std::vector<Placed>> place(const Change& change, KnownTable*& table);
  // Whether the cell is left out, or in a column now.
  [[nodiscard]] Outcome<bool> settle_drift(const Change& change, const Cell& cell,
                                           KnownTable*& table);
  [[nodiscard]] Outcome<bool> evolve(const Change& change, const Cell& cell, KnownTable*& table);
  [[nodiscard]] Outcome<std::vector<std::string>> key_of(const Change& change,
                                                         const KnownTable& table) const;
  void warn_once(const std::string& table, const std::string& column);
  // About the record when it named the table by itself, else about the configuration.
  [[nodiscard]] Error misfit(std::string text) const;

  Database& database_;
  const MappingOptions& options_;
  std::function<void(const std::string&)> warn_;
  std::map<std::string, KnownTable> tables_;
  std::set<std::string> warned_;
  std::uint64_t plans_ = 0;
  std::uint64_t looks_ = 0;  // at tables
};

}  // namespace sluice::common::sql
