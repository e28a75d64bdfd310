// SPDX-License-Identifier: Apache-2.0
#include "common/sql/offset_table.hpp"

#include <array>
#include <utility>

#include "common/token/token.hpp"

namespace sluice::common::sql {
namespace {

constexpr std::int64_t owner_row = -1;

}  // namespace

OffsetTable::OffsetTable(Database& database, std::string table)
    : database_(database),
      table_(std::move(table)),
      sql_name_(quote_table(database.dialect(), split_table(table_))) {}

std::string OffsetTable::parameter(std::size_t number) const {
  return database_.dialect() == Dialect::postgres ? '$' + std::to_string(number) : "?";
}

template <typename Statement>
auto OffsetTable::own(Statement statement) const {
  try {
    return statement();
  } catch (const Failure& failure) {
    if (!is_about_record(failure.code())) throw;
    // The policy for records would give up one after the other.
    throw Failure(in_context(
        "the table " + quoted(table_) +
            ", which keeps what is done, cannot be used (no record is at fault): restore it, or "
            "drop it and start again to begin anew",
        {Errc::invalid_config, failure.error().context, failure.error().server_text}));
  }
}

void OffsetTable::create() {
  const bool mysql = database_.dialect() == Dialect::mysql;
  const std::string sql = "CREATE TABLE IF NOT EXISTS " + sql_name_ +
                          " (connector VARCHAR(190) NOT NULL, topic VARCHAR(190) NOT NULL, "
                          "partition_id BIGINT NOT NULL, last_offset BIGINT NOT NULL, "
                          "owner VARCHAR(64), PRIMARY KEY (connector, topic, partition_id))" +
                          // Names that differ in case are two.
                          (mysql ? " ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin" : "");
  own([&] { create_table(database_, sql); });
}

Failure OffsetTable::fenced() const {
  return {Errc::already_running, "another instance writes to " + database_.where() + " as `" +
                                     connector_ + "` now: give each its own --name"};
}

void OffsetTable::open(const std::string& connector, const std::string& topic) {
  connector_ = connector;
  topic_ = topic;
  auto info = database_.describe(table_);
  if (!info) {
    create();
    info = database_.describe(table_);
  }
  if (info) sql_name_ = info->sql_name;
}

void OffsetTable::take_over() {
  const std::string token = new_token();
  database_.begin();
  try {
    set_owner(token);
    database_.commit();
  } catch (...) {
    database_.rollback();
    throw;
  }
  owner_ = token;
}

void OffsetTable::set_owner(const std::string& owner) {
  const bool was_owner = !owner_.empty();
  std::string sql = "UPDATE " + sql_name_ + " SET owner = " + parameter(1) +
                    " WHERE connector = " + parameter(2) + " AND topic = " + parameter(3) +
                    " AND partition_id = " + parameter(4);
  std::vector<Value> values{owner, connector_, topic_, owner_row};
  if (was_owner) {
    sql += " AND owner = " + parameter(5);
    values.emplace_back(owner_);
  }
  if (own([&] { return database_.update(sql, values); }) > 0) return;
  if (was_owner) throw fenced();
  try {
    database_.update("INSERT INTO " + sql_name_ +
                         " (owner, connector, topic, partition_id, last_offset) VALUES (" +
                         parameter(1) + ", " + parameter(2) + ", " + parameter(3) + ", " +
                         parameter(4) + ", 0)",
                     values);
  } catch (const Failure& failure) {
    if (failure.code() != Errc::outside_rejected) throw;
    // Another one was first, a moment ago; the next try finds its row.
    throw Failure(
        Error{Errc::outside_unavailable, failure.error().context, failure.error().server_text});
  }
}

std::map<PartitionId, Offset> OffsetTable::read() {
  const std::array<Value, 2> values{connector_, topic_};
  const auto rows = own([&] {
    return database_.query("SELECT partition_id, last_offset FROM " + sql_name_ +
                               " WHERE connector = " + parameter(1) +
                               " AND topic = " + parameter(2) + " AND partition_id >= 0",
                           values);
  });
  std::map<PartitionId, Offset> out;
  for (const auto& row : rows) {
    if (!row.at(0) || !row.at(1)) {
      throw Failure(Errc::data_corrupt, "a row of " + quoted(table_) + " has a NULL");
    }
    const PartitionId partition{static_cast<std::uint32_t>(std::stoul(*row[0]))};
    out[partition] = Offset{std::stoll(*row[1])};
  }
  return out;
}

void OffsetTable::claim() {
  // It changes a value, so that databases that skip or do not lock an equal row do lock it.
  const std::array<Value, 4> values{connector_, topic_, owner_row, owner_};
  const std::string sql = "UPDATE " + sql_name_ +
                          " SET last_offset = last_offset + 1 WHERE connector = " + parameter(1) +
                          " AND topic = " + parameter(2) + " AND partition_id = " + parameter(3) +
                          " AND owner = " + parameter(4);
  if (own([&] { return database_.update(sql, values); }) == 0) throw fenced();
}

void OffsetTable::store(const std::map<PartitionId, Offset>& last) {
  const std::string update = "UPDATE " + sql_name_ + " SET last_offset = " + parameter(1) +
                             " WHERE connector = " + parameter(2) + " AND topic = " + parameter(3) +
                             " AND partition_id = " + parameter(4);
  const std::string insert =
      "INSERT INTO " + sql_name_ + " (last_offset, connector, topic, partition_id) VALUES (" +
      parameter(1) + ", " + parameter(2) + ", " + parameter(3) + ", " + parameter(4) + ")";
  for (const auto& [partition, offset] : last) {
    const std::array<Value, 4> values{offset.value, connector_, topic_,
                                      static_cast<std::int64_t>(partition.value)};
    own([&] {
      if (database_.update(update, values) == 0) database_.update(insert, values);
    });
  }
}

}  // namespace sluice::common::sql
