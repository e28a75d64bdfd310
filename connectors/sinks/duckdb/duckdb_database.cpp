// SPDX-License-Identifier: Apache-2.0
#include "duckdb_database.hpp"

#include <algorithm>
#include <array>
#include <filesystem>

namespace sluice::duckdb {
namespace {

using common::sql::Bytes;
using common::sql::SqlType;
using common::sql::StatementFailed;
using common::sql::TableInfo;
using common::sql::TextRow;
using common::sql::Value;

constexpr std::size_t statements_max = 256;

struct TypeName {
  std::string_view name;
  SqlType type;
};
constexpr std::array type_names{
    TypeName{"BOOLEAN", SqlType::boolean},
    TypeName{"TINYINT", SqlType::small_int},
    TypeName{"SMALLINT", SqlType::small_int},
    TypeName{"INTEGER", SqlType::integer},
    TypeName{"BIGINT", SqlType::big_int},
    TypeName{"FLOAT", SqlType::real},
    TypeName{"DOUBLE", SqlType::double_precision},
    TypeName{"VARCHAR", SqlType::text},
    TypeName{"BLOB", SqlType::bytes},
    TypeName{"TIMESTAMP", SqlType::timestamp},
    TypeName{"TIMESTAMP_S", SqlType::timestamp},
    TypeName{"TIMESTAMP_MS", SqlType::timestamp},
    TypeName{"TIMESTAMP_NS", SqlType::timestamp},
    TypeName{"TIMESTAMP WITH TIME ZONE", SqlType::timestamp},
    TypeName{"DATE", SqlType::date},
    TypeName{"TIME", SqlType::time},
    TypeName{"UUID", SqlType::uuid},
    TypeName{"JSON", SqlType::json},
    TypeName{"HUGEINT", SqlType::numeric},
};

SqlType type_of(std::string_view name) {
  if (name.starts_with("DECIMAL")) return SqlType::numeric;
  const auto* found = std::ranges::find(type_names, name, &TypeName::name);
  return found == type_names.end() ? SqlType::other : found->type;
}

duckdb_state bind_value(duckdb_prepared_statement statement, idx_t index, const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) {
    return duckdb_bind_varchar_length(statement, index, text->data(), text->size());
  }
  if (const auto* bytes = std::get_if<Bytes>(&value)) {
    return duckdb_bind_blob(statement, index, bytes->data.data(), bytes->data.size());
  }
  if (const auto* number = std::get_if<std::int64_t>(&value)) {
    return duckdb_bind_int64(statement, index, *number);
  }
  if (const auto* real = std::get_if<double>(&value)) {
    return duckdb_bind_double(statement, index, *real);
  }
  if (const auto* flag = std::get_if<bool>(&value)) {
    return duckdb_bind_boolean(statement, index, *flag);
  }
  return duckdb_bind_null(statement, index);
}

duckdb_state append_value(duckdb_appender appender, const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) {
    return duckdb_append_varchar_length(appender, text->data(), text->size());
  }
  if (const auto* bytes = std::get_if<Bytes>(&value)) {
    return duckdb_append_blob(appender, bytes->data.data(), bytes->data.size());
  }
  if (const auto* number = std::get_if<std::int64_t>(&value)) {
    return duckdb_append_int64(appender, *number);
  }
  if (const auto* real = std::get_if<double>(&value)) {
    return duckdb_append_double(appender, *real);
  }
  if (const auto* flag = std::get_if<bool>(&value)) return duckdb_append_bool(appender, *flag);
  return duckdb_append_null(appender);
}

bool append_rows(duckdb_appender appender, std::span<const common::sql::Row> rows) {
  for (const auto& row : rows) {
    if (duckdb_appender_begin_row(appender) != DuckDBSuccess) return false;
    for (const auto& value : row.values) {
      if (append_value(appender, value) != DuckDBSuccess) return false;
    }
    if (duckdb_appender_end_row(appender) != DuckDBSuccess) return false;
  }
  return duckdb_appender_close(appender) == DuckDBSuccess;
}

void read_texts(duckdb_result& result, std::vector<TextRow>& out) {
  const auto columns = duckdb_column_count(&result);
  for (auto* chunk = duckdb_fetch_chunk(result); chunk != nullptr;
       chunk = duckdb_fetch_chunk(result)) {
    const auto first = out.size();
    const auto rows = duckdb_data_chunk_get_size(chunk);
    out.resize(first + rows, TextRow(columns));
    for (idx_t column = 0; column < columns; ++column) {
      auto* vector = duckdb_data_chunk_get_vector(chunk, column);
      auto* texts = static_cast<duckdb_string_t*>(duckdb_vector_get_data(vector));
      auto* validity = duckdb_vector_get_validity(vector);
      for (idx_t row = 0; row < rows; ++row) {
        if (validity != nullptr && !duckdb_validity_row_is_valid(validity, row)) continue;
        out[first + row][column] =
            std::string(duckdb_string_t_data(&texts[row]), duckdb_string_t_length(texts[row]));
      }
    }
    duckdb_destroy_data_chunk(&chunk);
  }
}

struct Config {
  duckdb_config config = nullptr;
  Config() { duckdb_create_config(&config); }
  ~Config() { duckdb_destroy_config(&config); }
  Config(const Config&) = delete;
  Config& operator=(const Config&) = delete;
};

}  // namespace

Errc errc_of_duckdb(duckdb_error_type type, std::string_view text) {
  const auto has = [&](std::string_view part) { return text.find(part) != std::string_view::npos; };
  switch (type) {
    case DUCKDB_ERROR_IO:
      if (has("lock")) return Errc::outside_unavailable;  // another process has the file
      if (has("No space")) return Errc::no_space;
      if (has("Permission denied") || has("Read-only")) return Errc::permission_denied;
      if (has("not a valid DuckDB")) return Errc::data_corrupt;
      return Errc::io;
    case DUCKDB_ERROR_TRANSACTION:
    case DUCKDB_ERROR_OUT_OF_MEMORY:
    case DUCKDB_ERROR_FATAL:  // until the file is opened anew
    case DUCKDB_ERROR_CONNECTION:
      return Errc::outside_unavailable;
    case DUCKDB_ERROR_SERIALIZATION:
      return Errc::data_corrupt;
    case DUCKDB_ERROR_OBJECT_SIZE:
      return Errc::record_too_large;
    case DUCKDB_ERROR_PERMISSION:
      return Errc::permission_denied;
    case DUCKDB_ERROR_INTERRUPT:
      return Errc::cancelled;
    case DUCKDB_ERROR_CONSTRAINT:
    case DUCKDB_ERROR_CONVERSION:
    case DUCKDB_ERROR_OUT_OF_RANGE:
    case DUCKDB_ERROR_INVALID_INPUT:
    case DUCKDB_ERROR_INVALID_TYPE:
    case DUCKDB_ERROR_MISMATCH_TYPE:
    case DUCKDB_ERROR_DECIMAL:
    case DUCKDB_ERROR_DIVIDE_BY_ZERO:
    case DUCKDB_ERROR_BINDER:
    case DUCKDB_ERROR_CATALOG:
    case DUCKDB_ERROR_PARSER:
    case DUCKDB_ERROR_SYNTAX:
    case DUCKDB_ERROR_NOT_IMPLEMENTED:
    case DUCKDB_ERROR_DEPENDENCY:
      return Errc::outside_rejected;
    default:
      return Errc::server;
  }
}

void DuckdbDatabase::Destroy::operator()(duckdb_prepared_statement statement) const {
  duckdb_destroy_prepare(&statement);
}

DuckdbDatabase::DuckdbDatabase(const DuckdbOptions& options)
    : path_(path_of_url(options.url.reveal()).value()),
      memory_max_(options.memory_max.bytes),
      threads_(options.threads) {}

DuckdbDatabase::~DuckdbDatabase() {
  disconnect();
}

void DuckdbDatabase::fail(duckdb_error_type type, const char* text) const {
  const std::string words = text == nullptr ? "" : text;
  const bool outdated = type == DUCKDB_ERROR_BINDER || type == DUCKDB_ERROR_CATALOG;
  throw StatementFailed({errc_of_duckdb(type, words), where(), words}, {}, outdated);
}

void DuckdbDatabase::fail(duckdb_result& result) const {
  fail(duckdb_result_error_type(&result), duckdb_result_error(&result));
}

void DuckdbDatabase::connect() {
  disconnect();
  open();
  // Times without a zone are UTC.
  execute("SET TimeZone = 'UTC'");
}

bool DuckdbDatabase::connect_to_look() {
  std::error_code ignored;
  if (std::filesystem::exists(path_, ignored)) {
    connect();
    return true;
  }
  const auto folder = std::filesystem::absolute(path_).parent_path();
  if (std::filesystem::is_directory(folder, ignored)) return false;
  throw Failure(Errc::invalid_config, "there is no folder " + folder.string());
}

void DuckdbDatabase::open() {
  const Config config;
  duckdb_set_config(config.config, "threads", std::to_string(threads_).c_str());
  duckdb_set_config(config.config, "memory_limit", (std::to_string(memory_max_) + "B").c_str());
  // Nothing is fetched from anywhere.
  duckdb_set_config(config.config, "autoinstall_known_extensions", "false");
  char* problem = nullptr;
  if (duckdb_open_ext(path_.c_str(), &database_, config.config, &problem) != DuckDBSuccess) {
    const std::string text = problem == nullptr ? "" : problem;
    duckdb_free(problem);
    fail(DUCKDB_ERROR_IO, text.c_str());
  }
  if (duckdb_connect(database_, &connection_) != DuckDBSuccess) {
    fail(DUCKDB_ERROR_CONNECTION, "no connection");
  }
}

void DuckdbDatabase::disconnect() noexcept {
  statements_.clear();
  duckdb_disconnect(&connection_);
  duckdb_close(&database_);
}

void DuckdbDatabase::rollback() noexcept {
  if (connection_ != nullptr) duckdb_query(connection_, "ROLLBACK", nullptr);
}

void DuckdbDatabase::execute(const std::string& sql) {
  duckdb_result result{};
  const auto state = duckdb_query(connection_, sql.c_str(), &result);
  const std::unique_ptr<duckdb_result, decltype(&duckdb_destroy_result)> guard(
      &result, &duckdb_destroy_result);
  if (state != DuckDBSuccess) fail(result);
}

duckdb_prepared_statement DuckdbDatabase::prepared(const std::string& sql) {
  if (const auto found = statements_.find(sql); found != statements_.end()) {
    return found->second.get();
  }
  if (statements_.size() >= statements_max) statements_.clear();
  duckdb_prepared_statement raw = nullptr;
  const auto state = duckdb_prepare(connection_, sql.c_str(), &raw);
  Prepared statement(raw);
  if (state != DuckDBSuccess) fail(DUCKDB_ERROR_BINDER, duckdb_prepare_error(raw));
  return statements_.emplace(sql, std::move(statement)).first->second.get();
}

template <typename OnResult>
void DuckdbDatabase::execute_bound(const std::string& sql, std::span<const Value> values,
                                   const OnResult& on_result) {
  auto* statement = prepared(sql);
  duckdb_clear_bindings(statement);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (bind_value(statement, i + 1, values[i]) != DuckDBSuccess) {
      fail(DUCKDB_ERROR_INVALID_INPUT, duckdb_prepare_error(statement));
    }
  }
  duckdb_result result{};
  const auto state = duckdb_execute_prepared(statement, &result);
  const std::unique_ptr<duckdb_result, decltype(&duckdb_destroy_result)> guard(
      &result, &duckdb_destroy_result);
  if (state != DuckDBSuccess) fail(result);
  on_result(result);
}

std::uint64_t DuckdbDatabase::update(const std::string& sql, std::span<const Value> values) {
  std::uint64_t changed = 0;
  execute_bound(sql, values,
                [&](duckdb_result& result) { changed = duckdb_rows_changed(&result); });
  return changed;
}

// Everything is asked for as text, which is read from the chunks of the answer.
std::vector<TextRow> DuckdbDatabase::query(const std::string& sql, std::span<const Value> values) {
  std::vector<TextRow> out;
  execute_bound("SELECT COLUMNS(*)::VARCHAR FROM (" + sql + ")", values,
                [&](duckdb_result& result) { read_texts(result, out); });
  return out;
}

void DuckdbDatabase::run(const common::sql::Statement& statement,
                         std::span<const common::sql::Row> rows, bool one_by_one) {
  if (statement.action == common::sql::Action::insert && !one_by_one && rows.size() > 1) {
    append(statement, rows);
    return;
  }
  const auto sql = common::sql::statement_text(dialect(), statement, 1);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    try {
      update(sql, rows[i].values);
    } catch (const StatementFailed& failed) {
      throw StatementFailed(failed.error(), i, failed.outdated());
    }
  }
}

void DuckdbDatabase::append(const common::sql::Statement& statement,
                            std::span<const common::sql::Row> rows) {
  const auto parts = common::sql::split_table(statement.table);
  const auto part = [&](std::size_t from_end) {
    return parts.size() >= from_end ? parts[parts.size() - from_end].c_str() : nullptr;
  };
  duckdb_appender appender = nullptr;
  const auto destroy = [](duckdb_appender* made) { duckdb_appender_destroy(made); };
  const auto state = duckdb_appender_create_ext(connection_, part(3), part(2), part(1), &appender);
  const std::unique_ptr<duckdb_appender, decltype(destroy)> guard(&appender, destroy);
  const bool done = state == DuckDBSuccess &&
                    std::ranges::all_of(statement.columns,
                                        [&](const std::string& column) {
                                          return duckdb_appender_add_column(
                                                     appender, column.c_str()) == DuckDBSuccess;
                                        }) &&
                    append_rows(appender, rows);
  if (done) return;
  auto error = duckdb_appender_error_data(appender);
  const auto type = duckdb_error_data_error_type(error);
  const char* message = duckdb_error_data_message(error);
  const std::string text = message == nullptr ? "" : message;
  duckdb_destroy_error_data(&error);
  fail(type, text.c_str());
}

std::optional<TableInfo> DuckdbDatabase::describe(const std::string& table) {
  const auto parts = common::sql::split_table(table);
  if (parts.size() > 3) return std::nullopt;
  const auto part = [&](std::size_t from_end) {
    return parts.size() >= from_end ? Value(parts[parts.size() - from_end]) : Value();
  };
  const std::array<Value, 3> values{part(1), part(2), part(3)};
  const auto rows = query(
      "SELECT database_name, schema_name, table_name, column_name, data_type FROM "
      "duckdb_columns() WHERE lower(table_name) = lower(?) AND lower(schema_name) = "
      "lower(coalesce(?::VARCHAR, current_schema())) AND lower(database_name) = "
      "lower(coalesce(?::VARCHAR, current_database())) ORDER BY column_index",
      values);
  if (rows.empty()) return std::nullopt;
  TableInfo info;
  info.sql_name = common::sql::quote_table(
      dialect(),
      std::array{rows[0][0].value_or(""), rows[0][1].value_or(""), rows[0][2].value_or("")});
  for (const auto& row : rows) {
    info.columns.push_back({row[3].value_or(""), type_of(row[4].value_or(""))});
  }
  return info;
}

}  // namespace sluice::duckdb
