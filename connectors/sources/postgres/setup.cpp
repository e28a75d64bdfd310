// SPDX-License-Identifier: Apache-2.0
#include "setup.hpp"

#include <array>
#include <charconv>

#include "common/postgres/text.hpp"

namespace sluice::postgres {
namespace {

using common::postgres::quote_identifier;
using common::postgres::quote_literal;
using common::postgres::Rows;
using common::postgres::ServerFailure;
using common::postgres::Value;

std::int64_t number(std::string_view text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

Lsn lsn_of(std::string_view text) {
  return parse_lsn(text).value_or(0);
}

void require_role(Connection& connection) {
  // Hosted databases have roles that stand for the attribute.
  const Rows rows = connection.query(
      "SELECT rolname, rolreplication OR rolsuper OR EXISTS (SELECT FROM pg_roles h WHERE "
      "h.rolname "
      "IN ('rds_replication', 'cloudsqlsuperuser', 'azure_pg_admin') AND pg_has_role(r.oid, h.oid, "
      "'member')) FROM pg_roles r WHERE rolname = current_user");
  if (!rows.empty() && rows.text(0, 1) == "t") return;
  const std::string role(rows.empty() ? "" : rows.text(0, 0));
  throw Failure(Errc::permission_denied, connection.place() + ": the role " + role +
                                             " may not replicate: ALTER ROLE " +
                                             quote_identifier(role) + " REPLICATION");
}

void require_wal_level(Connection& connection) {
  const Rows rows = connection.query("SHOW wal_level");
  if (rows.text(0, 0) == "logical") return;
  throw Failure(Errc::invalid_config,
                connection.place() + ": wal_level is " + std::string(rows.text(0, 0)) +
                    ": set wal_level = logical in postgresql.conf, and start the server again");
}

void require_fitting_slot(Connection& connection, const std::string& name) {
  const std::array<Value, 1> parameters{name};
  const Rows rows = connection.query(
      "SELECT plugin, database, database = current_database() FROM pg_replication_slots WHERE "
      "slot_name = $1",
      parameters);
  if (rows.empty()) return;
  if (rows.text(0, 0) != "pgoutput") {
    const std::string plugin(rows.text(0, 0));
    throw Failure(Errc::invalid_config,
                  "the slot " + name +
                      (plugin.empty() ? " is one for physical replication"
                                      : " is of the plugin " + plugin + ", not pgoutput") +
                      ": take another --slot");
  }
  if (rows.text(0, 2) != "t") {
    throw Failure(Errc::invalid_config, "the slot " + name + " is of the database " +
                                            std::string(rows.text(0, 1)) +
                                            ": one slot is for one database, take another --slot");
  }
}

std::string begin_anew(const SourceOptions& options) {
  return "; to begin anew with a snapshot, drop what is left of it (SELECT "
         "pg_drop_replication_slot(" +
         quote_literal(options.slot) + ")) and give the connector another --name";
}

}  // namespace

std::optional<Slot> look_at_slot(Connection& connection, const std::string& name) {
  const std::array<Value, 1> parameters{name};
  const std::string wal_status = connection.server_version() >= 130'000 ? "wal_status" : "''";
  const Rows rows = connection.query(
      "SELECT " + wal_status +
          ", confirmed_flush_lsn, coalesce(pg_wal_lsn_diff(CASE WHEN pg_is_in_recovery() THEN "
          "pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END, restart_lsn), 0)::bigint, "
          "active_pid FROM pg_replication_slots WHERE slot_name = $1",
      parameters);
  if (rows.empty()) return std::nullopt;
  Slot slot{.wal_status = std::string(rows.text(0, 0)),
            .confirmed = lsn_of(rows.text(0, 1)),
            .retained_bytes = number(rows.text(0, 2))};
  if (rows.value(0, 3)) slot.active_pid = static_cast<int>(number(rows.text(0, 3)));
  return slot;
}

Outside examine(Connection& connection, const SourceOptions& options) {
  Outside out{.version = connection.server_version()};
  constexpr int version_least = 100'000;
  if (out.version < version_least) {
    throw Failure(Errc::incompatible_server,
                  connection.place() + ": PostgreSQL 10 is the first with publications");
  }
  require_wal_level(connection);
  require_role(connection);
  require_fitting_slot(connection, options.slot);
  const std::array<Value, 1> parameters{options.publication};
  out.has_publication =
      !connection.query("SELECT FROM pg_publication WHERE pubname = $1", parameters).empty();
  out.slot = look_at_slot(connection, options.slot);
  const Rows now = connection.query(
      "SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE "
      "pg_current_wal_lsn() END, setting FROM pg_settings WHERE name = 'wal_sender_timeout'");
  out.wal_end = lsn_of(now.text(0, 0));
  out.sender_timeout = std::chrono::milliseconds(number(now.text(0, 1)));
  return out;
}

void require_continuity(const Outside& outside, const SourceOptions& options,
                        const Progress& progress) {
  if (options.skip_setup && !outside.has_publication) {
    throw Failure(Errc::invalid_config, "the publication " + options.publication +
                                            " does not exist: create it, or leave out "
                                            "--skip-setup");
  }
  if (options.skip_setup && !outside.slot && options.snapshot != SnapshotMode::only) {
    throw Failure(
        Errc::invalid_config,
        "the slot " + options.slot + " does not exist: create it, or leave out --skip-setup");
  }
  if (outside.slot && outside.slot->wal_status == "lost") {
    throw Failure(Errc::data_corrupt,
                  "the slot " + options.slot +
                      " is lost: the server has thrown away WAL that was not read yet "
                      "(max_slot_wal_keep_size), and changes with it" +
                      begin_anew(options));
  }
  if (progress.stage == Progress::Stage::nothing) return;
  if (!outside.slot) {
    throw Failure(Errc::data_corrupt, "the slot " + options.slot +
                                          " is gone, and with it the changes since the last start" +
                                          begin_anew(options));
  }
  if (progress.done > outside.wal_end) {
    throw Failure(Errc::data_corrupt, "the server's WAL ends at " + format_lsn(outside.wal_end) +
                                          ", but we have read " + format_lsn(progress.done) +
                                          ": it is another server, or an older state of it" +
                                          begin_anew(options));
  }
}

void make_publication(Connection& connection, const SourceOptions& options) {
  std::string tables;
  for (const std::string& table : options.tables) {
    tables += (tables.empty() ? "TABLE " : ", ") + quoted_table(table);
  }
  try {
    connection.query("CREATE PUBLICATION " + quote_identifier(options.publication) + " FOR " +
                     (tables.empty() ? "ALL TABLES" : tables));
  } catch (const ServerFailure& failure) {
    if (failure.sqlstate() == "42710") return;  // another has made it meanwhile
    Error error = in_context("creating the publication " + options.publication, failure.error());
    // A wrong option, not a record.
    if (error.code == Errc::outside_rejected) error.code = Errc::invalid_config;
    if (error.code == Errc::permission_denied) {
      error.context +=
          " (a role that is no superuser needs --table, or a publication that somebody else made)";
    }
    throw Failure(std::move(error));
  }
}

void make_slot(Connection& connection, const SourceOptions& options) {
  const std::array<Value, 1> parameters{options.slot};
  try {
    connection.query("SELECT pg_create_logical_replication_slot($1, 'pgoutput')", parameters);
  } catch (const ServerFailure& failure) {
    if (failure.sqlstate() == "42710") return;
    throw Failure(in_context("creating the slot " + options.slot, failure.error()));
  }
}

std::string tables_without_identity(Connection& connection, const SourceOptions& options) {
  const std::array<Value, 1> parameters{options.publication};
  const Rows rows = connection.query(
      "SELECT coalesce(string_agg(t.schemaname || '.' || t.tablename, ', '), '') FROM "
      "pg_publication_tables t JOIN pg_namespace n ON n.nspname = t.schemaname JOIN pg_class c ON "
      "c.relnamespace = n.oid AND c.relname = t.tablename WHERE t.pubname = $1 AND (c.relreplident "
      "= 'n' OR (c.relreplident = 'd' AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = "
      "c.oid AND i.indisprimary)))",
      parameters);
  return std::string(rows.text(0, 0));
}

}  // namespace sluice::postgres
