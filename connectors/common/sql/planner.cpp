// SPDX-License-Identifier: Apache-2.0
#include "common/sql/planner.hpp"

#include <algorithm>
#include <utility>

#include "common/text/ascii.hpp"

namespace sluice::common::sql {
namespace {

constexpr std::size_t tables_max = 256;
constexpr std::size_t columns_max = 1'000;
constexpr std::size_t warnings_max = 1'000;
constexpr std::chrono::seconds look_again_after{10};

const std::size_t* column_of(const std::unordered_map<std::string, std::size_t>& columns,
                             const std::string& name) {
  auto found = columns.find(name);
  if (found == columns.end()) found = columns.find(lower(name));
  return found == columns.end() ? nullptr : &found->second;
}

std::optional<SqlType> new_type(const Cell& cell) {
  return cell.type ? cell.type : type_for(cell.value);
}

// What the SQL model or the mapping says is checked as that, unless the column takes other bytes.
SqlType type_in(const ColumnInfo& column, const Cell& cell) {
  if (column.type == SqlType::character) return column.type;
  const auto type = cell.type.value_or(column.type);
  return type == SqlType::bytes && column.type == SqlType::text ? SqlType::text : type;
}

// For PostgreSQL's "char", which is a byte: its code becomes the character.
bool make_byte(Value& value) {
  if (const auto* code = std::get_if<std::int64_t>(&value)) {
    if (*code < 0) return false;
    value = *code == 0 ? std::string() : std::string(1, static_cast<char>(*code));
  }
  const auto* text = std::get_if<std::string>(&value);
  return text == nullptr || text->size() <= 1;
}

// A column of the key that the row has nothing for, or null.
const std::string* missing_key(const Statement& statement, const Row& row) {
  for (const auto& name : statement.key) {
    const auto found = std::ranges::find(statement.columns, name);
    const auto index = static_cast<std::size_t>(found - statement.columns.begin());
    if (found == statement.columns.end()) return &name;
    if (std::holds_alternative<std::monostate>(row.values[index])) return &name;
  }
  return nullptr;
}

bool same_columns(std::vector<std::string> a, std::vector<std::string> b) {
  std::ranges::sort(a);
  std::ranges::sort(b);
  return a == b;
}

bool has(std::span<const std::string> names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

// One that has all columns of the upsert's key is met by the same row only, and one with a counted
// column that is not written by none.
bool meets_other_keys(const TableInfo& table, const Statement& upsert) {
  return std::ranges::any_of(table.unique_keys, [&](const auto& unique) {
    const bool is_narrower =
        std::ranges::all_of(upsert.key, [&](const auto& name) { return has(unique, name); });
    const bool is_new = std::ranges::any_of(table.columns, [&](const ColumnInfo& column) {
      return column.is_counted && has(unique, column.name) && !has(upsert.columns, column.name);
    });
    return !is_narrower && !is_new;
  });
}

}  // namespace

Planner::Planner(Database& database, const MappingOptions& options,
                 std::function<void(const std::string&)> warn)
    : database_(database), options_(options), warn_(std::move(warn)) {}

Plan Planner::plan(std::span<const SinkRecord> records, const std::map<PartitionId, Offset>& done) {
  ++plans_;
  Plan out;
  for (; out.end < records.size(); ++out.end) {
    const auto& record = records[out.end];
    const auto last = done.find(record.partition);
    if (last != done.end() && record.offset <= last->second) continue;
    auto added = add(record, out.end, out);
    if (!added.ok()) {
      out.fault = added.error();
      break;
    }
  }
  return out;
}

Outcome<Done> Planner::add(const SinkRecord& record, std::size_t number, Plan& plan) {
  auto change = read_change(record, options_);
  if (!change.ok()) return change.error();
  const Change& wanted = change.value();
  auto found = table_of(wanted);
  if (!found.ok()) return found.error();
  KnownTable* table = found.value();
  auto placed = place(wanted, table);
  if (!placed.ok()) return placed.error();
  auto key = key_of(wanted, *table);
  if (!key.ok()) return key.error();

  Row row{number, {}};
  row.values.reserve(placed.value().size());
  for (const auto& [column, cell] : placed.value()) {
    auto value = value_for(table->info.columns[column], *cell);
    if (!value.ok()) return value.error();
    row.values.push_back(std::move(value).value());
  }
  // Rows of one form follow one another: their statement is made once.
  const bool fits =
      !plan.runs.empty() &&
      is_for(plan.runs.back().statement, wanted.action, table->info, placed.value()) &&
      plan.runs.back().statement.key == key.value();
  std::optional<Statement> statement;
  if (!fits) {
    statement = {wanted.action, table->info.sql_name, {}, std::move(key).value(), false};
    for (const auto& it : placed.value()) {
      statement->columns.push_back(table->info.columns[it.column].name);
    }
    statement->meets_other_keys =
        wanted.action == Action::upsert && meets_other_keys(table->info, *statement);
  }
  if (const auto* missing = missing_key(fits ? plan.runs.back().statement : *statement, row)) {
    return Error{Errc::malformed, "the record has nothing for the key " + quoted(*missing), {}};
  }
  if (statement) plan.runs.push_back({std::move(*statement), {}});
  plan.runs.back().rows.push_back(std::move(row));
  return Done{};
}

bool Planner::is_for(const Statement& statement, Action action, const TableInfo& table,
                     std::span<const Placed> placed) {
  return statement.action == action && statement.table == table.sql_name &&
         std::ranges::equal(statement.columns, placed, {}, {}, [&](const Placed& it) -> auto& {
           return table.columns[it.column].name;
         });
}

Outcome<Value> Planner::value_for(const ColumnInfo& column, const Cell& cell) const {
  auto value = cell_value(cell, type_in(column, cell), options_, value_rules(database_.dialect()));
  if (value.ok() && column.type == SqlType::character && !make_byte(value.value())) {
    return Error{Errc::malformed,
                 "column `" + column.name + "` takes a character of ASCII, or its code",
                 {}};
  }
  return value;
}

Error Planner::misfit(std::string text) const {
  return {
      options_.table.empty() ? Errc::outside_rejected : Errc::invalid_config, std::move(text), {}};
}

Outcome<Planner::KnownTable*> Planner::table_of(const Change& change) {
  if (const auto found = tables_.find(change.table); found != tables_.end()) {
    return &found->second;
  }
  if (change.table == options_.offsets_table) {
    return misfit("records cannot go to " + quoted(change.table) + ", which keeps what is done");
  }
  // What databases say of such a name is not always about the record that has it.
  const auto parts_max = table_parts_max(database_.dialect());
  if (split_table(change.table).size() > parts_max) {
    return misfit("there is no table " + quoted(change.table) + " in " + database_.where() +
                  ": a name has at most " + std::to_string(parts_max) +
                  " parts, and in double quotes a dot is part of one");
  }
  auto info = database_.describe(change.table);
  if (!info && options_.create_table && change.action != Action::erase) {
    const auto created = create(change);
    if (!created.ok()) return created.error();
    info = database_.describe(change.table);
  }
  if (!info) {
    return misfit("there is no table " + quoted(change.table) + " in " + database_.where() +
                  ": create it, or give --create-table");
  }
  return &keep(change.table, std::move(*info));
}

Planner::KnownTable& Planner::keep(const std::string& name, TableInfo info) {
  ++looks_;
  if (tables_.size() >= tables_max && !tables_.contains(name)) tables_.clear();
  KnownTable& table = tables_[name];
  table.info = std::move(info);
  table.columns.clear();
  for (std::size_t i = 0; i < table.info.columns.size(); ++i) {
    table.columns.emplace(lower(table.info.columns[i].name), i);
  }
  for (std::size_t i = 0; i < table.info.columns.size(); ++i) {
    table.columns[table.info.columns[i].name] = i;  // exact names win
  }
  table.seen = std::chrono::steady_clock::now();
  table.seen_in = plans_;
  return table;
}

// Somebody may have changed it since. Once for a batch, and more rarely when nothing hangs on it.
bool Planner::look_again(const std::string& name, KnownTable& table) {
  if (table.seen_in == plans_) return false;
  const bool lenient =
      options_.schema_drift == SchemaDrift::ignore || options_.schema_drift == SchemaDrift::warn;
  if (lenient && std::chrono::steady_clock::now() - table.seen < look_again_after) return false;
  auto info = database_.describe(name);
  if (!info) return false;
  keep(name, std::move(*info));
  return true;
}

Outcome<Done> Planner::create(const Change& change) {
  std::vector<NewColumn> columns;
  const auto add_column = [&](const std::string& name, std::optional<SqlType> type) {
    const bool there = std::ranges::find(columns, name, &NewColumn::name) != columns.end();
    if (type && !there) columns.push_back({name, *type});
  };
  if (change.table == options_.table) {
    for (const auto& column : options_.columns) {
      const auto cell = std::ranges::find(change.cells, column.name, &Cell::column);
      const auto seen = cell != change.cells.end() ? new_type(*cell) : std::nullopt;
      add_column(column.name, column.type ? column.type : seen);
    }
  }
  for (const auto& cell : change.cells) add_column(cell.column, new_type(cell));
  if (columns.empty() || columns.size() > columns_max) {
    return misfit("the table " + quoted(change.table) + " cannot be made from a record with " +
                  std::to_string(columns.size()) + " columns");
  }
  for (const auto& key : change.key) {
    if (std::ranges::find(columns, key, &NewColumn::name) == columns.end()) {
      return misfit("the table " + quoted(change.table) + " cannot be made: its key `" + key +
                    "` is no column of the record");
    }
  }
  const auto dialect = database_.dialect();
  const auto name = quote_table(dialect, split_table(change.table));
  create_table(database_, create_table_text(dialect, name, columns, change.key));
  return Done{};
}

Outcome<std::vector<Planner::Placed>> Planner::place(const Change& change, KnownTable*& table) {
  const auto looks = looks_;
  std::vector<Placed> out;
  out.reserve(change.cells.size());
  for (const auto& cell : change.cells) {
    const auto* column = column_of(table->columns, cell.column);
    if (column == nullptr) {
      const auto settled = settle_drift(change, cell, table);
      if (!settled.ok()) return settled.error();
      column = column_of(table->columns, cell.column);
      if (column == nullptr) continue;
    }
    if (std::ranges::find(out, *column, &Placed::column) != out.end()) {
      return Error{Errc::malformed, "column `" + cell.column + "` is there twice", {}};
    }
    out.push_back({*column, &cell});
  }
  // The table was looked at again meanwhile: its columns may have other places.
  if (looks != looks_) return place(change, table);
  if (out.empty()) {
    return Error{
        Errc::malformed, "the record has nothing for any column of " + quoted(change.table), {}};
  }
  return out;
}

Outcome<bool> Planner::settle_drift(const Change& change, const Cell& cell, KnownTable*& table) {
  if (look_again(change.table, *table) && column_of(table->columns, cell.column) != nullptr) {
    return true;
  }
  const std::string what =
      "the table " + quoted(change.table) + " has no column " + quoted(cell.column);
  switch (options_.schema_drift) {
    case SchemaDrift::evolve:
      return evolve(change, cell, table);
    case SchemaDrift::warn:
      warn_once(change.table, cell.column);
      [[fallthrough]];
    case SchemaDrift::ignore:
      return false;
    case SchemaDrift::quarantine:
      return Error{Errc::outside_rejected, what, {}};
    case SchemaDrift::fail:
      break;
  }
  return Error{Errc::invalid_config,
               what + ": add it, or say with --schema-drift what to do with such records",
               {}};
}

Outcome<bool> Planner::evolve(const Change& change, const Cell& cell, KnownTable*& table) {
  const auto type = new_type(cell);
  if (!type) return false;  // null: its first value says what it is
  if (cell.column.empty() || table->info.columns.size() >= columns_max) {
    return Error{Errc::outside_rejected,
                 "the table " + quoted(change.table) + " cannot have a column " +
                     quoted(cell.column) + " more",
                 {}};
  }
  std::optional<Failure> failed;
  try {
    database_.execute(
        add_column_text(database_.dialect(), table->info.sql_name, {cell.column, *type}));
  } catch (const Failure& failure) {
    if (failure.error().retryable()) throw;
    failed = failure;
  }
  auto info = database_.describe(change.table);
  if (info) table = &keep(change.table, std::move(*info));
  if (column_of(table->columns, cell.column) != nullptr) return true;  // perhaps by somebody else
  if (failed) {
    return in_context("adding the column " + quoted(cell.column) + " to " + quoted(change.table),
                      failed->error());
  }
  return Error{Errc::internal, "a column that was added is not there", {}};
}

Outcome<std::vector<std::string>> Planner::key_of(const Change& change,
                                                  const KnownTable& table) const {
  std::vector<std::string> out;
  for (const auto& key : change.key) {
    const auto* column = column_of(table.columns, key);
    if (column == nullptr) {
      return misfit("the key `" + key + "` is no column of " + quoted(change.table));
    }
    out.push_back(table.info.columns[*column].name);
  }
  if (change.action != Action::upsert || database_.dialect() != Dialect::mysql) return out;
  // MySQL takes any unique key, and without one it would insert.
  for (const auto& unique : table.info.unique_keys) {
    if (same_columns(unique, out)) return out;
  }
  return misfit("the table " + quoted(change.table) + " has no unique key over " +
                quoted(out.front()) + (out.size() > 1 ? " and the others" : "") +
                ": an upsert needs one");
}

void Planner::warn_once(const std::string& table, const std::string& column) {
  if (warned_.size() >= warnings_max || !warned_.insert(table + '\n' + column).second) return;
  warn_("the table " + quoted(table) + " has no column " + quoted(column) +
        ": it is left out of its records");
}

}  // namespace sluice::common::sql
