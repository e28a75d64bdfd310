// SPDX-License-Identifier: Apache-2.0
#pragma once

// MySQL and MariaDB, through libmariadb. Rows go in statements of many rows. The session is strict
// (what does not fit is an error, not cut off), its text utf8mb4, its time zone UTC. Tables must be
// of an engine with transactions.

#include <memory>

#include "common/sql/database.hpp"
#include "database_url.hpp"
#include "sql_options.hpp"
#include "statement_cache.hpp"

struct st_mysql;
struct st_mysql_stmt;

namespace sluice::sql {

class MysqlDatabase final : public common::sql::Database {
 public:
  MysqlDatabase(MysqlUrl url, const SqlOptions& options);

  [[nodiscard]] common::sql::Dialect dialect() const override {
    return common::sql::Dialect::mysql;
  }
  [[nodiscard]] std::string where() const override { return where_; }
  void connect() override;
  void disconnect() noexcept override;
  [[nodiscard]] std::optional<common::sql::TableInfo> describe(const std::string& table) override;
  void begin() override { execute("START TRANSACTION"); }
  void commit() override { execute("COMMIT"); }
  void rollback() noexcept override;
  void execute(const std::string& sql) override;
  std::uint64_t update(const std::string& sql, std::span<const common::sql::Value> values) override;
  std::vector<common::sql::TextRow> query(const std::string& sql,
                                          std::span<const common::sql::Value> values) override;
  void run(const common::sql::Statement& statement, std::span<const common::sql::Row> rows,
           bool one_by_one) override;

 private:
  struct Close {
    void operator()(st_mysql* connection) const;
    void operator()(st_mysql_stmt* statement) const;
  };
  using Prepared = std::unique_ptr<st_mysql_stmt, Close>;

  void set_up();  // what is settled before connecting
  void check_engine(const std::string& schema, const std::string& table);
  st_mysql_stmt* prepared(const std::string& sql);
  void execute_bound(st_mysql_stmt* statement, std::span<const common::sql::Value* const> values);
  void update_or_insert(const common::sql::Statement& statement, const common::sql::Row& row);
  std::vector<common::sql::TextRow> fetch(st_mysql_stmt* statement);
  // How many of the rows one statement takes, by their number and size.
  [[nodiscard]] std::size_t chunk_of(std::span<const common::sql::Row> rows) const;
  [[noreturn]] void fail(unsigned code, const char* state, const char* text) const;
  [[noreturn]] void fail() const;
  [[noreturn]] void fail(st_mysql_stmt* statement) const;

  MysqlUrl url_;
  std::chrono::milliseconds connect_timeout_;
  std::chrono::milliseconds statement_timeout_;
  std::string where_;
  std::size_t packet_max_ = 0;
  std::unique_ptr<st_mysql, Close> connection_;
  bool is_connected_ = false;            // or was, until it broke
  StatementCache<Prepared> statements_;  // of the connection, so gone before it
};

}  // namespace sluice::sql
