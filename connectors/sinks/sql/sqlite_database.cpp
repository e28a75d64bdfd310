// SPDX-License-Identifier: Apache-2.0
#include "sqlite_database.hpp"

#include <filesystem>

#include <sqlite3.h>

namespace sluice::sql {
namespace {

using common::sql::Bytes;
using common::sql::SqlType;
using common::sql::StatementFailed;
using common::sql::TableInfo;
using common::sql::TextRow;
using common::sql::Value;

// Column types are free text; what counts is what is in it, as SQLite's own rules have it.
struct TypeWord {
  std::string_view part;
  SqlType type;
};
constexpr std::array type_words{
    TypeWord{"BOOL", SqlType::boolean},
    TypeWord{"SMALLINT", SqlType::small_int},
    TypeWord{"INT2", SqlType::small_int},
    TypeWord{"INT", SqlType::big_int},
    TypeWord{"CHAR", SqlType::text},
    TypeWord{"CLOB", SqlType::text},
    TypeWord{"TEXT", SqlType::text},
    TypeWord{"BLOB", SqlType::bytes},
    TypeWord{"BYTEA", SqlType::bytes},
    TypeWord{"BINARY", SqlType::bytes},
    TypeWord{"REAL", SqlType::double_precision},
    TypeWord{"FLOA", SqlType::double_precision},
    TypeWord{"DOUB", SqlType::double_precision},
    TypeWord{"NUMERIC", SqlType::numeric},
    TypeWord{"DECIMAL", SqlType::numeric},
    TypeWord{"TIMESTAMP", SqlType::timestamp},
    TypeWord{"DATETIME", SqlType::timestamp},
    TypeWord{"DATE", SqlType::date},
    TypeWord{"TIME", SqlType::time},
    TypeWord{"UUID", SqlType::uuid},
    TypeWord{"JSON", SqlType::json},
};

SqlType type_of(std::string_view declared) {
  std::string upper(declared);
  for (char& c : upper) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  for (const auto& [part, type] : type_words) {
    if (upper.find(part) != std::string::npos) return type;
  }
  return SqlType::other;
}

int bind_value(sqlite3_stmt* statement, int index, const Value& value) {
  struct Bind {
    sqlite3_stmt* statement;
    int index;
    int operator()(std::monostate) const { return sqlite3_bind_null(statement, index); }
    int operator()(bool v) const { return sqlite3_bind_int(statement, index, v ? 1 : 0); }
    int operator()(std::int64_t v) const { return sqlite3_bind_int64(statement, index, v); }
    int operator()(double v) const { return sqlite3_bind_double(statement, index, v); }
    int operator()(const std::string& v) const {
      return sqlite3_bind_text64(statement, index, v.data(), v.size(), SQLITE_STATIC, SQLITE_UTF8);
    }
    int operator()(const Bytes& v) const {
      return sqlite3_bind_blob64(statement, index, v.data.data(), v.data.size(), SQLITE_STATIC);
    }
  };
  return std::visit(Bind{statement, index}, value);
}

}  // namespace

Errc errc_of_sqlite(int code) {
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:  // a race for the WAL's locks
    case SQLITE_NOMEM:
      return Errc::outside_unavailable;
    case SQLITE_FULL:
      return Errc::no_space;
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
      return Errc::io;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return Errc::data_corrupt;
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_AUTH:
      return Errc::permission_denied;
    case SQLITE_TOOBIG:
      return Errc::record_too_large;
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
    case SQLITE_ERROR:  // what a statement says: a missing column, what a trigger raises
    case SQLITE_SCHEMA:
      return Errc::outside_rejected;
    case SQLITE_INTERRUPT:
      return Errc::cancelled;
    default:
      return Errc::internal;
  }
}

void SqliteDatabase::Finalize::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

SqliteDatabase::SqliteDatabase(std::string path, bool creates, const SqlOptions& options)
    : path_(std::move(path)), creates_(creates), busy_timeout_(options.statement_timeout) {}

SqliteDatabase::~SqliteDatabase() {
  disconnect();
}

void SqliteDatabase::fail(int code, std::optional<std::size_t> row) {
  const int full = file_ == nullptr ? code : sqlite3_extended_errcode(file_);
  const std::string text = file_ == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(file_);
  const bool outdated = (code & 0xff) == SQLITE_ERROR || (code & 0xff) == SQLITE_SCHEMA;
  throw StatementFailed({errc_of_sqlite(full), where(), text}, row, outdated);
}

void SqliteDatabase::connect() {
  std::error_code ignored;
  if (!creates_ && !std::filesystem::exists(path_, ignored)) {
    throw Failure(Errc::invalid_config, "there is no SQLite file " + path_ +
                                            ": make it, or add ?mode=rwc to the address");
  }
  open_file(creates_ ? SQLITE_OPEN_CREATE : 0);
  execute("PRAGMA journal_mode = WAL");
  execute("PRAGMA synchronous = FULL");
  execute("PRAGMA foreign_keys = ON");
}

bool SqliteDatabase::connect_to_look() {
  std::error_code ignored;
  if (std::filesystem::exists(path_, ignored)) {
    open_file(0);
    return true;
  }
  const auto folder = std::filesystem::absolute(path_).parent_path();
  if (creates_ && std::filesystem::is_directory(folder, ignored)) return false;
  throw Failure(
      Errc::invalid_config,
      creates_ ? "there is no folder " + folder.string() + " for the SQLite file"
               : "there is no SQLite file " + path_ + ": make it, or add ?mode=rwc to the address");
}

void SqliteDatabase::open_file(int flags) {
  disconnect();
  flags |= SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  if (const int code = sqlite3_open_v2(path_.c_str(), &file_, flags, nullptr); code != SQLITE_OK) {
    const StatementFailed failed({errc_of_sqlite(code), where(), sqlite3_errstr(code)});
    disconnect();
    throw StatementFailed(failed);
  }
  sqlite3_busy_timeout(file_, static_cast<int>(busy_timeout_.count()));
}

void SqliteDatabase::disconnect() noexcept {
  statements_.clear();
  sqlite3_close_v2(file_);
  file_ = nullptr;
}

sqlite3_stmt* SqliteDatabase::prepared(const std::string& sql) {
  if (auto* found = statements_.find(sql)) return found->get();
  if (statements_.full()) statements_.clear();
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(file_, sql.c_str(), static_cast<int>(sql.size() + 1),
                                      SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) fail(code);
  return statements_.add(sql, Prepared(statement)).get();
}

void SqliteDatabase::bind(sqlite3_stmt* statement, std::span<const Value> values) {
  int index = 0;
  for (const auto& value : values) {
    if (const int code = bind_value(statement, ++index, value); code != SQLITE_OK) fail(code);
  }
}

template <typename OnRow>
void SqliteDatabase::step(sqlite3_stmt* statement, const OnRow& on_row) {
  int code = sqlite3_step(statement);
  for (; code == SQLITE_ROW; code = sqlite3_step(statement)) on_row();
  if (code == SQLITE_DONE) {
    sqlite3_reset(statement);
    return;
  }
  const int full = sqlite3_extended_errcode(file_);
  const StatementFailed failed({errc_of_sqlite(full), where(), sqlite3_errmsg(file_)}, {},
                               (code & 0xff) == SQLITE_ERROR || (code & 0xff) == SQLITE_SCHEMA);
  sqlite3_reset(statement);
  throw StatementFailed(failed);
}

std::optional<TableInfo> SqliteDatabase::describe(const std::string& table) {
  const auto parts = common::sql::split_table(table);
  if (parts.size() > 2) return std::nullopt;
  const std::array<Value, 2> values{parts.back(), parts.size() == 2 ? Value(parts[0]) : Value()};
  // Generated columns (hidden 2, 3) take no value; asking for them is a drift like any other.
  const auto rows =
      query("SELECT name, type FROM pragma_table_xinfo(?1, ?2) WHERE hidden = 0", values);
  if (rows.empty()) return std::nullopt;
  TableInfo info;
  info.sql_name = common::sql::quote_table(dialect(), parts);
  for (const auto& row : rows) {
    info.columns.push_back({row[0].value_or(""), type_of(row[1].value_or(""))});
  }
  return info;
}

void SqliteDatabase::begin() {
  update("BEGIN IMMEDIATE", {});
}
void SqliteDatabase::commit() {
  update("COMMIT", {});
}

void SqliteDatabase::rollback() noexcept {
  // Some errors have rolled back already.
  if (file_ != nullptr && sqlite3_get_autocommit(file_) == 0) {
    sqlite3_exec(file_, "ROLLBACK", nullptr, nullptr, nullptr);
  }
}

void SqliteDatabase::execute(const std::string& sql) {
  const int code = sqlite3_exec(file_, sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail(code);
}

std::uint64_t SqliteDatabase::update(const std::string& sql, std::span<const Value> values) {
  auto* statement = prepared(sql);
  bind(statement, values);
  step(statement, [] {});
  return static_cast<std::uint64_t>(sqlite3_changes64(file_));
}

std::vector<TextRow> SqliteDatabase::query(const std::string& sql, std::span<const Value> values) {
  auto* statement = prepared(sql);
  bind(statement, values);
  std::vector<TextRow> out;
  step(statement, [&] {
    auto& row = out.emplace_back();
    for (int i = 0; i < sqlite3_column_count(statement); ++i) {
      const auto* text = sqlite3_column_text(statement, i);
      row.push_back(text == nullptr
                        ? std::nullopt
                        : std::optional<std::string>(reinterpret_cast<const char*>(text)));
    }
  });
  return out;
}

void SqliteDatabase::run(const common::sql::Statement& statement,
                         std::span<const common::sql::Row> rows, bool) {
  auto* prepared_statement = prepared(common::sql::statement_text(dialect(), statement, 1));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    try {
      bind(prepared_statement, rows[i].values);
      step(prepared_statement, [] {});
    } catch (const StatementFailed& failed) {
      throw StatementFailed(failed.error(), i, failed.outdated());
    }
  }
}

}  // namespace sluice::sql
