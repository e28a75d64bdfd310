// SPDX-License-Identifier: Apache-2.0
#include "applier.hpp"

#include <array>

namespace sluice::postgres {
namespace {

using common::postgres::Command;
using common::postgres::Connection;
using common::postgres::Rows;
using common::postgres::ServerFailure;
using common::postgres::Value;

constexpr std::size_t queue_max = 1'000;
constexpr std::size_t queued_bytes_max = 4U << 20U;
// Each set of columns that an update leaves as they are is a statement of its own.
constexpr std::size_t statements_max = 500;

bool is_about_a_record(Errc code) {
  return code == Errc::malformed || code == Errc::outside_rejected ||
         code == Errc::record_too_large;
}

Error no_row(const char* what) {
  return {Errc::outside_rejected,
          std::string("the row to ") + what +
              " is not in the target: somebody else changes it, or "
              "the topic does not have its beginning",
          {}};
}

}  // namespace

Applier::Applier(const SinkOptions& options, const Store& store, Connection& connection)
    : options_(options), store_(store), connection_(connection), schema_(options) {}

void Applier::remember() {
  forget_statements();
  schema_.forget();
  for (const std::string& text : store_.schema_events(connection_)) {
    auto event = parse_event(text);
    if (const auto* type = std::get_if<TypeEvent>(&event.value())) schema_.learn(*type);
    if (const auto* told = std::get_if<RelationEvent>(&event.value())) schema_.remember(*told);
  }
}

void Applier::forget() {
  queue_.clear();
  queued_bytes_ = 0;
  schema_.forget();
}

void Applier::apply(const Event& event, std::string_view text, std::optional<std::size_t> at) {
  at_ = at;
  try {
    std::visit(
        [&](const auto& body) {
          if constexpr (requires { take(body, text); }) {
            take(body, text);
          } else if constexpr (requires { take(body); }) {
            take(body);
          }
        },
        event);
  } catch (const EventFailure&) {
    throw;
  } catch (const Failure& failure) {
    if (!is_about_a_record(failure.code())) throw;
    throw EventFailure(failure.error(), at);
  }
}

void Applier::take(const RelationEvent& relation, std::string_view text) {
  forget_statements();
  schema_.learn(connection_, relation);
  store_.save_schema(connection_, "relation", relation.id, text);
}

void Applier::take(const TypeEvent& type, std::string_view text) {
  schema_.learn(type);
  store_.save_schema(connection_, "type", type.id, text);
}

const Table* Applier::table_for(std::uint32_t relation, std::span<const Tuple* const> tuples) {
  const Table& table = schema_.table(connection_, relation);
  for (const Tuple* tuple : tuples) {
    if (tuple == nullptr || tuple->size() == table.width) continue;
    throw Failure(Errc::malformed, "a row has " + std::to_string(tuple->size()) +
                                       " columns, its table " + table.name + " has " +
                                       std::to_string(table.width));
  }
  return table.is_left_out ? nullptr : &table;
}

void Applier::take(const InsertEvent& insert) {
  const std::array tuples{&insert.row};
  const Table* table = table_for(insert.relation, tuples);
  if (table == nullptr) return;
  queue(bind(insert_sql(*table, options_.conflicts), insert.row, nullptr));
}

void Applier::take(const UpdateEvent& update) {
  const Tuple* before = update.before ? &*update.before : nullptr;
  const std::array tuples{&update.row, before};
  const Table* table = table_for(update.relation, tuples);
  if (table == nullptr) return;
  if (before == nullptr && !has_key(*table)) {
    throw Failure(Errc::outside_rejected,
                  "an update does not say which row of " + table->name +
                      ": give the source's table a key, or REPLICA IDENTITY FULL");
  }
  const bool moves =
      before != nullptr && (!table->is_unique || changes_key(*table, *before, update.row));
  if (moves) {
    move_row(*table, update);
    return;
  }
  const bool upserts = options_.conflicts == Conflicts::upsert && table->is_unique;
  if (upserts && is_complete(*table, update.row)) {
    queue(bind(insert_sql(*table, Conflicts::upsert), update.row, nullptr));
    return;
  }
  Queued queued = bind(update_sql(*table, update.row, false), update.row, nullptr);
  queued.must_find_row = true;
  queue(std::move(queued));
}

// An update that is found by what was before: when there is no such row, the new one is inserted,
// which is known only after the update.
void Applier::move_row(const Table& table, const UpdateEvent& update) {
  Queued moved = bind(update_sql(table, update.row, true), update.row, &*update.before);
  if (options_.conflicts == Conflicts::reject) {
    moved.must_find_row = true;
    queue(std::move(moved));
    return;
  }
  flush();
  Command command{.prepared = moved.statement};
  for (const auto& value : moved.values) {
    command.parameters.push_back(value ? Value(*value) : std::nullopt);
  }
  const auto ran = connection_.run({&command, 1});
  if (ran.failure) throw Failure(ran.failure->error());
  if (ran.affected.front() > 0) return;
  if (!is_complete(table, update.row)) throw Failure(no_row("update"));
  queue(bind(insert_sql(table, Conflicts::upsert), update.row, nullptr));
}

void Applier::take(const DeleteEvent& deleted) {
  if (!deleted.before) {
    throw Failure(Errc::malformed, "a delete does not say which row: it has no old tuple");
  }
  const std::array tuples{&*deleted.before};
  const Table* table = table_for(deleted.relation, tuples);
  if (table == nullptr) return;
  Queued queued = bind(delete_sql(*table), {}, &*deleted.before);
  queued.must_find_row = options_.conflicts == Conflicts::reject;
  queue(std::move(queued));
}

void Applier::take(const TruncateEvent& truncate) {
  std::vector<std::string> tables;
  std::string names;
  for (const std::uint32_t relation : truncate.relations) {
    const Table* table = table_for(relation, {});
    if (table == nullptr) continue;
    tables.push_back(table->name);
    names += (names.empty() ? "" : ", ") + table->name;
  }
  if (tables.empty()) return;
  flush();
  connection_.query("SAVEPOINT sluice_truncate");
  try {
    connection_.query("TRUNCATE " + names + (truncate.restart_identity ? " RESTART IDENTITY" : ""));
  } catch (const ServerFailure& failure) {
    if (failure.sqlstate() != "0A000") throw;
    connection_.query("ROLLBACK TO sluice_truncate");
    if (!is_replica()) throw;
    empty(tables, truncate.restart_identity);
  }
  connection_.query("RELEASE sluice_truncate");
}

// Foreign keys of a table that the truncate does not name refuse it, also where they do not act.
bool Applier::is_replica() {
  return connection_.query("SHOW session_replication_role").text(0, 0) == "replica";
}

void Applier::empty(const std::vector<std::string>& tables, bool restart_identity) {
  for (const std::string& table : tables) {
    connection_.query("DELETE FROM " + table);
    if (!restart_identity) continue;
    const std::array<Value, 1> parameters{table};
    const Rows sequences = connection_.query(
        "SELECT d.objid::regclass FROM pg_depend d JOIN pg_class s ON s.oid = d.objid AND "
        "s.relkind = 'S' WHERE d.classid = 'pg_class'::regclass AND d.refclassid = "
        "'pg_class'::regclass AND d.refobjid = $1::regclass AND d.deptype IN ('a', 'i')",
        parameters);
    for (int i = 0; i < sequences.size(); ++i) {
      connection_.query("ALTER SEQUENCE " + std::string(sequences.text(i, 0)) + " RESTART");
    }
  }
}

Applier::Queued Applier::bind(Sql sql, const Tuple& row, const Tuple* before) {
  const Statement& prepared = statement(std::move(sql));
  Queued queued{.statement = prepared.name, .at = at_};
  queued.values.reserve(prepared.parameters.size());
  for (const auto& [at, of_before] : prepared.parameters) {
    const Tuple& tuple = of_before ? *before : row;
    if (tuple[at].is_unchanged) {
      throw Failure(Errc::outside_rejected,
                    "an event does not have a value that its statement needs (UnchangedToast)");
    }
    if (tuple[at].text && tuple[at].text->find('\0') != std::string::npos) {
      throw Failure(Errc::outside_rejected,
                    "a value has a zero byte, which PostgreSQL cannot store");
    }
    queued.values.push_back(tuple[at].text);
  }
  return queued;
}

const Applier::Statement& Applier::statement(Sql sql) {
  if (const auto found = statements_.find(sql.text); found != statements_.end()) {
    return found->second;
  }
  if (statements_.size() >= statements_max) forget_statements();
  std::string name = "sluice_" + std::to_string(statements_.size());
  connection_.prepare(name, sql.text);
  return statements_
      .emplace(std::move(sql.text), Statement{std::move(name), std::move(sql.parameters)})
      .first->second;
}

// Also when a table changes: they know the types that its columns had.
void Applier::forget_statements() {
  flush();
  if (!statements_.empty()) connection_.query("DEALLOCATE ALL");
  statements_.clear();
}

void Applier::queue(Queued queued) {
  for (const auto& value : queued.values) queued_bytes_ += value ? value->size() : 0;
  queue_.push_back(std::move(queued));
  if (queue_.size() >= queue_max || queued_bytes_ >= queued_bytes_max) flush();
}

void Applier::flush() {
  if (queue_.empty()) return;
  std::vector<Command> commands;
  commands.reserve(queue_.size());
  for (const Queued& queued : queue_) {
    Command& command = commands.emplace_back(Command{.prepared = queued.statement});
    for (const auto& value : queued.values) {
      command.parameters.push_back(value ? Value(*value) : std::nullopt);
    }
  }
  const auto ran = connection_.run(commands);
  for (std::size_t i = 0; i < ran.affected.size(); ++i) {
    if (queue_[i].must_find_row && ran.affected[i] == 0) {
      throw EventFailure(no_row("change"), queue_[i].at);
    }
  }
  if (ran.failure) {
    if (!is_about_a_record(ran.failure->code())) throw Failure(ran.failure->error());
    throw EventFailure(ran.failure->error(), queue_[ran.affected.size()].at);
  }
  queue_.clear();
  queued_bytes_ = 0;
}

}  // namespace sluice::postgres
