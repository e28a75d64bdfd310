// SPDX-License-Identifier: Apache-2.0
#include "store.hpp"

#include <array>
#include <charconv>

#include "common/postgres/text.hpp"

namespace sluice::postgres {
namespace {

using common::postgres::Command;
using common::postgres::Connection;
using common::postgres::quote_identifier;
using common::postgres::quote_name;
using common::postgres::Rows;
using common::postgres::ServerFailure;
using common::postgres::Value;

constexpr std::string_view page_size = "1000";

template <typename T>
T number(std::string_view text) {
  T value{};
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

// Else the policy for records would give up one event after the other. A value that is refused may
// be an event's all the same: its text, where the database has another encoding.
Failure failure_of(const std::string& table, const ServerFailure& failure) {
  const bool is_of_value = failure.sqlstate().starts_with("22");
  if (failure.code() != Errc::outside_rejected || is_of_value) return Failure(failure.error());
  return Failure(
      in_context("the sink's own table " + table +
                     " cannot be used (no event is at fault): restore it, or drop it "
                     "and start again to begin anew",
                 {Errc::invalid_config, failure.error().context, failure.error().server_text}));
}

// A statement that is about one of these tables alone.
template <typename Statement>
auto own(const std::string& table, Statement statement) {
  try {
    return statement();
  } catch (const ServerFailure& failure) {
    throw failure_of(table, failure);
  }
}

}  // namespace

Store::Store(std::string schema, std::string instance, std::string topic)
    : schema_(std::move(schema)), instance_(std::move(instance)), topic_(std::move(topic)) {}

std::string Store::table(std::string_view name) const {
  return quote_name(schema_, name);
}

bool Store::exists(Connection& connection) const {
  const std::string name = table("sluice_offset");
  const std::array<Value, 2> parameters{name, schema_};
  const Rows rows = connection.query(
      "SELECT to_regclass($1) IS NOT NULL, current_user, coalesce((SELECT "
      "has_schema_privilege(oid, 'CREATE') FROM pg_namespace WHERE nspname = $2), "
      "has_database_privilege(current_database(), 'CREATE'))",
      parameters);
  if (rows.text(0, 0) == "t") return true;
  if (rows.text(0, 2) == "t") return false;
  throw Failure(Errc::permission_denied, "the role " + std::string(rows.text(0, 1)) +
                                             " may not make the sink's tables in the schema " +
                                             schema_ +
                                             ": make the schema and GRANT CREATE, USAGE on it");
}

void Store::create(Connection& connection) const {
  const std::array<Value, 1> parameters{schema_};
  if (connection.query("SELECT FROM pg_namespace WHERE nspname = $1", parameters).empty()) {
    connection.query("CREATE SCHEMA IF NOT EXISTS " + quote_identifier(schema_));
  }
  connection.query(
      "CREATE TABLE IF NOT EXISTS " + table("sluice_offset") +
      " (instance text, topic text, partition int, current_offset bigint NOT NULL, "
      "is_open bool NOT NULL, is_repeat bool NOT NULL, open_lsn bigint NOT NULL, "
      "open_time bigint NOT NULL, done_lsn bigint NOT NULL, done_time bigint NOT NULL, PRIMARY KEY "
      "(instance, topic, partition));"
      "CREATE TABLE IF NOT EXISTS " +
      table("sluice_schema") +
      " (instance text, topic text, kind text, id bigint, event text NOT NULL, PRIMARY "
      "KEY (instance, topic, kind, id));"
      "CREATE TABLE IF NOT EXISTS " +
      table("sluice_pending") +
      " (instance text, topic text, partition int, record_offset bigint, nth bigint, "
      "event text NOT NULL, PRIMARY KEY (instance, topic, partition, record_offset, "
      "nth))");
}

std::map<PartitionId, Place> Store::places(Connection& connection, bool lock) const {
  const std::array<Value, 2> parameters{instance_, topic_};
  if (lock) {
    connection.query(
        "SELECT pg_advisory_xact_lock(hashtextextended('sluice ' || $1 || '/' || $2, 0))",
        parameters);
  }
  const std::string name = table("sluice_offset");
  const Rows rows = own(name, [&] {
    return connection.query(
        "SELECT partition, current_offset, is_open, is_repeat, open_lsn, open_time, done_lsn, "
        "done_time FROM " +
            name + " WHERE instance = $1 AND topic = $2",
        parameters);
  });
  std::map<PartitionId, Place> places;
  for (int i = 0; i < rows.size(); ++i) {
    const auto at = [&](int column) { return number<std::int64_t>(rows.text(i, column)); };
    places[PartitionId{static_cast<std::uint32_t>(at(0))}] = {.offset = Offset{at(1)},
                                                              .is_open = rows.text(i, 2) == "t",
                                                              .is_repeat = rows.text(i, 3) == "t",
                                                              .open_lsn = at(4),
                                                              .open_time = at(5),
                                                              .done_lsn = at(6),
                                                              .done_time = at(7)};
  }
  return places;
}

void Store::save(Connection& connection, const std::map<PartitionId, Place>& places) const {
  const std::string name = table("sluice_offset");
  const std::string sql =
      "INSERT INTO " + name +
      " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (instance, topic, "
      "partition) DO UPDATE SET (current_offset, is_open, is_repeat, open_lsn, open_time, "
      "done_lsn, done_time) = (EXCLUDED.current_offset, EXCLUDED.is_open, EXCLUDED.is_repeat, "
      "EXCLUDED.open_lsn, EXCLUDED.open_time, EXCLUDED.done_lsn, EXCLUDED.done_time)";
  for (const auto& [partition, place] : places) {
    const std::array texts{std::to_string(partition.value), std::to_string(place.offset.value),
                           std::to_string(place.open_lsn),  std::to_string(place.open_time),
                           std::to_string(place.done_lsn),  std::to_string(place.done_time)};
    const std::array<Value, 10> parameters{instance_,
                                           topic_,
                                           texts[0],
                                           texts[1],
                                           place.is_open ? "t" : "f",
                                           place.is_repeat ? "t" : "f",
                                           texts[2],
                                           texts[3],
                                           texts[4],
                                           texts[5]};
    own(name, [&] { connection.query(sql, parameters); });
  }
}

void Store::save_schema(Connection& connection, const std::string& kind, std::uint32_t id,
                        std::string_view event) const {
  const std::string id_text = std::to_string(id);
  const std::array<Value, 5> parameters{instance_, topic_, kind, id_text, event};
  const std::string name = table("sluice_schema");
  own(name, [&] {
    connection.query("INSERT INTO " + name +
                         " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (instance, topic, kind, id) DO "
                         "UPDATE SET event = EXCLUDED.event",
                     parameters);
  });
}

std::vector<std::string> Store::schema_events(Connection& connection) const {
  const std::array<Value, 2> parameters{instance_, topic_};
  const std::string name = table("sluice_schema");
  const Rows rows = own(name, [&] {
    return connection.query(
        "SELECT event FROM " + name + " WHERE instance = $1 AND topic = $2 ORDER BY kind DESC, id",
        parameters);
  });
  std::vector<std::string> events;
  for (int i = 0; i < rows.size(); ++i) events.emplace_back(rows.text(i, 0));
  return events;
}

void Store::add_pending(Connection& connection, PartitionId partition,
                        const std::vector<PendingEvent>& events) const {
  const std::string name = table("sluice_pending");
  const std::string sql = "INSERT INTO " + name + " VALUES ($1, $2, $3, $4, $5, $6)";
  std::vector<std::string> texts;
  texts.reserve(events.size() * 2 + 1);
  const std::string& number_text = texts.emplace_back(std::to_string(partition.value));
  std::vector<Command> commands;
  for (const PendingEvent& event : events) {
    const std::string& offset = texts.emplace_back(std::to_string(event.offset.value));
    const std::string& nth = texts.emplace_back(std::to_string(event.nth));
    commands.push_back(
        {.sql = sql, .parameters = {instance_, topic_, number_text, offset, nth, event.value}});
  }
  const auto ran = connection.run(commands);
  if (ran.failure) throw failure_of(name, *ran.failure);
}

void Store::each_pending(Connection& connection, PartitionId partition,
                         const std::function<void(const PendingEvent&)>& take) const {
  const std::string number_text = std::to_string(partition.value);
  const std::string name = table("sluice_pending");
  std::string offset = "-1";
  std::string nth = "0";
  while (true) {
    const std::array<Value, 6> parameters{instance_, topic_, number_text, offset, nth, page_size};
    const Rows rows = own(name, [&] {
      return connection.query(
          "SELECT record_offset, nth, event FROM " + name +
              " WHERE instance = $1 AND topic = $2 AND partition = $3 AND (record_offset, nth) > "
              "($4::bigint, $5::bigint) ORDER BY record_offset, nth LIMIT $6::int",
          parameters);
    });
    for (int i = 0; i < rows.size(); ++i) {
      take({.offset = Offset{number<std::int64_t>(rows.text(i, 0))},
            .nth = number<std::uint32_t>(rows.text(i, 1)),
            .value = std::string(rows.text(i, 2))});
    }
    if (rows.empty()) return;
    offset = rows.text(rows.size() - 1, 0);
    nth = rows.text(rows.size() - 1, 1);
  }
}

// Page by page: however many there are, each statement ends in time. Behind the last page, so that
// none reads again what is deleted.
void Store::remove_pending(Connection& connection, PartitionId partition) const {
  const std::string number_text = std::to_string(partition.value);
  const std::string name = table("sluice_pending");
  const std::string which = name +
                            " WHERE instance = $1 AND topic = $2 AND partition = $3 AND "
                            "record_offset > $4::bigint";
  std::string behind = "-1";
  while (true) {
    const std::array<Value, 5> page{instance_, topic_, number_text, behind, page_size};
    const Rows rows = own(name, [&] {
      return connection.query("SELECT max(record_offset) FROM (SELECT record_offset FROM " + which +
                                  " ORDER BY record_offset LIMIT $5::int) page",
                              page);
    });
    if (!rows.value(0, 0)) return;
    const std::string last(rows.text(0, 0));
    const std::array<Value, 5> parameters{instance_, topic_, number_text, behind, last};
    own(name, [&] {
      connection.query("DELETE FROM " + which + " AND record_offset <= $5::bigint", parameters);
    });
    behind = last;
  }
}

}  // namespace sluice::postgres
