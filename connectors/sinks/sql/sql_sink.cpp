// SPDX-License-Identifier: Apache-2.0
#include "sql_sink.hpp"

#include "database_url.hpp"
#include "mysql_database.hpp"
#include "postgres_database.hpp"
#include "sqlite_database.hpp"

namespace sluice::sql {
namespace {

using common::sql::Database;

struct Make {
  const SqlOptions& options;
  std::unique_ptr<Database> operator()(const PostgresUrl& url) const {
    return std::make_unique<PostgresDatabase>(url, options);
  }
  std::unique_ptr<Database> operator()(const MysqlUrl& url) const {
    return std::make_unique<MysqlDatabase>(url, options);
  }
  std::unique_ptr<Database> operator()(const SqliteUrl& url) const {
    const bool creates = url.creates || options.mapping.create_table;
    return std::make_unique<SqliteDatabase>(url.path, creates, options);
  }
};

std::unique_ptr<Database> make_database(const SqlOptions& options) {
  auto url = parse_database_url(options.url.reveal());
  return std::visit(Make{options}, url.value());
}

}  // namespace

SqlSink::SqlSink(const SqlOptions& options) : TableSink(make_database(options), options.mapping) {}

}  // namespace sluice::sql
