// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the sink knows of the source's tables, and which tables of the target they are.
//
// Events name a table by a number, which a relation message before them told. What was told is kept
// in the target, in the transaction of the events: a restart knows it without reading the topic
// again. Where the target has no such table or column, --schema-drift says what happens.

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "common/postgres/connection.hpp"
#include "event.hpp"
#include "sink_options.hpp"
#include "table.hpp"

namespace sluice::postgres {

class Schema {
 public:
  explicit Schema(const SinkOptions& options) : options_(options) {}

  // Nothing is known; after a failure, since what was told is rolled back.
  void forget();
  void learn(const TypeEvent& type);
  // Changes the target, when it shall evolve. That it does not have a table matters when a row
  // comes.
  void learn(common::postgres::Connection& connection, const RelationEvent& relation);
  // What was learned before the last start; the target is looked at when an event needs it.
  void remember(const RelationEvent& relation);

  // Throws: `malformed`: no relation message told of it; `outside_rejected`.
  const Table& table(common::postgres::Connection& connection, std::uint32_t relation);
  [[nodiscard]] const RelationEvent* relation(std::uint32_t id) const;

 private:
  struct TargetColumn {
    std::string type;  // as SQL has it
    std::uint32_t type_id = 0;
    bool is_generated = false;
  };
  struct Place {
    std::string schema;
    std::string name;
    [[nodiscard]] std::string quoted() const;
  };
  using Columns = std::map<std::string, TargetColumn>;

  [[nodiscard]] Place place_of(const RelationEvent& relation) const;
  [[nodiscard]] Columns find_columns(common::postgres::Connection& connection,
                                     const Place& place) const;
  void create(common::postgres::Connection& connection, const RelationEvent& relation);
  void add_columns(common::postgres::Connection& connection, const RelationEvent& relation,
                   const Columns& columns);
  void change_types(common::postgres::Connection& connection, const RelationEvent& relation,
                    const RelationEvent& before);
  bool rename(common::postgres::Connection& connection, const RelationEvent& relation,
              const RelationEvent& before);
  [[nodiscard]] std::string sql_type(common::postgres::Connection& connection,
                                     const Column& column) const;
  Table look_up(common::postgres::Connection& connection, const RelationEvent& relation);
  void find_key(common::postgres::Connection& connection, const RelationEvent& relation,
                Table& table);

  const SinkOptions& options_;
  std::map<std::uint32_t, TypeEvent> types_;
  std::map<std::uint32_t, RelationEvent> relations_;
  std::map<std::uint32_t, Table> tables_;
};

}  // namespace sluice::postgres
