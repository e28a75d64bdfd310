// SPDX-License-Identifier: Apache-2.0
#pragma once

// What users can set on the postgres sink.

#include <chrono>
#include <cstdint>
#include <map>
#include <string>

#include <sluice/options.hpp>

namespace sluice::postgres {

// What becomes of tables and columns that the source has and the target does not.
enum class SchemaDrift : std::uint8_t { fail, evolve, ignore };
// What becomes of a row that is there before its insert, or is not there for its update or delete.
enum class Conflicts : std::uint8_t { upsert, reject };

struct SinkOptions {
  Secret<std::string> url;
  std::map<std::string, std::string> schemas;
  std::map<std::string, std::string> tables;
  SchemaDrift schema_drift = SchemaDrift::fail;
  Conflicts conflicts = Conflicts::upsert;
  std::string offset_schema = "fluvio";
  bool fire_triggers = false;
  std::chrono::milliseconds connect_timeout{10'000};
  std::chrono::milliseconds statement_timeout{60'000};
};

void validate_options(const SinkOptions& options, OptionProblems& problems);

}  // namespace sluice::postgres

template <>
struct sluice::enum_names<sluice::postgres::SchemaDrift> {
  using D = postgres::SchemaDrift;
  static constexpr std::array rows{EnumName{D::fail, "fail"}, EnumName{D::evolve, "evolve"},
                                   EnumName{D::ignore, "ignore"}};
};
template <>
struct sluice::enum_names<sluice::postgres::Conflicts> {
  using C = postgres::Conflicts;
  static constexpr std::array rows{EnumName{C::upsert, "upsert"}, EnumName{C::reject, "reject"}};
};

template <>
struct sluice::option_table<sluice::postgres::SinkOptions> {
  using O = postgres::SinkOptions;
  static constexpr auto rows = std::tuple{
      option<&O::url>("url",
                      "Address of the database, as libpq has it: "
                      "`postgres://user:password@host/database?sslmode=verify-full`.")
          .required()
          .env("FLUVIO_PG_DATABASE_URL"),
      option<&O::schemas>("schema-map",
                          "Schema of the source and the one to write to, `public=copy`; those not "
                          "named keep their names.")
          .repeatable(),
      option<&O::tables>("table-map",
                         "Table of the source and the one to write to, "
                         "`public.pets=zoo.animals`. It goes before --schema-map.")
          .repeatable(),
      option<&O::schema_drift>(
          "schema-drift",
          "Tables and columns that are not there: `fail` refuses the event, `evolve` makes them, "
          "`ignore` leaves them out."),
      option<&O::conflicts>("conflicts",
                            "A row that is there already when it is inserted, or is not there when "
                            "it is updated or deleted: `upsert` makes it what the event says, "
                            "`reject` refuses the event."),
      option<&O::offset_schema>(
          "offset-schema",
          "Schema of the sink's own tables, with the offsets and what it must "
          "know of the source's tables; made when it is missing."),
      option<&O::fire_triggers>("fire-triggers",
                                "Let triggers and foreign keys of the target act. Without it the "
                                "session is a replica's, where the role may be one."),
      option<&O::connect_timeout>("connect-timeout", "Longest wait for a connection.")
          .bare_number_unit(std::chrono::seconds{1})
          .at_least(std::chrono::milliseconds{1}),
      option<&O::statement_timeout>("statement-timeout", "Longest time of one statement.")
          .bare_number_unit(std::chrono::seconds{1})
          .at_least(std::chrono::milliseconds{1})
          .at_most(std::chrono::hours{24}),
  };

  static void validate(const O& options, OptionProblems& problems) {
    postgres::validate_options(options, problems);
  }
};
