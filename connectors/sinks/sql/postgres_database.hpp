// SPDX-License-Identifier: Apache-2.0
#pragma once

// PostgreSQL, through connectors/common/postgres. Rows are sent in pipelines of prepared
// statements, whose parameters have the columns' types; times without a zone are UTC.

#include <optional>

#include "common/postgres/connection.hpp"
#include "common/sql/database.hpp"
#include "database_url.hpp"
#include "sql_options.hpp"
#include "statement_cache.hpp"

namespace sluice::sql {

class PostgresDatabase final : public common::sql::Database {
 public:
  PostgresDatabase(const PostgresUrl& url, const SqlOptions& options);

  [[nodiscard]] common::sql::Dialect dialect() const override {
    return common::sql::Dialect::postgres;
  }
  [[nodiscard]] std::string where() const override { return where_; }
  void connect() override;
  void disconnect() noexcept override { connection_.reset(); }
  [[nodiscard]] std::optional<common::sql::TableInfo> describe(const std::string& table) override;
  void begin() override { execute("BEGIN"); }
  void commit() override { execute("COMMIT"); }
  void rollback() noexcept override;
  void execute(const std::string& sql) override;
  std::uint64_t update(const std::string& sql, std::span<const common::sql::Value> values) override;
  std::vector<common::sql::TextRow> query(const std::string& sql,
                                          std::span<const common::sql::Value> values) override;
  void run(const common::sql::Statement& statement, std::span<const common::sql::Row> rows,
           bool one_by_one) override;

 private:
  const std::string& prepared(const std::string& sql);

  common::postgres::ConnectOptions options_;
  std::string where_;
  std::optional<common::postgres::Connection> connection_;
  StatementCache<std::string> statements_;  // their names
  std::uint64_t names_ = 0;
};

}  // namespace sluice::sql
