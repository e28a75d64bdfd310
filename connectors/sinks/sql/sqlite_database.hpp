// SPDX-License-Identifier: Apache-2.0
#pragma once

// SQLite: the file in WAL mode with synchronous=FULL, so that a commit is on the disk and readers
// are not in the way. Booleans are 0 and 1, dates and times texts, Numeric what the column makes of
// its text.

#include <memory>

#include "common/sql/database.hpp"
#include "sql_options.hpp"
#include "statement_cache.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace sluice::sql {

// What an (extended) result code means to the kit.
[[nodiscard]] Errc errc_of_sqlite(int code);

class SqliteDatabase final : public common::sql::Database {
 public:
  // `creates`: a file that is missing is made.
  SqliteDatabase(std::string path, bool creates, const SqlOptions& options);
  ~SqliteDatabase() override;

  [[nodiscard]] common::sql::Dialect dialect() const override {
    return common::sql::Dialect::sqlite;
  }
  [[nodiscard]] std::string where() const override { return "SQLite file " + path_; }
  void connect() override;
  bool connect_to_look() override;
  void disconnect() noexcept override;
  [[nodiscard]] std::optional<common::sql::TableInfo> describe(const std::string& table) override;
  void begin() override;
  void commit() override;
  void rollback() noexcept override;
  void execute(const std::string& sql) override;
  std::uint64_t update(const std::string& sql, std::span<const common::sql::Value> values) override;
  std::vector<common::sql::TextRow> query(const std::string& sql,
                                          std::span<const common::sql::Value> values) override;
  void run(const common::sql::Statement& statement, std::span<const common::sql::Row> rows,
           bool one_by_one) override;

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  using Prepared = std::unique_ptr<sqlite3_stmt, Finalize>;

  void open_file(int flags);
  sqlite3_stmt* prepared(const std::string& sql);
  void bind(sqlite3_stmt* statement, std::span<const common::sql::Value> values);
  // Until it is done; `on_row` sees each row.
  template <typename OnRow>
  void step(sqlite3_stmt* statement, const OnRow& on_row);
  [[noreturn]] void fail(int code, std::optional<std::size_t> row = {});

  std::string path_;
  bool creates_;
  std::chrono::milliseconds busy_timeout_;
  sqlite3* file_ = nullptr;
  StatementCache<Prepared> statements_;
};

}  // namespace sluice::sql
