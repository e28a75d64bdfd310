// SPDX-License-Identifier: Apache-2.0
#include "duckdb_options.hpp"

namespace sluice::duckdb {

Outcome<std::string> path_of_url(std::string_view url) {
  const auto invalid = [](std::string text) {
    return Error{Errc::invalid_config, std::move(text), {}};
  };
  if (url.starts_with("md:") || url.starts_with("motherduck:")) {
    return invalid(
        "MotherDuck needs an extension of DuckDB that this program does not have: name a file");
  }
  for (const std::string_view scheme : {"duckdb://", "duckdb:"}) {
    if (url.starts_with(scheme)) {
      url.remove_prefix(scheme.size());
      break;
    }
  }
  if (url.find("://") != std::string_view::npos) {
    return invalid("it is the address of something else: name a file of this machine");
  }
  if (url.empty()) return invalid("it names no file: write /var/lib/orders.duckdb");
  if (url.starts_with(":memory:")) {
    return invalid("a database in memory ends with the connector: name a file");
  }
  return std::string(url);
}

void validate_options(const DuckdbOptions& options, OptionProblems& problems) {
  if (const auto path = path_of_url(options.url.reveal()); !path.ok()) {
    problems.add("url", path.error().context);
  }
  common::sql::validate_mapping(options.mapping, problems);
}

}  // namespace sluice::duckdb
