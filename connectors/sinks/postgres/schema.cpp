// SPDX-License-Identifier: Apache-2.0
#include "schema.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>

#include <nlohmann/json.hpp>

#include "common/postgres/text.hpp"

namespace sluice::postgres {
namespace {

using common::postgres::Connection;
using common::postgres::quote_identifier;
using common::postgres::quote_name;
using common::postgres::Rows;
using common::postgres::Value;

// Types below are the same in every PostgreSQL.
constexpr std::uint32_t user_type_least = 10'000;
// json, xml, point, lseg, path, box, polygon, line: no equality of values.
constexpr std::array<std::uint32_t, 8> without_equality{114, 142, 600, 601, 602, 603, 604, 628};

std::uint32_t number(std::string_view text) {
  std::uint32_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::string source_name(const RelationEvent& relation) {
  return relation.schema + '.' + relation.name;
}

std::set<std::string> key_names(const RelationEvent& relation) {
  std::set<std::string> names;
  for (const Column& column : relation.columns) {
    if (column.is_key) names.insert(column.name);
  }
  return names;
}

// The columns of each index that finds one row, the primary key first.
std::vector<std::set<std::string>> unique_keys(Connection& connection, const std::string& oid) {
  const std::array<Value, 1> parameters{oid};
  const Rows rows = connection.query(
      "SELECT (SELECT json_agg(a.attname) FROM unnest(i.indkey::int2[]) WITH ORDINALITY k(num, "
      "nth) "
      "JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.num WHERE k.nth <= "
      "i.indnkeyatts) FROM pg_index i WHERE i.indrelid = $1::oid AND i.indisunique AND "
      "i.indisvalid AND i.indimmediate AND i.indpred IS NULL AND i.indexprs IS NULL AND NOT EXISTS "
      "(SELECT FROM pg_attribute a WHERE a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey) AND "
      "NOT a.attnotnull) ORDER BY i.indisprimary DESC, i.indexrelid",
      parameters);
  std::vector<std::set<std::string>> keys;
  for (int i = 0; i < rows.size(); ++i) {
    keys.push_back(nlohmann::json::parse(rows.text(i, 0)).get<std::set<std::string>>());
  }
  return keys;
}

}  // namespace

std::string Schema::Place::quoted() const {
  return quote_name(schema, name);
}

void Schema::forget() {
  types_.clear();
  relations_.clear();
  tables_.clear();
}

void Schema::learn(const TypeEvent& type) {
  types_[type.id] = type;
}

void Schema::remember(const RelationEvent& relation) {
  relations_[relation.id] = relation;
}

const RelationEvent* Schema::relation(std::uint32_t id) const {
  const auto found = relations_.find(id);
  return found == relations_.end() ? nullptr : &found->second;
}

Schema::Place Schema::place_of(const RelationEvent& relation) const {
  if (const auto found = options_.tables.find(source_name(relation));
      found != options_.tables.end()) {
    const auto dot = found->second.find('.');
    return {found->second.substr(0, dot), found->second.substr(dot + 1)};
  }
  const auto schema = options_.schemas.find(relation.schema);
  return {schema == options_.schemas.end() ? relation.schema : schema->second, relation.name};
}

Schema::Columns Schema::find_columns(Connection& connection, const Place& place) const {
  const std::array<Value, 2> parameters{place.schema, place.name};
  const Rows rows = connection.query(
      "SELECT a.attname, format_type(a.atttypid, a.atttypmod), a.atttypid, a.attgenerated <> '' "
      "FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = "
      "c.relnamespace WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind IN ('r', 'p', 'f', "
      "'v') AND a.attnum > 0 AND NOT a.attisdropped",
      parameters);
  Columns columns;
  for (int i = 0; i < rows.size(); ++i) {
    columns[std::string(rows.text(i, 0))] = {.type = std::string(rows.text(i, 1)),
                                             .type_id = number(rows.text(i, 2)),
                                             .is_generated = rows.text(i, 3) == "t"};
  }
  return columns;
}

void Schema::learn(Connection& connection, const RelationEvent& relation) {
  const auto known = relations_.find(relation.id);
  if (options_.schema_drift == SchemaDrift::evolve) {
    bool exists = !find_columns(connection, place_of(relation)).empty();
    if (known != relations_.end()) {
      exists = exists || rename(connection, relation, known->second);
      if (exists) change_types(connection, relation, known->second);
    }
    if (exists) {
      add_columns(connection, relation, find_columns(connection, place_of(relation)));
    } else {
      create(connection, relation);
    }
  }
  relations_[relation.id] = relation;
  tables_.erase(relation.id);
}

bool Schema::rename(Connection& connection, const RelationEvent& relation,
                    const RelationEvent& before) {
  const Place from = place_of(before);
  const Place to = place_of(relation);
  if (from.schema != to.schema || from.name == to.name) return false;
  if (find_columns(connection, from).empty()) return false;
  connection.query("ALTER TABLE " + from.quoted() + " RENAME TO " + quote_identifier(to.name));
  return true;
}

void Schema::create(Connection& connection, const RelationEvent& relation) {
  const Place place = place_of(relation);
  std::string parts;
  std::string key;
  for (const Column& column : relation.columns) {
    if (!parts.empty()) parts += ", ";
    parts += quote_identifier(column.name) + ' ' + sql_type(connection, column);
    if (!column.is_key || relation.identity == "Full") continue;
    key += (key.empty() ? "" : ", ") + quote_identifier(column.name);
  }
  if (!key.empty()) parts += ", PRIMARY KEY (" + key + ')';
  const std::array<Value, 1> schema{place.schema};
  if (connection.query("SELECT FROM pg_namespace WHERE nspname = $1", schema).empty()) {
    connection.query("CREATE SCHEMA IF NOT EXISTS " + quote_identifier(place.schema));
  }
  connection.query("CREATE TABLE " + place.quoted() + " (" + parts + ')');
}

void Schema::add_columns(Connection& connection, const RelationEvent& relation,
                         const Columns& columns) {
  for (const Column& column : relation.columns) {
    if (columns.contains(column.name)) continue;
    connection.query("ALTER TABLE " + place_of(relation).quoted() + " ADD COLUMN " +
                     quote_identifier(column.name) + ' ' + sql_type(connection, column));
  }
}

void Schema::change_types(Connection& connection, const RelationEvent& relation,
                          const RelationEvent& before) {
  for (const Column& column : relation.columns) {
    const auto old = std::ranges::find(before.columns, column.name, &Column::name);
    if (old == before.columns.end()) continue;
    if (old->type == column.type && old->modifier == column.modifier) continue;
    const std::string name = quote_identifier(column.name);
    const std::string type = sql_type(connection, column);
    const Columns columns = find_columns(connection, place_of(relation));
    const auto now = columns.find(column.name);
    if (now == columns.end() || now->second.type == type) continue;
    connection.query("ALTER TABLE " + place_of(relation).quoted() + " ALTER COLUMN " + name +
                     " TYPE " + type + " USING " + name + "::" + type);
  }
}

std::string Schema::sql_type(Connection& connection, const Column& column) const {
  if (column.type < user_type_least) {
    const std::string type = std::to_string(column.type);
    const std::string modifier = std::to_string(column.modifier);
    const std::array<Value, 2> parameters{type, modifier};
    return std::string(
        connection.query("SELECT format_type($1::oid, $2::int)", parameters).text(0, 0));
  }
  // A type of the source's own, when the target has one of that name: an enum, citext.
  const auto known = types_.find(column.type);
  if (known == types_.end()) return "text";
  const std::string schema = known->second.schema.empty() ? "pg_catalog" : known->second.schema;
  const std::string name = quote_name(schema, known->second.name);
  const std::array<Value, 1> parameters{name};
  const Rows rows = connection.query("SELECT to_regtype($1) IS NOT NULL", parameters);
  return rows.text(0, 0) == "t" ? name : "text";
}

const Table& Schema::table(Connection& connection, std::uint32_t id) {
  if (const auto found = tables_.find(id); found != tables_.end()) return found->second;
  const RelationEvent* known = relation(id);
  if (known == nullptr) {
    throw Failure(Errc::malformed,
                  "no relation event told of the table with the number " + std::to_string(id) +
                      ": the sink must see the topic from where the source began, without a filter "
                      "that leaves them out");
  }
  return tables_[id] = look_up(connection, *known);
}

Table Schema::look_up(Connection& connection, const RelationEvent& relation) {
  const Place place = place_of(relation);
  const Columns columns = find_columns(connection, place);
  const bool ignores = options_.schema_drift == SchemaDrift::ignore;
  Table table{.name = place.quoted(), .width = relation.columns.size()};
  if (columns.empty()) {
    table.is_left_out = ignores;
    if (ignores) return table;
    throw Failure(Errc::outside_rejected, "the target has no table " + table.name + ", for " +
                                              source_name(relation) +
                                              ": create it, or let --schema-drift evolve do it");
  }
  for (std::size_t i = 0; i < relation.columns.size(); ++i) {
    const Column& column = relation.columns[i];
    const auto found = columns.find(column.name);
    const bool is_there = found != columns.end() && !found->second.is_generated;
    if (!is_there && ignores) continue;
    if (!is_there) {
      throw Failure(Errc::outside_rejected,
                    "the target's " + table.name + " has no column " +
                        quote_identifier(column.name) +
                        " to write to: add it, or let --schema-drift evolve do it");
    }
    const bool has_equality =
        std::ranges::find(without_equality, found->second.type_id) == without_equality.end();
    table.columns.push_back({i, quote_identifier(column.name), column.is_key, has_equality});
  }
  find_key(connection, relation, table);
  return table;
}

// The source's key, when it is one of the target too. Events of a table with the identity FULL have
// all columns, so any key of the target will do.
void Schema::find_key(Connection& connection, const RelationEvent& relation, Table& table) {
  const std::array<Value, 1> parameters{table.name};
  const std::string oid(connection.query("SELECT $1::regclass::oid", parameters).text(0, 0));
  const auto keys = unique_keys(connection, oid);
  const auto wanted = key_names(relation);
  std::set<std::string> names;
  for (const Column& column : relation.columns) names.insert(column.name);
  const auto fits = [&](const std::set<std::string>& key) {
    if (relation.identity == "Full") return std::ranges::includes(names, key);
    return key == wanted;
  };
  const auto found = std::ranges::find_if(keys, fits);
  if (found == keys.end()) return;
  table.is_unique = true;
  for (Target& target : table.columns) {
    target.is_key = found->contains(relation.columns[target.at].name);
  }
}

}  // namespace sluice::postgres
