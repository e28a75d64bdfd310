// SPDX-License-Identifier: Apache-2.0
#include "sql_options.hpp"

#include "database_url.hpp"

namespace sluice::sql {

void validate_options(const SqlOptions& options, OptionProblems& problems) {
  if (const auto url = parse_database_url(options.url.reveal()); !url.ok()) {
    problems.add("url", url.error().context);
  }
  common::sql::validate_mapping(options.mapping, problems);
}

}  // namespace sluice::sql
