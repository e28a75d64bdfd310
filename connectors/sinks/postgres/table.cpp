// SPDX-License-Identifier: Apache-2.0
#include "table.hpp"

#include <algorithm>

namespace sluice::postgres {
namespace {

class Builder {
 public:
  Builder& operator<<(std::string_view text) {
    sql_.text += text;
    return *this;
  }
  std::string parameter(std::size_t at, bool of_before = false) {
    sql_.parameters.push_back({at, of_before});
    return '$' + std::to_string(sql_.parameters.size());
  }
  Sql take() { return std::move(sql_); }

 private:
  Sql sql_;
};

template <typename Part>
std::string joined(const std::vector<Target>& columns, std::string_view between, Part part) {
  std::string out;
  for (const Target& column : columns) {
    const std::string text = part(column);
    if (text.empty()) continue;
    if (!out.empty()) out += between;
    out += text;
  }
  return out;
}

// A key of the target finds one row by its index. Without one there may be equal rows, of which one
// is meant.
void append_where(Builder& sql, const Table& table, bool of_before) {
  const bool by_key = has_key(table);
  const auto conditions = joined(table.columns, " AND ", [&](const Target& column) {
    if (by_key && !column.is_key) return std::string();
    const std::string value = sql.parameter(column.at, of_before);
    if (table.is_unique) return column.name + " = " + value;
    if (column.has_equality) return column.name + " IS NOT DISTINCT FROM " + value;
    return column.name + "::text IS NOT DISTINCT FROM " + value + "::text";
  });
  if (table.is_unique) {
    sql << " WHERE " << conditions;
    return;
  }
  sql << " WHERE ctid = (SELECT ctid FROM " << table.name << " WHERE " << conditions << " LIMIT 1)";
}

}  // namespace

bool has_key(const Table& table) {
  return std::ranges::any_of(table.columns, &Target::is_key);
}

bool is_complete(const Table& table, const Tuple& row) {
  return std::ranges::none_of(table.columns,
                              [&](const Target& column) { return row[column.at].is_unchanged; });
}

bool changes_key(const Table& table, const Tuple& before, const Tuple& row) {
  return std::ranges::any_of(table.columns, [&](const Target& column) {
    return column.is_key && !row[column.at].is_unchanged &&
           before[column.at].text != row[column.at].text;
  });
}

Sql insert_sql(const Table& table, Conflicts conflicts) {
  Builder sql;
  if (table.columns.empty()) {
    sql << "INSERT INTO " << table.name << " DEFAULT VALUES";
    return sql.take();
  }
  sql << "INSERT INTO " << table.name << " ("
      << joined(table.columns, ", ", [](const Target& column) { return column.name; })
      << ") OVERRIDING SYSTEM VALUE VALUES (";
  sql << joined(table.columns, ", ", [&](const Target& column) { return sql.parameter(column.at); })
      << ")";
  if (conflicts == Conflicts::reject || !table.is_unique) return sql.take();
  const auto keys = joined(table.columns, ", ", [](const Target& column) {
    return column.is_key ? column.name : std::string();
  });
  const auto others = joined(table.columns, ", ", [](const Target& column) {
    return column.is_key ? std::string() : column.name + " = EXCLUDED." + column.name;
  });
  sql << " ON CONFLICT (" << keys << ") DO ";
  if (others.empty()) {
    sql << "NOTHING";
  } else {
    sql << "UPDATE SET " << others;
  }
  return sql.take();
}

Sql update_sql(const Table& table, const Tuple& row, bool key_from_before) {
  Builder sql;
  sql << "UPDATE " << table.name << " SET ";
  auto sets = joined(table.columns, ", ", [&](const Target& column) {
    const bool is_same = column.is_key && !key_from_before;
    if (row[column.at].is_unchanged || is_same) return std::string();
    return column.name + " = " + sql.parameter(column.at);
  });
  if (sets.empty()) {  // nothing to change, but the row must be there
    const auto& first = table.columns.front().name;
    sets = first + " = " + first;
  }
  sql << sets;
  append_where(sql, table, key_from_before);
  return sql.take();
}

Sql delete_sql(const Table& table) {
  Builder sql;
  sql << "DELETE FROM " << table.name;
  append_where(sql, table, true);
  return sql.take();
}

}  // namespace sluice::postgres
