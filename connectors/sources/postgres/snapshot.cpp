// SPDX-License-Identifier: Apache-2.0
#include "snapshot.hpp"

#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <random>

#include "common/postgres/text.hpp"

namespace sluice::postgres {
namespace {

using common::postgres::quote_identifier;
using common::postgres::quote_literal;
using common::postgres::quote_name;
using common::postgres::Rows;
using common::postgres::Value;

// So that no sink must hold a whole table in one transaction.
constexpr int transaction_rows_max = 1'000;
// Types below are the server's own, of which pgoutput does not tell either.
constexpr std::uint32_t user_type_least = 10'000;

template <typename T>
T number(std::string_view text) {
  T value{};
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::int64_t now() {
  constexpr std::int64_t year_2000 = 946'684'800'000'000;
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::system_clock::now().time_since_epoch())
             .count() -
         year_2000;
}

std::string temporary_name(const std::string& slot) {
  constexpr std::size_t begin_max = 40;
  std::random_device random;
  std::array<char, 16> digits{};
  std::snprintf(digits.data(), digits.size(), "_tmp_%08x", random());
  return slot.substr(0, begin_max) + digits.data();
}

}  // namespace

common::postgres::ConnectOptions connect_options(const SourceOptions& options, bool replication) {
  return {.url = options.url,
          .application_name = "sluice postgres-source",
          .connect_timeout = options.connect_timeout,
          .replication = replication};
}

Snapshot::Snapshot(const SourceOptions& options, SourceContext& stream, bool keeps_place)
    : options_(options), stream_(stream), keeps_place_(keeps_place) {}

void Snapshot::export_state() {
  const auto stopping = [this] { return stream_.stopping(); };
  exporter_.emplace(connect_options(options_, true), stopping);
  const Rows rows = exporter_->query("CREATE_REPLICATION_SLOT " +
                                     quote_identifier(temporary_name(options_.slot)) +
                                     " TEMPORARY LOGICAL pgoutput EXPORT_SNAPSHOT");
  lsn_ = parse_lsn(rows.text(0, 1)).value_or(0);
  name_ = rows.text(0, 2);
}

void Snapshot::import_state() {
  reader_.emplace(connect_options(options_), [this] { return stream_.stopping(); });
  reader_->query("SET row_security = off; SET idle_in_transaction_session_timeout = 0");
  reader_->query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  reader_->query("SET TRANSACTION SNAPSHOT " + quote_literal(name_));
  exporter_.reset();
}

std::vector<std::uint32_t> Snapshot::find_tables() {
  const std::array<Value, 1> parameters{options_.publication};
  const Rows rows = reader_->query(
      "SELECT c.oid FROM pg_publication_tables t JOIN pg_namespace n ON n.nspname = t.schemaname "
      "JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = t.tablename WHERE t.pubname = $1 "
      "ORDER BY t.schemaname, t.tablename",
      parameters);
  std::vector<std::uint32_t> tables;
  for (int i = 0; i < rows.size(); ++i) tables.push_back(number<std::uint32_t>(rows.text(i, 0)));
  return tables;
}

// As pg_dump does. Names are those of now, the rest is of the exported state.
void Snapshot::lock(const std::vector<std::uint32_t>& tables) {
  if (tables.empty()) return;
  std::string list;
  for (const std::uint32_t id : tables) list += (list.empty() ? '{' : ',') + std::to_string(id);
  list += '}';
  const std::array<Value, 1> parameters{list};
  const Rows names = reader_->query(
      "SELECT string_agg(CASE c.relkind WHEN 'p' THEN '' ELSE 'ONLY ' END || format('%I.%I', "
      "n.nspname, c.relname), ', ') FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
      "WHERE c.oid = ANY ($1::oid[])",
      parameters);
  try {
    reader_->query("LOCK TABLE " + std::string(names.text(0, 0)) + " IN ACCESS SHARE MODE");
  } catch (const common::postgres::ServerFailure& failure) {
    if (failure.code() != Errc::outside_rejected) throw;
    throw Failure(in_context(
        "a table was dropped or renamed while the snapshot began, which begins anew",
        {Errc::outside_unavailable, failure.error().context, failure.error().server_text}));
  }
  require_unchanged(list);
}

// Since the state was exported, and before they were locked.
void Snapshot::require_unchanged(const std::string& tables) {
  const std::array<Value, 1> parameters{tables};
  const Rows changed = reader_->query(
      "WITH RECURSIVE part AS (SELECT unnest($1::oid[]) AS id UNION SELECT i.inhrelid FROM part "
      "JOIN pg_class p ON p.oid = part.id AND p.relkind = 'p' JOIN pg_inherits i ON i.inhparent = "
      "p.oid) SELECT format('%I.%I', n.nspname, c.relname) AS name FROM part JOIN pg_class c ON "
      "c.oid = part.id JOIN pg_namespace n ON n.oid = c.relnamespace WHERE "
      "to_regclass(format('%I.%I', n.nspname, c.relname)) IS DISTINCT FROM c.oid::regclass OR "
      "pg_relation_filenode(c.oid) IS DISTINCT FROM nullif(c.relfilenode, 0) ORDER BY name",
      parameters);
  if (changed.empty()) return;
  throw Failure(Errc::outside_unavailable,
                "the table " + std::string(changed.text(0, 0)) +
                    " was truncated, rewritten (ALTER TABLE, VACUUM FULL) or renamed while the "
                    "snapshot began, which begins anew");
}

Snapshot::Table Snapshot::describe_table(std::uint32_t id) {
  const bool has_filters = reader_->server_version() >= 150'000;
  const std::string oid = std::to_string(id);
  const std::array<Value, 2> parameters{oid, options_.publication};
  const Rows rows = reader_->query(
      std::string("SELECT n.nspname, c.relname, c.relreplident, c.relkind, ") +
          (has_filters ? "coalesce(t.rowfilter, '')" : "''") +
          " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN "
          "pg_publication_tables t ON t.schemaname = n.nspname AND t.tablename = c.relname WHERE "
          "c.oid = $1::oid AND t.pubname = $2",
      parameters);
  if (rows.empty()) throw Failure(Errc::outside_unavailable, "a table was dropped meanwhile");
  Table table;
  table.texts = {std::string(rows.text(0, 0)), std::string(rows.text(0, 1))};
  table.relation = {.id = id, .identity = rows.text(0, 2).front()};
  // The partitions of a table are tables of their own, unless the publication has the whole.
  table.from = (rows.text(0, 3) == "p" ? "" : "ONLY ") + quote_name(table.texts[0], table.texts[1]);
  if (!rows.text(0, 4).empty()) table.from += " WHERE " + std::string(rows.text(0, 4));
  read_columns(table);
  return table;
}

void Snapshot::read_columns(Table& table) {
  const bool has_lists = reader_->server_version() >= 150'000;
  const std::string oid = std::to_string(table.relation.id);
  const std::array<Value, 2> parameters{oid, options_.publication};
  const std::string generated =
      reader_->server_version() >= 120'000 ? "a.attgenerated = ''" : "true";
  const Rows rows = reader_->query(
      "SELECT a.attname, a.atttypid, a.atttypmod, c.relreplident = 'f' OR EXISTS (SELECT FROM "
      "pg_index i WHERE i.indrelid = c.oid AND a.attnum = ANY (i.indkey) AND (c.relreplident = 'd' "
      "AND i.indisprimary OR c.relreplident = 'i' AND i.indisreplident)), CASE b.typnamespace WHEN "
      "'pg_catalog'::regnamespace THEN '' ELSE bn.nspname END, b.typname FROM pg_class c JOIN "
      "pg_attribute a ON a.attrelid = c.oid JOIN pg_type y ON y.oid = a.atttypid JOIN pg_type b ON "
      "b.oid = CASE y.typtype WHEN 'd' THEN y.typbasetype ELSE y.oid END JOIN pg_namespace bn ON "
      "bn.oid = b.typnamespace WHERE c.oid = $1::oid AND $2::text IS NOT NULL AND a.attnum > 0 AND "
      "NOT a.attisdropped AND " +
          generated +
          (has_lists ? " AND a.attname = ANY (SELECT unnest(t.attnames) FROM pg_publication_tables "
                       "t JOIN pg_namespace n ON n.nspname = t.schemaname WHERE t.pubname = $2 AND "
                       "t.tablename = c.relname AND n.oid = c.relnamespace)"
                     : "") +
          " ORDER BY a.attnum",
      parameters);
  for (int i = 0; i < rows.size(); ++i) {
    for (const int column : {0, 4, 5}) table.texts.emplace_back(rows.text(i, column));
  }
  table.relation.schema = table.texts[0];
  table.relation.name = table.texts[1];
  for (int i = 0; i < rows.size(); ++i) {
    const auto at = 2 + static_cast<std::size_t>(i) * 3;
    const auto type = number<std::uint32_t>(rows.text(i, 1));
    if (!table.columns.empty()) table.columns += ", ";
    table.columns += quote_identifier(table.texts[at]);
    table.relation.columns.push_back(
        {.flags = static_cast<std::int8_t>(rows.text(i, 3) == "t" ? 1 : 0),
         .name = table.texts[at],
         .type = type,
         .modifier = number<std::int32_t>(rows.text(i, 2))});
    if (type < user_type_least) continue;
    table.types.push_back({.id = type, .schema = table.texts[at + 1], .name = table.texts[at + 2]});
  }
}

bool Snapshot::take(Progress& progress) {
  progress.stage = Progress::Stage::snapshot;
  export_state();
  import_state();
  const auto tables = tables_to_read(find_tables(), progress);
  lock(tables);
  stream_.connected();
  for (const std::uint32_t id : tables) {
    if (!send_table(id, progress)) return false;
  }
  progress = streaming_after(progress, lsn_);
  begin();
  commit(progress);
  // Before the stream: what it brings must not be read again as rows.
  if (keeps_place_) stream_.flush();
  return true;
}

bool Snapshot::send_table(std::uint32_t id, Progress& progress) {
  const Table table = describe_table(id);
  const bool was_begun = progress.begun == id;
  reader_->start_rows("SELECT " + table.columns + " FROM " + table.from);
  int rows = 0;
  bool begun = was_begun;
  if (was_begun) send_start(table, progress);
  while (auto row = reader_->next_row()) {
    if (stream_.stopping()) return false;
    if (!begun) send_start(table, progress);
    begun = true;
    if (rows == transaction_rows_max) {
      commit(std::nullopt);
      begin();
      rows = 0;
    }
    send_row(table, *row);
    ++rows;
  }
  progress.tables[id] = lsn_;
  progress.begun = 0;
  if (begun) commit(progress);
  return true;
}

// The place must be kept before the first row is, so that a crash cannot forget that there are
// some.
void Snapshot::send_start(const Table& table, Progress& progress) {
  const bool was_begun = progress.begun == table.relation.id;
  progress.begun = table.relation.id;
  send(Begin{.final_lsn = lsn_, .timestamp = now()}, progress);
  if (keeps_place_) stream_.flush();
  for (const Type& type : table.types) send(type);
  send(table.relation);
  if (was_begun) send(Truncate{.relations = {table.relation.id}});
}

void Snapshot::send_row(const Table& table, const Rows& row) {
  Insert insert{.relation = table.relation.id};
  for (int i = 0; i < row.columns(); ++i) {
    const auto value = row.value(0, i);
    insert.row.push_back(value ? Cell{.kind = Cell::Kind::text, .text = *value} : Cell{});
  }
  send(insert);
}

void Snapshot::begin() {
  send(Begin{.final_lsn = lsn_, .timestamp = now()});
}

void Snapshot::commit(const std::optional<Progress>& place) {
  send(Commit{.commit_lsn = lsn_, .end_lsn = lsn_, .timestamp = now()}, place);
}

void Snapshot::send(const Message& message, const std::optional<Progress>& place) {
  auto value = json_.write({.wal_start = lsn_, .wal_end = lsn_, .timestamp = now()}, message);
  std::optional<Position> position;
  if (place && keeps_place_) position = Position{format_progress(*place)};
  stream_.send({.value = value.value()}, std::move(position));
}

}  // namespace sluice::postgres
