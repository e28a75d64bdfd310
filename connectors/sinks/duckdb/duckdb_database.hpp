// SPDX-License-Identifier: Apache-2.0
#pragma once

// DuckDB, in this process. Inserts go through its appender, which takes rows in bulk; what an
// appender cannot do, and the search for a row at fault, through prepared statements. One process
// has the file at a time, which DuckDB's own lock sees to.

#include <map>
#include <memory>

#include <duckdb.h>

#include "common/sql/database.hpp"
#include "duckdb_options.hpp"

namespace sluice::duckdb {

// What DuckDB's classes of errors mean to the kit.
[[nodiscard]] Errc errc_of_duckdb(duckdb_error_type type, std::string_view text);

class DuckdbDatabase final : public common::sql::Database {
 public:
  explicit DuckdbDatabase(const DuckdbOptions& options);
  ~DuckdbDatabase() override;

  [[nodiscard]] common::sql::Dialect dialect() const override {
    return common::sql::Dialect::duckdb;
  }
  [[nodiscard]] std::string where() const override { return "DuckDB file " + path_; }
  void connect() override;
  bool connect_to_look() override;
  void disconnect() noexcept override;
  [[nodiscard]] std::optional<common::sql::TableInfo> describe(const std::string& table) override;
  void begin() override { execute("BEGIN TRANSACTION"); }
  void commit() override { execute("COMMIT"); }
  void rollback() noexcept override;
  void execute(const std::string& sql) override;
  std::uint64_t update(const std::string& sql, std::span<const common::sql::Value> values) override;
  std::vector<common::sql::TextRow> query(const std::string& sql,
                                          std::span<const common::sql::Value> values) override;
  void run(const common::sql::Statement& statement, std::span<const common::sql::Row> rows,
           bool one_by_one) override;

 private:
  struct Destroy {
    void operator()(duckdb_prepared_statement statement) const;
  };
  using Prepared = std::unique_ptr<_duckdb_prepared_statement, Destroy>;

  void open();
  [[nodiscard]] duckdb_prepared_statement prepared(const std::string& sql);
  // `on_result` sees the answer.
  template <typename OnResult>
  void execute_bound(const std::string& sql, std::span<const common::sql::Value> values,
                     const OnResult& on_result);
  void append(const common::sql::Statement& statement, std::span<const common::sql::Row> rows);
  [[noreturn]] void fail(duckdb_error_type type, const char* text) const;
  [[noreturn]] void fail(duckdb_result& result) const;

  std::string path_;
  std::uint64_t memory_max_;
  std::uint32_t threads_;
  duckdb_database database_ = nullptr;
  duckdb_connection connection_ = nullptr;
  std::map<std::string, Prepared> statements_;
};

}  // namespace sluice::duckdb
