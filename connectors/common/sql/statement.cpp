// SPDX-License-Identifier: Apache-2.0
#include "common/sql/statement.hpp"

#include <algorithm>
#include <array>

namespace sluice::common::sql {
namespace {

using D = Dialect;

std::string parameter(Dialect dialect, std::size_t number) {
  if (dialect == D::postgres) return '$' + std::to_string(number);
  return "?";
}

std::string list_names(Dialect dialect, std::span<const std::string> names) {
  std::string out;
  for (const auto& name : names) {
    if (!out.empty()) out += ", ";
    out += quote_name(dialect, name);
  }
  return out;
}

bool is_key(const Statement& statement, const std::string& column) {
  return std::ranges::find(statement.key, column) != statement.key.end();
}

std::string upsert_clause(Dialect dialect, const Statement& statement) {
  const bool mysql = dialect == D::mysql;
  std::string set;
  for (const auto& column : statement.columns) {
    if (is_key(statement, column)) continue;
    const auto name = quote_name(dialect, column);
    if (!set.empty()) set += ", ";
    set += mysql ? name + " = VALUES(" + name + ')' : name + " = excluded." + name;
  }
  if (mysql) {
    const auto key = quote_name(dialect, statement.key.front());
    return " ON DUPLICATE KEY UPDATE " + (set.empty() ? key + " = VALUES(" + key + ')' : set);
  }
  return " ON CONFLICT (" + list_names(dialect, statement.key) + ") DO " +
         (set.empty() ? "NOTHING" : "UPDATE SET " + set);
}

std::string erase_text(Dialect dialect, const Statement& statement) {
  std::string where;
  for (std::size_t i = 0; i < statement.columns.size(); ++i) {
    if (i > 0) where += " AND ";
    where += quote_name(dialect, statement.columns[i]) + " = " + parameter(dialect, i + 1);
  }
  return "DELETE FROM " + statement.table + " WHERE " + where;
}

struct TypeTexts {
  SqlType type;
  std::array<std::string_view, 4> texts;  // in the order of Dialect
};
using T = SqlType;
constexpr std::array type_texts{
    TypeTexts{T::boolean, {"boolean", "BOOLEAN", "BOOLEAN", "BOOLEAN"}},
    TypeTexts{T::character, {"text", "TEXT", "VARCHAR(4)", "VARCHAR"}},
    TypeTexts{T::small_int, {"smallint", "SMALLINT", "SMALLINT", "SMALLINT"}},
    TypeTexts{T::integer, {"integer", "INTEGER", "INT", "INTEGER"}},
    TypeTexts{T::big_int, {"bigint", "BIGINT", "BIGINT", "BIGINT"}},
    TypeTexts{T::real, {"real", "REAL", "FLOAT", "FLOAT"}},
    TypeTexts{T::double_precision, {"double precision", "DOUBLE", "DOUBLE", "DOUBLE"}},
    TypeTexts{T::text, {"text", "TEXT", "LONGTEXT", "VARCHAR"}},
    TypeTexts{T::bytes, {"bytea", "BLOB", "LONGBLOB", "BLOB"}},
    TypeTexts{T::numeric, {"numeric", "NUMERIC", "DECIMAL(65,30)", "DECIMAL(38,9)"}},
    TypeTexts{T::timestamp, {"timestamptz", "TIMESTAMP", "DATETIME(6)", "TIMESTAMP"}},
    TypeTexts{T::date, {"date", "DATE", "DATE", "DATE"}},
    TypeTexts{T::time, {"time", "TIME", "TIME(6)", "TIME"}},
    TypeTexts{T::uuid, {"uuid", "TEXT", "CHAR(36)", "UUID"}},
    TypeTexts{T::json, {"jsonb", "TEXT", "JSON", "JSON"}},
    TypeTexts{T::other, {"text", "TEXT", "LONGTEXT", "VARCHAR"}},
};

std::string_view type_text(Dialect dialect, SqlType type, bool in_key) {
  // MySQL has no key over a text without a length; 191 characters fit every one of its formats. Its
  // usual collation takes `ab` and `AB` for one key.
  if (dialect == D::mysql && in_key) {
    if (type == T::text || type == T::other) return "VARCHAR(191) COLLATE utf8mb4_bin";
    if (type == T::character) return "VARCHAR(4) COLLATE utf8mb4_bin";
    if (type == T::bytes) return "VARBINARY(191)";
  }
  return std::ranges::find(type_texts, type, &TypeTexts::type)
      ->texts.at(static_cast<std::size_t>(dialect));
}

}  // namespace

ValueRules value_rules(Dialect dialect) {
  const bool knows = dialect == D::postgres || dialect == D::duckdb;
  return {.keeps_zone = knows, .takes_nan = knows};
}

std::string quote_name(Dialect dialect, std::string_view name) {
  const char quote = dialect == D::mysql ? '`' : '"';
  std::string out(1, quote);
  for (const char c : name) {
    if (c == quote) out += quote;
    out += c;
  }
  return out + quote;
}

std::vector<std::string> split_table(std::string_view table) {
  std::vector<std::string> parts(1);
  bool in_quotes = false;
  for (std::size_t i = 0; i < table.size(); ++i) {
    const char c = table[i];
    const bool doubled = in_quotes && c == '"' && i + 1 < table.size() && table[i + 1] == '"';
    if (doubled) {
      parts.back() += c;
      ++i;
    } else if (c == '"' && (in_quotes || parts.back().empty())) {
      in_quotes = !in_quotes;
    } else if (c == '.' && !in_quotes) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

std::string quote_table(Dialect dialect, std::span<const std::string> parts) {
  std::string out;
  for (const auto& part : parts) {
    if (!out.empty()) out += '.';
    out += quote_name(dialect, part);
  }
  return out;
}

std::string statement_text(Dialect dialect, const Statement& statement, std::size_t rows) {
  if (statement.action == Action::erase) return erase_text(dialect, statement);
  std::string text = "INSERT INTO " + statement.table + " (" +
                     list_names(dialect, statement.columns) + ") VALUES ";
  std::size_t number = 0;
  for (std::size_t row = 0; row < rows; ++row) {
    text += row == 0 ? "(" : ", (";
    for (std::size_t i = 0; i < statement.columns.size(); ++i) {
      if (i > 0) text += ", ";
      text += parameter(dialect, ++number);
    }
    text += ')';
  }
  if (statement.action == Action::upsert) text += upsert_clause(dialect, statement);
  return text;
}

KeyedUpdate keyed_update(Dialect dialect, const Statement& statement) {
  KeyedUpdate out;
  std::string set;
  std::string where;
  for (const bool of_key : {false, true}) {
    std::string& part = of_key ? where : set;
    for (std::size_t i = 0; i < statement.columns.size(); ++i) {
      if (is_key(statement, statement.columns[i]) != of_key) continue;
      if (!part.empty()) part += of_key ? " AND " : ", ";
      out.parameters.push_back(i);
      part += quote_name(dialect, statement.columns[i]) + " = " +
              parameter(dialect, out.parameters.size());
    }
  }
  if (set.empty()) {
    const auto key = quote_name(dialect, statement.key.front());
    set = key + " = " + key;
  }
  out.text = "UPDATE " + statement.table + " SET " + set + " WHERE " + where;
  return out;
}

std::string add_column_text(Dialect dialect, std::string_view quoted_table,
                            const NewColumn& column) {
  return "ALTER TABLE " + std::string(quoted_table) + " ADD COLUMN " +
         quote_name(dialect, column.name) + ' ' +
         std::string(type_text(dialect, column.type, false));
}

std::string create_table_text(Dialect dialect, std::string_view quoted_table,
                              std::span<const NewColumn> columns,
                              std::span<const std::string> key) {
  std::string text = "CREATE TABLE IF NOT EXISTS " + std::string(quoted_table) + " (";
  for (const auto& column : columns) {
    const bool in_key = std::ranges::find(key, column.name) != key.end();
    if (&column != columns.data()) text += ", ";
    text += quote_name(dialect, column.name) + ' ' +
            std::string(type_text(dialect, column.type, in_key));
    if (in_key) text += " NOT NULL";
  }
  if (!key.empty()) text += ", PRIMARY KEY (" + list_names(dialect, key) + ')';
  text += ')';
  if (dialect == D::mysql) text += " ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4";
  return text;
}

}  // namespace sluice::common::sql
