// SPDX-License-Identifier: Apache-2.0
#pragma once

// What users can set on the duckdb sink.

#include <string>
#include <string_view>

#include <sluice/options.hpp>
#include <sluice/outcome.hpp>

#include "common/sql/mapping_options.hpp"

namespace sluice::duckdb {

struct DuckdbOptions {
  Secret<std::string> url;
  common::sql::MappingOptions mapping;
  ByteSize memory_max{std::uint64_t{1} << 30U};
  std::uint32_t threads = 2;
};

// The path that an address is: a path, also written `duckdb:PATH` or `duckdb://PATH`.
// Errors: `invalid_config`, for what is no file.
[[nodiscard]] Outcome<std::string> path_of_url(std::string_view url);

void validate_options(const DuckdbOptions& options, OptionProblems& problems);

}  // namespace sluice::duckdb

template <>
struct sluice::option_table<sluice::duckdb::DuckdbOptions> {
  using O = duckdb::DuckdbOptions;
  static constexpr auto rows = std::tuple{
      option<&O::url>("url", "Path of the DuckDB file; made when it is missing.").required(),
      option_group<&O::mapping>(),
      option<&O::memory_max>("memory-max", "Most memory that DuckDB takes for its work.")
          .at_least(ByteSize{std::uint64_t{64} << 20U}),
      option<&O::threads>("threads", "Threads that DuckDB works with.").at_least(1).at_most(256),
  };

  static void validate(const O& options, OptionProblems& problems) {
    duckdb::validate_options(options, problems);
  }
};
