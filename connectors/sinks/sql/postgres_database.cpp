// SPDX-License-Identifier: Apache-2.0
#include "postgres_database.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "common/postgres/text.hpp"
#include "common/text/ascii.hpp"

namespace sluice::sql {
namespace {

namespace pg = common::postgres;
using common::lower;
using common::sql::Bytes;
using common::sql::SqlType;
using common::sql::StatementFailed;
using common::sql::TableInfo;
using common::sql::TextRow;
using common::sql::Value;

constexpr std::size_t pipeline_max = 1'000;

struct TypeName {
  std::string_view name;
  SqlType type;
};
constexpr std::array type_names{
    TypeName{"bool", SqlType::boolean},
    TypeName{"char", SqlType::character},
    TypeName{"int2", SqlType::small_int},
    TypeName{"int4", SqlType::integer},
    TypeName{"int8", SqlType::big_int},
    TypeName{"float4", SqlType::real},
    TypeName{"float8", SqlType::double_precision},
    TypeName{"text", SqlType::text},
    TypeName{"varchar", SqlType::text},
    TypeName{"bpchar", SqlType::text},
    TypeName{"name", SqlType::text},
    TypeName{"citext", SqlType::text},
    TypeName{"bytea", SqlType::bytes},
    TypeName{"numeric", SqlType::numeric},
    TypeName{"timestamp", SqlType::timestamp},
    TypeName{"timestamptz", SqlType::timestamp},
    TypeName{"date", SqlType::date},
    TypeName{"time", SqlType::time},
    TypeName{"uuid", SqlType::uuid},
    TypeName{"json", SqlType::json},
    TypeName{"jsonb", SqlType::json},
};

SqlType type_of(std::string_view name) {
  const auto* found = std::ranges::find(type_names, name, &TypeName::name);
  return found == type_names.end() ? SqlType::other : found->type;
}

std::string hex(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out = "\\x";
  out.reserve(2 + bytes.size() * 2);
  for (const unsigned char c : bytes) {
    out += digits[c >> 4U];
    out += digits[c & 0xfU];
  }
  return out;
}

std::string number_text(double value) {
  std::array<char, 32> out{};
  const auto end = std::to_chars(out.data(), out.data() + out.size(), value);
  return {out.data(), end.ptr};
}

// The parameters, with the texts of what is not a text.
class Parameters {
 public:
  explicit Parameters(std::span<const Value> values) {
    texts_.reserve(values.size());
    for (const auto& value : values) views_.push_back(view(value));
  }
  [[nodiscard]] const std::vector<pg::Value>& views() const { return views_; }

 private:
  pg::Value view(const Value& value) {
    if (const auto* text = std::get_if<std::string>(&value)) return *text;
    if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
    if (const auto* bytes = std::get_if<Bytes>(&value)) return keep(hex(bytes->data));
    if (const auto* number = std::get_if<double>(&value)) return keep(number_text(*number));
    if (const auto* number = std::get_if<std::int64_t>(&value)) {
      return keep(std::to_string(*number));
    }
    return std::nullopt;
  }
  std::string_view keep(std::string text) { return texts_.emplace_back(std::move(text)); }

  std::vector<std::string> texts_;
  std::vector<pg::Value> views_;
};

StatementFailed statement_failed(const pg::ServerFailure& failure,
                                 std::optional<std::size_t> row = {}) {
  const auto& state = failure.sqlstate();
  // An undefined column, table or type; a plan that a change of the table made void.
  const bool outdated =
      state == "42703" || state == "42P01" || state == "42704" || state == "0A000";
  return StatementFailed(failure.error(), row, outdated);
}

bool has_zero_byte(std::span<const Value> values) {
  return std::ranges::any_of(values, [](const Value& value) {
    const auto* text = std::get_if<std::string>(&value);
    return text != nullptr && text->find('\0') != std::string::npos;
  });
}

StatementFailed zero_byte(std::size_t row) {
  return StatementFailed(
      {Errc::outside_rejected, "a text has a zero byte, which PostgreSQL cannot store", {}}, row);
}

}  // namespace

PostgresDatabase::PostgresDatabase(const PostgresUrl& url, const SqlOptions& options)
    : where_("PostgreSQL at " + pg::place_of_url(url.url.reveal())) {
  options_.url = url.url;
  options_.application_name = "sluice sql-sink";
  options_.connect_timeout = options.connect_timeout;
  options_.statement_timeout = options.statement_timeout;
}

void PostgresDatabase::connect() {
  statements_.clear();
  connection_.reset();
  connection_.emplace(options_);
  // The kit does not give us again what we said is durable.
  execute("SET TIME ZONE 'UTC'; SET synchronous_commit = on");
}

// With its name as it is or, as PostgreSQL reads names without quotes, in lower case.
std::optional<TableInfo> PostgresDatabase::describe(const std::string& table) {
  auto parts = common::sql::split_table(table);
  // PostgreSQL calls it a reference to another database, which ends more than the record.
  if (parts.size() > common::sql::table_parts_max(dialect())) return std::nullopt;
  const auto exact = common::sql::quote_table(dialect(), parts);
  for (auto& part : parts) part = lower(part);
  const auto folded = common::sql::quote_table(dialect(), parts);
  const std::array<Value, 2> names{exact, folded};
  const auto rows = query(
      "SELECT to_regclass($1) IS NOT NULL, a.attname, coalesce(b.typname, t.typname) "
      "FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid "
      "LEFT JOIN pg_type b ON t.typtype = 'd' AND b.oid = t.typbasetype "
      "WHERE a.attrelid = coalesce(to_regclass($1), to_regclass($2)) "
      "AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum",
      names);
  if (rows.empty()) return std::nullopt;
  TableInfo info;
  info.sql_name = rows.front()[0] == "t" ? exact : folded;
  for (const auto& row : rows) {
    info.columns.push_back({row[1].value_or(""), type_of(row[2].value_or(""))});
  }
  return info;
}

void PostgresDatabase::rollback() noexcept {
  try {
    if (connection_ && connection_->in_transaction()) connection_->query("ROLLBACK");
  } catch (const Failure&) {
    connection_.reset();
  }
}

void PostgresDatabase::execute(const std::string& sql) {
  if (!connection_) throw Failure(Errc::connection_lost, where_ + " is not connected");
  try {
    connection_->query(sql);
  } catch (const pg::ServerFailure& failure) {
    throw statement_failed(failure);
  }
}

std::uint64_t PostgresDatabase::update(const std::string& sql, std::span<const Value> values) {
  if (!connection_) throw Failure(Errc::connection_lost, where_ + " is not connected");
  try {
    const Parameters parameters(values);
    return static_cast<std::uint64_t>(connection_->query(sql, parameters.views()).affected());
  } catch (const pg::ServerFailure& failure) {
    throw statement_failed(failure);
  }
}

std::vector<TextRow> PostgresDatabase::query(const std::string& sql,
                                             std::span<const Value> values) {
  if (!connection_) throw Failure(Errc::connection_lost, where_ + " is not connected");
  const Parameters parameters(values);
  const auto rows = connection_->query(sql, parameters.views());
  std::vector<TextRow> out;
  for (int i = 0; i < rows.size(); ++i) {
    auto& row = out.emplace_back();
    for (int j = 0; j < rows.columns(); ++j) {
      const auto value = rows.value(i, j);
      row.push_back(value ? std::optional<std::string>(*value) : std::nullopt);
    }
  }
  return out;
}

const std::string& PostgresDatabase::prepared(const std::string& sql) {
  if (const auto* found = statements_.find(sql)) return *found;
  if (statements_.full()) {
    execute("DEALLOCATE ALL");
    statements_.clear();
  }
  const std::string name = "s" + std::to_string(++names_);
  connection_->prepare(name, sql);
  return statements_.add(sql, name);
}

void PostgresDatabase::run(const common::sql::Statement& statement,
                           std::span<const common::sql::Row> rows, bool) {
  if (!connection_) throw Failure(Errc::connection_lost, where_ + " is not connected");
  try {
    const auto& name = prepared(common::sql::statement_text(dialect(), statement, 1));
    for (std::size_t done = 0; done < rows.size();) {
      const auto some = rows.subspan(done, std::min(pipeline_max, rows.size() - done));
      std::vector<Parameters> parameters;
      std::vector<pg::Command> commands;
      parameters.reserve(some.size());
      for (const auto& row : some) {
        parameters.emplace_back(row.values);
        commands.push_back({name, {}, parameters.back().views()});
        if (has_zero_byte(row.values)) throw zero_byte(done + commands.size() - 1);
      }
      const auto ran = connection_->run(commands);
      if (ran.failure) throw statement_failed(*ran.failure, done + ran.affected.size());
      done += some.size();
    }
  } catch (const pg::ServerFailure& failure) {
    throw statement_failed(failure);  // preparing it
  }
}

}  // namespace sluice::sql
