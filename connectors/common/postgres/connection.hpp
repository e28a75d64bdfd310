// SPDX-License-Identifier: Apache-2.0
#pragma once

// A connection to PostgreSQL, through libpq. Everything that waits here has a deadline, and gives
// way when `give_up` says so: a statement that runs then is cancelled in the server.
//
// Addresses are libpq's (`postgres://`, sslmode, sslrootcert, several hosts, target_session_attrs,
// ...), and so are PGPASSFILE and the other variables. TCP keepalives are on. Text is UTF-8.
//
// One thread. After a `Failure` whose error is retryable, or `cancelled`, throw the connection
// away. Errors: sqlstate.hpp; the server's words, which may have user data, are in `server_text`.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <sluice/error.hpp>
#include <sluice/options.hpp>

struct pg_conn;
struct pg_result;

namespace sluice::common::postgres {

// What the server says went wrong.
class ServerFailure : public Failure {
 public:
  ServerFailure(std::string sqlstate, Error error)
      : Failure(std::move(error)), sqlstate_(std::move(sqlstate)) {}
  [[nodiscard]] const std::string& sqlstate() const noexcept { return sqlstate_; }

 private:
  std::string sqlstate_;
};

struct ConnectOptions {
  Secret<std::string> url;
  std::string application_name = "sluice";
  std::chrono::milliseconds connect_timeout{10'000};
  // Longest time of a statement, in the server and, a little longer, here. 0: none.
  std::chrono::milliseconds statement_timeout{0};
  bool replication = false;  // of the database in the address, by the replication protocol
};

// True when the connection should no longer wait. Asked about ten times a second.
using GiveUp = std::function<bool()>;
using Value = std::optional<std::string_view>;  // none: NULL
using Parameters = std::span<const Value>;
using Oid = std::uint32_t;

// What a statement returned, as text. Views live as long as this.
class Rows {
 public:
  explicit Rows(pg_result* result);
  [[nodiscard]] int size() const;
  [[nodiscard]] bool empty() const { return size() == 0; }
  [[nodiscard]] int columns() const;
  [[nodiscard]] Value value(int row, int column) const;
  // Empty for NULL.
  [[nodiscard]] std::string_view text(int row, int column) const;
  // Of INSERT, UPDATE, DELETE, MERGE: how many rows; 0 otherwise.
  [[nodiscard]] std::int64_t affected() const;
  [[nodiscard]] pg_result* get() const { return result_.get(); }

 private:
  std::shared_ptr<pg_result> result_;
};

// One statement of several that are sent together.
struct Command {
  std::string_view prepared;  // a name that `prepare` gave, or empty:
  std::string_view sql;       // then this
  std::vector<Value> parameters;
};
// What became of them: the first `affected.size()` worked; the next one failed with `failure`.
struct Ran {
  std::vector<std::int64_t> affected;
  std::optional<ServerFailure> failure;
};

class Connection {
 public:
  // Throws: `Failure`, also `cancelled`.
  explicit Connection(const ConnectOptions& options, GiveUp give_up = {});

  // One or more statements without parameters; the rows are the last one's.
  Rows query(const std::string& sql);
  // One statement; parameters are text, and the server finds their types.
  Rows query(const std::string& sql, Parameters parameters);
  // Its types are the server's choice where `types` has 0 or nothing.
  void prepare(const std::string& name, const std::string& sql, std::span<const Oid> types = {});
  // Sends them in one go and runs them in order; all behind one that failed are left out. Run it
  // inside a transaction: without one they are one.
  Ran run(std::span<const Command> commands);

  // The rows of one statement one after the other, for results of any size: `start_rows`, then
  // `next_row` until it has none. What is not fetched stays in the server.
  void start_rows(const std::string& sql);
  [[nodiscard]] std::optional<Rows> next_row();

  // COPY, in both directions: START_REPLICATION.
  void start_copy(const std::string& sql);
  // A message, valid until the next call; none when nothing is here yet: wait for `fd`. Throws:
  // also when the server ended the copy.
  [[nodiscard]] std::optional<std::string_view> receive();
  // Queues a message, and sends what can be sent without waiting.
  void send(std::string_view message);
  // Sends what is queued; true when all is away.
  bool flush();
  // Ends the copy and waits for the server's goodbye, at most so long. Does not throw.
  void end_copy(std::chrono::milliseconds longest) noexcept;

  [[nodiscard]] int fd() const;
  [[nodiscard]] int server_version() const;  // 150004
  [[nodiscard]] const std::string& place() const { return place_; }
  // In a transaction, or in one that failed.
  [[nodiscard]] bool in_transaction() const;

 private:
  struct Close {
    void operator()(pg_conn* connection) const;
  };
  struct Free {
    void operator()(char* memory) const;
  };
  using Time = std::chrono::steady_clock::time_point;

  void connect(const ConnectOptions& options);
  void begin();  // of a statement: its deadline
  void wait(short events);
  void flush_all();
  [[nodiscard]] pg_result* next_result();
  Rows finish();
  void require(bool sent, const char* what);
  [[noreturn]] void throw_unconnected();
  [[noreturn]] void throw_broken(const char* what);
  void cancel() noexcept;
  void read_pipeline(std::size_t count, Ran& ran);

  std::string place_;
  GiveUp give_up_;
  std::chrono::milliseconds statement_timeout_;
  Time deadline_ = Time::max();
  std::unique_ptr<pg_conn, Close> connection_;
  std::unique_ptr<char, Free> message_;
};

}  // namespace sluice::common::postgres
