// SPDX-License-Identifier: Apache-2.0
#include "common/postgres/connection.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>

#include <libpq-fe.h>
#include <poll.h>

#include "common/postgres/sqlstate.hpp"
#include "common/postgres/text.hpp"

namespace sluice::common::postgres {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto tick = std::chrono::milliseconds(100);
// The server's own timeout comes first; this is for one that does not answer.
constexpr auto grace = std::chrono::seconds(5);

std::string one_line(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  std::ranges::replace(text, '\n', ' ');
  return text;
}

std::string field(const PGresult* result, int code) {
  const char* text = PQresultErrorField(result, code);
  return text == nullptr ? std::string() : text;
}

ServerFailure failure_of(const PGresult* result, const std::string& place) {
  auto sqlstate = field(result, PG_DIAG_SQLSTATE);
  if (sqlstate.empty()) {
    return {{}, {Errc::connection_lost, place, one_line(PQresultErrorMessage(result))}};
  }
  auto text = field(result, PG_DIAG_MESSAGE_PRIMARY) + " (" + sqlstate + ')';
  if (const auto detail = field(result, PG_DIAG_MESSAGE_DETAIL); !detail.empty()) {
    text += ": " + detail;
  }
  const Errc code = errc_of_sqlstate(sqlstate);
  return {std::move(sqlstate), {code, place, one_line(std::move(text))}};
}

bool is_good(const PGresult* result) {
  switch (PQresultStatus(result)) {
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
    case PGRES_SINGLE_TUPLE:
    case PGRES_EMPTY_QUERY:
    case PGRES_COPY_BOTH:
    case PGRES_PIPELINE_SYNC:
      return true;
    default:
      return false;
  }
}

struct TextParameters {
  std::vector<std::string> texts;  // with their zero byte
  std::vector<const char*> values;
};

// Requires: no zero byte in a text, which PostgreSQL does not have.
TextParameters text_parameters(Parameters parameters) {
  TextParameters out;
  out.texts.reserve(parameters.size());
  out.values.reserve(parameters.size());
  for (const Value& value : parameters) {
    if (!value) {
      out.values.push_back(nullptr);
      continue;
    }
    if (value->find('\0') != std::string_view::npos) {
      throw ServerFailure(
          "22021",
          {Errc::outside_rejected, "a text has a zero byte, which PostgreSQL cannot store", {}});
    }
    out.values.push_back(out.texts.emplace_back(*value).c_str());
  }
  return out;
}

}  // namespace

Rows::Rows(pg_result* result) : result_(result, &PQclear) {}
int Rows::size() const {
  return PQntuples(result_.get());
}
int Rows::columns() const {
  return PQnfields(result_.get());
}
Value Rows::value(int row, int column) const {
  if (PQgetisnull(result_.get(), row, column) != 0) return std::nullopt;
  return text(row, column);
}
std::string_view Rows::text(int row, int column) const {
  return {PQgetvalue(result_.get(), row, column),
          static_cast<std::size_t>(PQgetlength(result_.get(), row, column))};
}
std::int64_t Rows::affected() const {
  const std::string_view text = PQcmdTuples(result_.get());
  std::int64_t count = 0;
  std::from_chars(text.data(), text.data() + text.size(), count);
  return count;
}

void Connection::Close::operator()(pg_conn* connection) const {
  PQfinish(connection);
}
void Connection::Free::operator()(char* memory) const {
  PQfreemem(memory);
}

Connection::Connection(const ConnectOptions& options, GiveUp give_up)
    : place_(place_of_url(options.url.reveal())),
      give_up_(std::move(give_up)),
      statement_timeout_(options.statement_timeout) {
  if (const auto problem = url_problem(options.url.reveal()); !problem.empty()) {
    throw Failure(Errc::invalid_config, "the address of the database: " + problem);
  }
  deadline_ = Clock::now() + options.connect_timeout;
  connect(options);
  if (PQsetnonblocking(connection_.get(), 1) != 0) throw_broken("connecting");
  PQsetErrorVerbosity(connection_.get(), PQERRORS_DEFAULT);
  const std::string settings =
      "SET DateStyle = ISO; SET IntervalStyle = postgres; SET extra_float_digits = 3; "
      "SET statement_timeout = " +
      std::to_string(statement_timeout_.count());
  require(PQsendQuery(connection_.get(), settings.c_str()) == 1, "writing to");
  finish();  // still before the connection's deadline
}

void Connection::connect(const ConnectOptions& options) {
  // What stands before `dbname` gives way to the address, what stands behind it does not.
  const std::array keys{"fallback_application_name",
                        "keepalives_idle",
                        "keepalives_interval",
                        "keepalives_count",
                        "tcp_user_timeout",
                        "dbname",
                        "client_encoding",
                        options.replication ? "replication" : static_cast<const char*>(nullptr),
                        static_cast<const char*>(nullptr)};
  const std::array values{options.application_name.c_str(),
                          "30",
                          "10",
                          "3",
                          "60000",
                          options.url.reveal().c_str(),
                          "UTF8",
                          "database",
                          static_cast<const char*>(nullptr)};
  connection_.reset(PQconnectStartParams(keys.data(), values.data(), 1));
  if (!connection_) throw Failure(Errc::internal, "libpq has no memory");
  PQsetNoticeReceiver(connection_.get(), [](void*, const PGresult*) {}, nullptr);
  // So that a refusal has its code.
  PQsetErrorVerbosity(connection_.get(), PQERRORS_VERBOSE);
  auto state =
      PQstatus(connection_.get()) == CONNECTION_BAD ? PGRES_POLLING_FAILED : PGRES_POLLING_WRITING;
  while (state != PGRES_POLLING_OK) {
    if (state == PGRES_POLLING_FAILED) throw_unconnected();
    wait(state == PGRES_POLLING_READING ? POLLIN : POLLOUT);
    state = PQconnectPoll(connection_.get());
  }
}

void Connection::throw_unconnected() {
  std::string text = PQerrorMessage(connection_.get());
  const Errc code = errc_of_connect_problem(text);
  const std::string sqlstate(sqlstate_in(text));
  // Verbose messages end with the place in the server's source.
  if (const auto at = text.find("\nLOCATION:"); at != std::string::npos) text.resize(at);
  throw ServerFailure(sqlstate, {code, "connecting " + place_, one_line(text)});
}

// There was a connection, so there may be one again. What the server itself says has a code, and
// comes as a result; these are libpq's words, which over TLS are those of its library.
void Connection::throw_broken(const char* what) {
  throw ServerFailure({}, {Errc::connection_lost, std::string(what) + ' ' + place_,
                           one_line(PQerrorMessage(connection_.get()))});
}

void Connection::require(bool sent, const char* what) {
  if (!sent) throw_broken(what);
}

void Connection::begin() {
  deadline_ =
      statement_timeout_.count() == 0 ? Time::max() : Clock::now() + statement_timeout_ + grace;
}

void Connection::wait(short events) {
  while (true) {
    if (give_up_ && give_up_()) {
      cancel();
      throw Failure(Errc::cancelled, place_ + ": stopped while waiting for the server");
    }
    const auto now = Clock::now();
    if (now >= deadline_) {
      throw Failure(Errc::timed_out, place_ + " does not answer in time");
    }
    const auto pause = std::min<Clock::duration>(tick, deadline_ - now);
    pollfd fd{.fd = PQsocket(connection_.get()), .events = events};
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(pause).count();
    const int ready = ::poll(&fd, 1, static_cast<int>(left));
    if (ready > 0) return;
    if (ready < 0 && errno != EINTR) {
      throw Failure(Errc::internal, std::string("poll: ") + std::strerror(errno));
    }
  }
}

void Connection::cancel() noexcept {
  if (PQtransactionStatus(connection_.get()) != PQTRANS_ACTIVE) return;
  const std::unique_ptr<PGcancel, decltype(&PQfreeCancel)> request(PQgetCancel(connection_.get()),
                                                                   &PQfreeCancel);
  std::array<char, 256> problem{};
  if (request) PQcancel(request.get(), problem.data(), problem.size());
}

void Connection::flush_all() {
  for (int left = PQflush(connection_.get()); left != 0; left = PQflush(connection_.get())) {
    if (left < 0) throw_broken("writing to");
    // The server may have to get rid of its answers before it reads on.
    wait(POLLIN | POLLOUT);
    if (PQconsumeInput(connection_.get()) == 0) throw_broken("reading from");
  }
}

pg_result* Connection::next_result() {
  flush_all();
  while (PQisBusy(connection_.get()) != 0) {
    wait(POLLIN);
    if (PQconsumeInput(connection_.get()) == 0) throw_broken("reading from");
  }
  return PQgetResult(connection_.get());
}

Rows Connection::finish() {
  std::optional<Rows> last;
  std::optional<ServerFailure> failure;
  while (pg_result* result = next_result()) {
    Rows rows(result);
    if (!is_good(result) && !failure) failure = failure_of(result, place_);
    last = std::move(rows);
    if (PQresultStatus(result) == PGRES_COPY_BOTH) break;
    if (PQstatus(connection_.get()) == CONNECTION_BAD) break;
  }
  if (failure) throw ServerFailure(*failure);
  if (!last) throw Failure(Errc::connection_lost, place_ + " gave no answer");
  return *last;
}

Rows Connection::query(const std::string& sql) {
  begin();
  require(PQsendQuery(connection_.get(), sql.c_str()) == 1, "writing to");
  return finish();
}

Rows Connection::query(const std::string& sql, Parameters parameters) {
  begin();
  const auto texts = text_parameters(parameters);
  require(PQsendQueryParams(connection_.get(), sql.c_str(), static_cast<int>(texts.values.size()),
                            nullptr, texts.values.data(), nullptr, nullptr, 0) == 1,
          "writing to");
  return finish();
}

void Connection::prepare(const std::string& name, const std::string& sql,
                         std::span<const Oid> types) {
  begin();
  require(PQsendPrepare(connection_.get(), name.c_str(), sql.c_str(),
                        static_cast<int>(types.size()), types.data()) == 1,
          "writing to");
  finish();
}

Ran Connection::run(std::span<const Command> commands) {
  std::vector<TextParameters> texts;
  for (const Command& command : commands) texts.push_back(text_parameters(command.parameters));
  begin();
  require(PQenterPipelineMode(connection_.get()) == 1, "writing to");
  for (std::size_t i = 0; i < commands.size(); ++i) {
    const auto& [prepared, sql, parameters] = commands[i];
    const auto count = static_cast<int>(parameters.size());
    const char* const* values = texts[i].values.data();
    const bool sent = prepared.empty()
                          ? PQsendQueryParams(connection_.get(), std::string(sql).c_str(), count,
                                              nullptr, values, nullptr, nullptr, 0) == 1
                          : PQsendQueryPrepared(connection_.get(), std::string(prepared).c_str(),
                                                count, values, nullptr, nullptr, 0) == 1;
    require(sent, "writing to");
  }
  require(PQpipelineSync(connection_.get()) == 1, "writing to");
  Ran ran;
  read_pipeline(commands.size(), ran);
  require(PQexitPipelineMode(connection_.get()) == 1, "reading from");
  return ran;
}

void Connection::read_pipeline(std::size_t count, Ran& ran) {
  while (true) {
    pg_result* result = next_result();
    if (result == nullptr) {  // between two statements
      if (PQstatus(connection_.get()) == CONNECTION_BAD) throw_broken("reading from");
      continue;
    }
    const Rows rows(result);
    // Each has its time.
    begin();
    const auto status = PQresultStatus(result);
    if (status == PGRES_PIPELINE_SYNC) break;
    if (status == PGRES_PIPELINE_ABORTED) continue;
    if (!is_good(result)) {
      if (!ran.failure) ran.failure = failure_of(result, place_);
    } else if (!ran.failure && ran.affected.size() < count) {
      ran.affected.push_back(rows.affected());
    }
  }
}

void Connection::start_rows(const std::string& sql) {
  begin();
  require(PQsendQuery(connection_.get(), sql.c_str()) == 1, "writing to");
  require(PQsetSingleRowMode(connection_.get()) == 1, "reading from");
}

std::optional<Rows> Connection::next_row() {
  begin();
  while (pg_result* result = next_result()) {
    Rows rows(result);
    if (PQresultStatus(result) == PGRES_SINGLE_TUPLE) return rows;
    if (!is_good(result)) throw failure_of(result, place_);
  }
  return std::nullopt;
}

void Connection::start_copy(const std::string& sql) {
  begin();
  require(PQsendQuery(connection_.get(), sql.c_str()) == 1, "writing to");
  if (PQresultStatus(finish().get()) != PGRES_COPY_BOTH) {
    throw Failure(Errc::protocol, place_ + " does not begin to copy");
  }
  deadline_ = Time::max();
}

std::optional<std::string_view> Connection::receive() {
  char* message = nullptr;
  int size = PQgetCopyData(connection_.get(), &message, 1);
  if (size == 0) {
    if (PQconsumeInput(connection_.get()) == 0) throw_broken("reading from");
    size = PQgetCopyData(connection_.get(), &message, 1);
  }
  message_.reset(message);
  if (size > 0) return std::string_view(message, static_cast<std::size_t>(size));
  if (size == 0) return std::nullopt;
  if (size == -2) throw_broken("reading from");
  // The server ended the copy: it shuts down, or says why.
  const Rows rows(PQgetResult(connection_.get()));
  if (rows.get() != nullptr && !is_good(rows.get())) throw failure_of(rows.get(), place_);
  throw Failure(Errc::connection_lost, place_ + " ended the replication");
}

void Connection::send(std::string_view message) {
  const int sent =
      PQputCopyData(connection_.get(), message.data(), static_cast<int>(message.size()));
  require(sent == 1, "writing to");
  flush();
}

bool Connection::flush() {
  const int left = PQflush(connection_.get());
  if (left < 0) throw_broken("writing to");
  return left == 0;
}

void Connection::end_copy(std::chrono::milliseconds longest) noexcept {
  try {
    deadline_ = Clock::now() + longest;
    give_up_ = {};
    if (PQputCopyEnd(connection_.get(), nullptr) != 1) return;
    flush_all();
    while (receive()) {
    }
    while (true) {
      wait(POLLIN);
      while (receive()) {
      }
    }
  } catch (const std::exception&) {
    message_.reset();  // it ended, or takes too long
  }
}

int Connection::fd() const {
  return PQsocket(connection_.get());
}
int Connection::server_version() const {
  return PQserverVersion(connection_.get());
}
bool Connection::in_transaction() const {
  const auto state = PQtransactionStatus(connection_.get());
  return state == PQTRANS_INTRANS || state == PQTRANS_INERROR;
}

}  // namespace sluice::common::postgres
