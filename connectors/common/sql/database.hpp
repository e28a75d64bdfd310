// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the writer needs of a database: each driver is one of these. On one thread.
//
// Everything waits at most as long as the driver's own limits say. All throw `Failure`:
// `outside_unavailable`, `connection_refused`, `connection_lost`, `timed_out`, `no_space` and `io`
// when trying again may help; `outside_rejected`, `malformed` and `record_too_large` when it is the
// row's fault; anything else for good. After a retryable failure, `connect` comes next.

#include <optional>
#include <span>
#include <string>
#include <vector>

#include <sluice/error.hpp>

#include "common/sql/statement.hpp"

namespace sluice::common::sql {

[[nodiscard]] constexpr bool is_about_record(Errc code) {
  return code == Errc::malformed || code == Errc::outside_rejected ||
         code == Errc::record_too_large;
}

struct ColumnInfo {
  std::string name;
  SqlType type = SqlType::other;
  bool is_counted = false;  // what is not written gets a value that no row has (AUTO_INCREMENT)
};

struct TableInfo {
  std::string sql_name;  // quoted
  std::vector<ColumnInfo> columns;
  // The columns of each unique key, where the database does not check them itself (MySQL). A part
  // that is not a whole column has no name.
  std::vector<std::vector<std::string>> unique_keys;
};

struct Row {
  std::size_t record = 0;  // of the batch
  std::vector<Value> values;
};

// A statement failed, and what it was about.
class StatementFailed : public Failure {
 public:
  explicit StatementFailed(Error error, std::optional<std::size_t> row = {}, bool outdated = false)
      : Failure(std::move(error)), row_(row), outdated_(outdated) {}
  // Among the rows of the call, when it is known.
  [[nodiscard]] std::optional<std::size_t> row() const noexcept { return row_; }
  // The table is not, or no longer, what was described: a column or the table is missing.
  [[nodiscard]] bool outdated() const noexcept { return outdated_; }

 private:
  std::optional<std::size_t> row_;
  bool outdated_;
};

using TextRow = std::vector<std::optional<std::string>>;

class Database {
 public:
  virtual ~Database() = default;
  [[nodiscard]] virtual Dialect dialect() const = 0;
  // For messages; without user and password: `PostgreSQL at db:5432/orders`.
  [[nodiscard]] virtual std::string where() const = 0;

  // Begins anew, also when it is connected.
  virtual void connect() = 0;
  // The same, to look around only: makes nothing. False: there is nothing yet, and `connect` will
  // make it.
  virtual bool connect_to_look() {
    connect();
    return true;
  }
  virtual void disconnect() noexcept = 0;
  // The table as it is now, or nothing when there is none.
  [[nodiscard]] virtual std::optional<TableInfo> describe(const std::string& table) = 0;

  virtual void begin() = 0;
  virtual void commit() = 0;
  // Leaves no transaction; what fails here is left to the next `connect`.
  virtual void rollback() noexcept = 0;

  // SQL without parameters and without an answer.
  virtual void execute(const std::string& sql) = 0;
  // The number of rows that were found and set.
  virtual std::uint64_t update(const std::string& sql, std::span<const Value> values) = 0;
  virtual std::vector<TextRow> query(const std::string& sql, std::span<const Value> values) = 0;
  // Does it for each row, in order, inside of a transaction. Throws: `StatementFailed`; its row is
  // known when the rows were given `one_by_one`.
  virtual void run(const Statement& statement, std::span<const Row> rows, bool one_by_one) = 0;
};

// Runs a `CREATE TABLE IF NOT EXISTS`, outside of a transaction. Of two at once PostgreSQL may
// refuse one (23505), which finds the table at its second try.
inline void create_table(Database& database, const std::string& sql) {
  try {
    return database.execute(sql);
  } catch (const Failure& failure) {
    if (failure.code() != Errc::outside_rejected) throw;
  }
  database.execute(sql);
}

}  // namespace sluice::common::sql
