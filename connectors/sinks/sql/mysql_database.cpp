// SPDX-License-Identifier: Apache-2.0
#include "mysql_database.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <mysql.h>

#include "mysql_errors.hpp"
#include "mysql_types.hpp"

namespace sluice::sql {
namespace {

using common::sql::Bytes;
using common::sql::StatementFailed;
using common::sql::TableInfo;
using common::sql::TextRow;
using common::sql::Value;

// Few sizes, so that few statements are prepared.
constexpr std::array<std::size_t, 3> chunk_sizes{256, 16, 1};
constexpr std::size_t chunk_bytes_max = 1'048'576;
constexpr std::size_t packet_reserve = 65'536;  // for what is not a value

constexpr auto session =
    "SET SESSION sql_mode = CONCAT_WS(',', NULLIF(@@sql_mode, ''), 'STRICT_ALL_TABLES', "
    "'NO_ZERO_DATE', 'NO_ZERO_IN_DATE', 'NO_ENGINE_SUBSTITUTION'), time_zone = '+00:00', "
    "autocommit = 1, innodb_lock_wait_timeout = ";

unsigned seconds_of(std::chrono::milliseconds time) {
  return static_cast<unsigned>(std::chrono::ceil<std::chrono::seconds>(time).count());
}

std::size_t size_of(const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return text->size();
  if (const auto* bytes = std::get_if<Bytes>(&value)) return bytes->data.size();
  return sizeof(std::int64_t);
}

std::size_t size_of(const common::sql::Row& row) {
  std::size_t size = 0;
  for (const auto& value : row.values) size += size_of(value);
  return size;
}

// `value` outlives the execution.
MYSQL_BIND bind_of(const Value& value) {
  MYSQL_BIND out{};
  // The library only reads what is bound.
  const auto text = [&](enum_field_types type, const std::string& bytes) {
    out.buffer_type = type;
    out.buffer = const_cast<char*>(bytes.data());
    out.buffer_length = bytes.size();
  };
  if (const auto* number = std::get_if<std::int64_t>(&value)) {
    out.buffer_type = MYSQL_TYPE_LONGLONG;
    out.buffer = const_cast<std::int64_t*>(number);
  } else if (const auto* real = std::get_if<double>(&value)) {
    out.buffer_type = MYSQL_TYPE_DOUBLE;
    out.buffer = const_cast<double*>(real);
  } else if (const auto* flag = std::get_if<bool>(&value)) {
    out.buffer_type = MYSQL_TYPE_TINY;
    out.buffer = const_cast<bool*>(flag);
  } else if (const auto* words = std::get_if<std::string>(&value)) {
    text(MYSQL_TYPE_STRING, *words);
  } else if (const auto* bytes = std::get_if<Bytes>(&value)) {
    text(MYSQL_TYPE_BLOB, bytes->data);
  } else {
    out.buffer_type = MYSQL_TYPE_NULL;
  }
  return out;
}

std::vector<const Value*> pointers(std::span<const Value> values) {
  std::vector<const Value*> out;
  for (const auto& value : values) out.push_back(&value);
  return out;
}

}  // namespace

void MysqlDatabase::Close::operator()(st_mysql* connection) const {
  mysql_close(connection);
}
void MysqlDatabase::Close::operator()(st_mysql_stmt* statement) const {
  mysql_stmt_close(statement);
}

MysqlDatabase::MysqlDatabase(MysqlUrl url, const SqlOptions& options)
    : url_(std::move(url)),
      connect_timeout_(options.connect_timeout),
      statement_timeout_(options.statement_timeout),
      where_("MySQL at " +
             (url_.socket.empty() ? url_.host + ':' + std::to_string(url_.port) : url_.socket) +
             '/' + url_.database) {}

void MysqlDatabase::fail(unsigned code, const char* state, const char* text) const {
  Errc errc = errc_of_mysql(code, state);
  if (code == mysql_tls_problem) {
    errc = is_connected_ ? Errc::connection_lost : errc_of_mysql_tls(text);
  }
  throw StatementFailed({errc, where_, std::string(text) + " (" + std::to_string(code) + ')'}, {},
                        is_outdated_table(code));
}
void MysqlDatabase::fail() const {
  if (!connection_) throw Failure(Errc::connection_lost, where_ + " is not connected");
  fail(mysql_errno(connection_.get()), mysql_sqlstate(connection_.get()),
       mysql_error(connection_.get()));
}
void MysqlDatabase::fail(st_mysql_stmt* statement) const {
  fail(mysql_stmt_errno(statement), mysql_stmt_sqlstate(statement), mysql_stmt_error(statement));
}

void MysqlDatabase::set_up() {
  MYSQL* mysql = connection_.get();
  const unsigned connecting = seconds_of(connect_timeout_);
  // The server's own limit for a lock comes first.
  const unsigned waiting = seconds_of(statement_timeout_) + 5;
  mysql_optionsv(mysql, MYSQL_OPT_CONNECT_TIMEOUT, &connecting);
  mysql_optionsv(mysql, MYSQL_OPT_READ_TIMEOUT, &waiting);
  mysql_optionsv(mysql, MYSQL_OPT_WRITE_TIMEOUT, &waiting);
  mysql_optionsv(mysql, MYSQL_SET_CHARSET_NAME, "utf8mb4");
  // Else `localhost` is the library's own socket, whatever the port.
  const unsigned protocol = url_.socket.empty() ? MYSQL_PROTOCOL_TCP : MYSQL_PROTOCOL_SOCKET;
  mysql_optionsv(mysql, MYSQL_OPT_PROTOCOL, &protocol);
  // No file of this machine is the server's to ask for.
  const unsigned off = 0;
  mysql_optionsv(mysql, MYSQL_OPT_LOCAL_INFILE, &off);
  const std::size_t packet = 1'073'741'824;
  mysql_optionsv(mysql, MYSQL_OPT_MAX_ALLOWED_PACKET, &packet);
  const my_bool yes = 1;
  if (url_.tls != MysqlUrl::Tls::off) mysql_optionsv(mysql, MYSQL_OPT_SSL_ENFORCE, &yes);
  if (url_.tls == MysqlUrl::Tls::verified) {
    mysql_optionsv(mysql, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &yes);
  }
  const auto file = [&](mysql_option option, const std::string& path) {
    if (!path.empty()) mysql_optionsv(mysql, option, path.c_str());
  };
  file(MYSQL_OPT_SSL_CA, url_.ca_file);
  file(MYSQL_OPT_SSL_CERT, url_.cert_file);
  file(MYSQL_OPT_SSL_KEY, url_.key_file);
}

void MysqlDatabase::connect() {
  disconnect();
  connection_.reset(mysql_init(nullptr));
  if (!connection_) throw Failure(Errc::internal, "libmariadb has no memory");
  set_up();
  const auto text = [](const std::string& word) { return word.empty() ? nullptr : word.c_str(); };
  const bool by_socket = !url_.socket.empty();
  // With found rows an update counts what it found, also when nothing changed.
  if (mysql_real_connect(connection_.get(), by_socket ? nullptr : url_.host.c_str(),
                         text(url_.user), text(url_.password.reveal()), url_.database.c_str(),
                         url_.port, text(url_.socket), CLIENT_FOUND_ROWS) == nullptr) {
    fail();
  }
  is_connected_ = true;
  execute(session + std::to_string(seconds_of(statement_timeout_)));
  const auto rows = query("SELECT @@max_allowed_packet", {});
  packet_max_ = std::stoull(rows.at(0).at(0).value_or("0"));
}

void MysqlDatabase::disconnect() noexcept {
  statements_.clear();
  connection_.reset();
  is_connected_ = false;
}

void MysqlDatabase::rollback() noexcept {
  if (connection_) mysql_real_query(connection_.get(), "ROLLBACK", 8);
}

void MysqlDatabase::execute(const std::string& sql) {
  if (!connection_ || mysql_real_query(connection_.get(), sql.data(), sql.size()) != 0) fail();
}

st_mysql_stmt* MysqlDatabase::prepared(const std::string& sql) {
  if (const auto* found = statements_.find(sql)) return found->get();
  if (!connection_) fail();
  if (statements_.full()) statements_.clear();
  Prepared statement(mysql_stmt_init(connection_.get()));
  if (!statement) fail();
  if (mysql_stmt_prepare(statement.get(), sql.data(), sql.size()) != 0) fail(statement.get());
  return statements_.add(sql, std::move(statement)).get();
}

void MysqlDatabase::execute_bound(st_mysql_stmt* statement, std::span<const Value* const> values) {
  std::vector<MYSQL_BIND> binds;
  binds.reserve(values.size());
  for (const auto* value : values) binds.push_back(bind_of(*value));
  if (!binds.empty() && mysql_stmt_bind_param(statement, binds.data()) != 0) fail(statement);
  if (mysql_stmt_execute(statement) != 0) fail(statement);
}

std::uint64_t MysqlDatabase::update(const std::string& sql, std::span<const Value> values) {
  auto* statement = prepared(sql);
  execute_bound(statement, pointers(values));
  return mysql_stmt_affected_rows(statement);
}

std::vector<TextRow> MysqlDatabase::query(const std::string& sql, std::span<const Value> values) {
  auto* statement = prepared(sql);
  execute_bound(statement, pointers(values));
  return fetch(statement);
}

// Texts of up to 1 KiB: names and numbers.
std::vector<TextRow> MysqlDatabase::fetch(st_mysql_stmt* statement) {
  struct Field {
    std::array<char, 1024> text{};
    unsigned long length = 0;
    my_bool is_null = 0;
  };
  std::vector<Field> fields(mysql_stmt_field_count(statement));
  std::vector<MYSQL_BIND> binds(fields.size());
  for (std::size_t i = 0; i < fields.size(); ++i) {
    binds[i].buffer_type = MYSQL_TYPE_STRING;
    binds[i].buffer = fields[i].text.data();
    binds[i].buffer_length = fields[i].text.size();
    binds[i].length = &fields[i].length;
    binds[i].is_null = &fields[i].is_null;
  }
  if (mysql_stmt_bind_result(statement, binds.data()) != 0) fail(statement);
  if (mysql_stmt_store_result(statement) != 0) fail(statement);
  std::vector<TextRow> out;
  int code = mysql_stmt_fetch(statement);
  for (; code == 0 || code == MYSQL_DATA_TRUNCATED; code = mysql_stmt_fetch(statement)) {
    auto& row = out.emplace_back();
    for (const auto& field : fields) {
      const auto length = std::min<std::size_t>(field.length, field.text.size());
      row.push_back(field.is_null != 0
                        ? std::nullopt
                        : std::optional<std::string>(std::string(field.text.data(), length)));
    }
  }
  if (code != MYSQL_NO_DATA) fail(statement);
  mysql_stmt_free_result(statement);
  return out;
}

std::size_t MysqlDatabase::chunk_of(std::span<const common::sql::Row> rows) const {
  std::size_t bytes = 0;
  std::size_t most = 0;
  while (most < rows.size() && most < chunk_sizes.front()) {
    bytes += size_of(rows[most]);
    if (most > 0 && bytes + packet_reserve > std::min(packet_max_, chunk_bytes_max)) break;
    ++most;
  }
  const auto columns = std::max<std::size_t>(rows.front().values.size(), 1);
  most = std::min(most, std::max<std::size_t>(common::sql::parameters_max / columns, 1));
  return *std::ranges::find_if(chunk_sizes, [&](std::size_t size) { return size <= most; });
}

// `ON DUPLICATE KEY UPDATE` changes the row that has any unique key of this one, whatever its key.
void MysqlDatabase::update_or_insert(const common::sql::Statement& statement,
                                     const common::sql::Row& row) {
  const auto update = common::sql::keyed_update(dialect(), statement);
  std::vector<const Value*> values;
  for (const auto column : update.parameters) values.push_back(&row.values[column]);
  auto* const updating = prepared(update.text);
  execute_bound(updating, values);
  if (mysql_stmt_affected_rows(updating) > 0) return;
  auto insert = statement;
  insert.action = common::sql::Action::insert;
  execute_bound(prepared(common::sql::statement_text(dialect(), insert, 1)), pointers(row.values));
}

void MysqlDatabase::run(const common::sql::Statement& statement,
                        std::span<const common::sql::Row> rows, bool one_by_one) {
  const bool single =
      one_by_one || statement.action == common::sql::Action::erase || statement.meets_other_keys;
  for (std::size_t done = 0; done < rows.size();) {
    // The server would only hang up.
    if (size_of(rows[done]) + packet_reserve > packet_max_) {
      throw StatementFailed(
          {Errc::record_too_large,
           where_ + " takes at most max_allowed_packet, " + std::to_string(packet_max_) + " bytes",
           {}},
          done);
    }
    const auto count = single ? 1 : chunk_of(rows.subspan(done));
    try {
      if (statement.meets_other_keys) {
        update_or_insert(statement, rows[done]);
      } else {
        std::vector<const Value*> values;
        for (const auto& row : rows.subspan(done, count)) {
          for (const auto& value : row.values) values.push_back(&value);
        }
        execute_bound(prepared(common::sql::statement_text(dialect(), statement, count)), values);
      }
    } catch (const StatementFailed& failed) {
      const auto row = count == 1 ? std::optional(done) : std::nullopt;
      throw StatementFailed(failed.error(), row, failed.outdated());
    }
    done += count;
  }
}

std::optional<TableInfo> MysqlDatabase::describe(const std::string& table) {
  const auto parts = common::sql::split_table(table);
  if (parts.size() > 2) return std::nullopt;
  const std::array<Value, 2> names{parts.size() == 2 ? parts[0] : url_.database, parts.back()};
  const auto rows = query(
      "SELECT table_name, column_name, data_type, column_type, extra LIKE '%auto_increment%' FROM "
      "information_schema.columns "
      "WHERE table_schema = ? AND table_name = ? ORDER BY table_name = BINARY ? DESC, table_name, "
      "ordinal_position",
      std::array<Value, 3>{names[0], names[1], names[1]});
  if (rows.empty()) return std::nullopt;
  check_engine(std::get<std::string>(names[0]), rows.front()[0].value_or(""));
  TableInfo info;
  info.sql_name = common::sql::quote_table(
      dialect(), std::array{std::get<std::string>(names[0]), rows.front()[0].value_or("")});
  for (const auto& row : rows) {
    if (row[0] != rows.front()[0]) break;  // one whose name differs in case
    info.columns.push_back({.name = row[1].value_or(""),
                            .type = type_of_mysql(row[2].value_or(""), row[3].value_or("")),
                            .is_counted = row[4] == "1"});
  }
  const auto keys = query(
      "SELECT index_name, column_name, sub_part FROM information_schema.statistics WHERE "
      "table_schema = ? AND table_name = BINARY ? AND non_unique = 0 ORDER BY index_name, "
      "seq_in_index",
      std::array<Value, 2>{names[0], rows.front()[0].value_or("")});
  std::optional<std::string> last;
  for (const auto& key : keys) {
    if (key[0] != last) info.unique_keys.emplace_back();
    last = key[0];
    // Of a prefix, or of an expression: no column.
    info.unique_keys.back().push_back(key[2] ? "" : key[1].value_or(""));
  }
  return info;
}

void MysqlDatabase::check_engine(const std::string& schema, const std::string& table) {
  const auto rows = query(
      "SELECT t.engine FROM information_schema.tables t JOIN information_schema.engines e "
      "ON e.engine = t.engine WHERE t.table_schema = ? AND t.table_name = BINARY ? AND "
      "e.transactions <> 'YES'",
      std::array<Value, 2>{schema, table});
  if (rows.empty()) return;
  throw Failure(Errc::invalid_config,
                "the table `" + table + "` has the engine " + rows[0][0].value_or("") +
                    ", which has no transactions: ALTER TABLE ... ENGINE=InnoDB");
}

}  // namespace sluice::sql
