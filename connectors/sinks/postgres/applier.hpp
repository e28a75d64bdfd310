// SPDX-License-Identifier: Apache-2.0
#pragma once

// Events -> statements of the target, in the order of the events, many at a time.
//
// All of it happens in a transaction that somebody else began. A failure says which record's event
// failed; the transaction is then good for nothing but ROLLBACK, and `forget` must follow.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "common/postgres/connection.hpp"
#include "event.hpp"
#include "schema.hpp"
#include "sink_options.hpp"
#include "store.hpp"
#include "table.hpp"

namespace sluice::postgres {

// An event failed, that of the record `at` of the batch; none: of one that was stored before it.
struct EventFailure : Failure {
  EventFailure(Error error, std::optional<std::size_t> index)
      : Failure(std::move(error)), at(index) {}
  std::optional<std::size_t> at;
};

class Applier {
 public:
  Applier(const SinkOptions& options, const Store& store, common::postgres::Connection& connection);

  // Knows what the store knows of the source's tables, and nothing else. Requires: nothing waits
  // for `flush`.
  void remember();
  // `text` is the event's JSON. Throws: `EventFailure`; another `Failure` when it is not about an
  // event.
  void apply(const Event& event, std::string_view text, std::optional<std::size_t> at);
  // Runs what was queued. Throws: the same.
  void flush();
  // After a rollback.
  void forget();

 private:
  struct Statement {
    std::string name;
    std::vector<Sql::Parameter> parameters;
  };
  struct Queued {
    std::string statement;
    std::vector<std::optional<std::string>> values;
    std::optional<std::size_t> at;
    bool must_find_row = false;
  };

  void take(const RelationEvent& relation, std::string_view text);
  void take(const TypeEvent& type, std::string_view text);
  void take(const InsertEvent& insert);
  void take(const UpdateEvent& update);
  void take(const DeleteEvent& deleted);
  void take(const TruncateEvent& truncate);
  [[nodiscard]] bool is_replica();
  void empty(const std::vector<std::string>& tables, bool restart_identity);
  void move_row(const Table& table, const UpdateEvent& update);
  const Table* table_for(std::uint32_t relation, std::span<const Tuple* const> tuples);
  const Statement& statement(Sql sql);
  [[nodiscard]] Queued bind(Sql sql, const Tuple& row, const Tuple* before);
  void queue(Queued queued);
  void forget_statements();

  const SinkOptions& options_;
  const Store& store_;
  common::postgres::Connection& connection_;
  Schema schema_;
  std::unordered_map<std::string, Statement> statements_;  // by their SQL
  std::vector<Queued> queue_;
  std::size_t queued_bytes_ = 0;
  std::optional<std::size_t> at_;  // of the event in work
};

}  // namespace sluice::postgres
