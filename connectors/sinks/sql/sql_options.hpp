// SPDX-License-Identifier: Apache-2.0
#pragma once

// What users can set on the sql sink.

#include <chrono>

#include <sluice/options.hpp>

#include "common/sql/mapping_options.hpp"

namespace sluice::sql {

struct SqlOptions {
  Secret<std::string> url;
  common::sql::MappingOptions mapping;
  std::chrono::milliseconds connect_timeout{10'000};
  std::chrono::milliseconds statement_timeout{30'000};
};

void validate_options(const SqlOptions& options, OptionProblems& problems);

}  // namespace sluice::sql

template <>
struct sluice::option_table<sluice::sql::SqlOptions> {
  using O = sql::SqlOptions;
  static constexpr auto rows = std::tuple{
      option<&O::url>("url",
                      "Address of the database: `postgres://user:password@host/database`, "
                      "`mysql://` or `mariadb://` likewise, or `sqlite:FILE`.")
          .required()
          .alias("database-url")
          .env("FLUVIO_DATABASE_URL"),
      option_group<&O::mapping>(),
      option<&O::connect_timeout>("database-timeout",
                                  "Longest wait for the connection to the database.")
          .at_least(std::chrono::milliseconds{1}),
      option<&O::statement_timeout>("statement-timeout",
                                    "Longest wait for the answer to a statement, and for a lock.")
          .at_least(std::chrono::milliseconds{1}),
  };

  static void validate(const O& options, OptionProblems& problems) {
    sql::validate_options(options, problems);
  }
};
