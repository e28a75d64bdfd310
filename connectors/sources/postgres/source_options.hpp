// SPDX-License-Identifier: Apache-2.0
#pragma once

// What users can set on the postgres source.

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include <sluice/options.hpp>

namespace sluice::postgres {

enum class SnapshotMode : std::uint8_t { initial, never, only };

struct SourceOptions {
  Secret<std::string> url;
  std::string publication;
  std::string slot;
  std::vector<std::string> tables;
  SnapshotMode snapshot = SnapshotMode::initial;
  bool skip_setup = false;
  std::chrono::milliseconds resume_timeout{1'000};
  std::chrono::milliseconds heartbeat_interval{10'000};
  std::string heartbeat_query;
  ByteSize retained_wal_alert{std::uint64_t{1} << 30U};
  std::chrono::milliseconds connect_timeout{10'000};
};

// A table's name, `schema.table` or `table`, ready for SQL.
[[nodiscard]] std::string quoted_table(const std::string& name);

void validate_options(const SourceOptions& options, OptionProblems& problems);

}  // namespace sluice::postgres

template <>
struct sluice::enum_names<sluice::postgres::SnapshotMode> {
  using M = postgres::SnapshotMode;
  static constexpr std::array rows{EnumName{M::initial, "initial"}, EnumName{M::never, "never"},
                                   EnumName{M::only, "only"}};
};

template <>
struct sluice::option_table<sluice::postgres::SourceOptions> {
  using O = postgres::SourceOptions;
  static constexpr auto rows = std::tuple{
      option<&O::url>("url",
                      "Address of the database, as libpq has it: "
                      "`postgres://user:password@host/database?sslmode=verify-full`.")
          .required()
          .env("FLUVIO_PG_DATABASE_URL"),
      option<&O::publication>("publication",
                              "Publication that says which tables; made when it is missing.")
          .required()
          .env("FLUVIO_PG_PUBLICATION"),
      option<&O::slot>("slot",
                       "Replication slot, in which the server keeps our place; made when it is "
                       "missing. One instance each.")
          .required()
          .env("FLUVIO_PG_SLOT"),
      option<&O::tables>("table",
                         "Table of a publication that is made, `schema.table`; by default all "
                         "tables, which only a superuser may publish.")
          .repeatable()
          .yaml_name("tables")
          .alias("tables"),
      option<&O::snapshot>("snapshot",
                           "The rows that are there already: `initial` sends them first, once; "
                           "`never` sends only changes; `only` sends them and ends."),
      option<&O::skip_setup>(
          "skip-setup", "Make no publication and no slot: it is an error when one is missing."),
      option<&O::resume_timeout>("resume-timeout",
                                 "How long a start waits for the slot to be free, which a "
                                 "predecessor may still hold for a moment.")
          .env("FLUVIO_PG_RESUME_TIMEOUT")
          .bare_number_unit(std::chrono::milliseconds{1}),
      option<&O::heartbeat_interval>("heartbeat-interval",
                                     "How often the server hears from us and the slot is looked "
                                     "at, when nothing else is said.")
          .bare_number_unit(std::chrono::seconds{1})
          .at_least(std::chrono::milliseconds{100})
          .at_most(std::chrono::hours{1}),
      option<&O::heartbeat_query>("heartbeat-query",
                                  "SQL that is run at each heartbeat, such as an update of a "
                                  "heartbeat table, or `SELECT pg_logical_emit_message(false, "
                                  "'heartbeat', '')`."),
      option<&O::retained_wal_alert>("retained-wal-alert",
                                     "Size of the WAL that the slot holds back from which on there "
                                     "is a warning.")
          .at_least(ByteSize{1}),
      option<&O::connect_timeout>("connect-timeout", "Longest wait for a connection.")
          .bare_number_unit(std::chrono::seconds{1})
          .at_least(std::chrono::milliseconds{1}),
  };

  static void validate(const O& options, OptionProblems& problems) {
    postgres::validate_options(options, problems);
  }
};
