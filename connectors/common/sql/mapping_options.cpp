// SPDX-License-Identifier: Apache-2.0
#include "common/sql/mapping_options.hpp"

#include <algorithm>
#include <set>

namespace sluice::common::sql {
namespace {

void check_columns(const MappingOptions& options, OptionProblems& problems) {
  std::set<std::string> names;
  for (const auto& column : options.columns) {
    if (column.name.empty()) problems.add("column", "a column has no name");
    if (!names.insert(column.name).second) {
      problems.add("column", "`" + column.name + "` is given twice");
    }
    if (!column.default_value || !column.type) continue;
    if (const auto value = convert_text(*column.type, *column.default_value, {}); !value.ok()) {
      problems.add("column", "the default of `" + column.name + "`: " + value.error().message());
    }
  }
  for (const auto& key : options.upsert_key) {
    if (!options.columns.empty() && !names.contains(key)) {
      problems.add("upsert-key", "`" + key + "` is none of the columns", "declare it as a column");
    }
  }
}

}  // namespace

void validate_mapping(const MappingOptions& options, OptionProblems& problems) {
  if (options.table.empty()) {
    const auto needs_table = [&](bool given, std::string_view option) {
      if (given) problems.add(option, "it needs --table: the SQL model says it by itself");
    };
    needs_table(!options.columns.empty(), "column");
    needs_table(!options.upsert_key.empty(), "upsert-key");
    needs_table(options.delete_on_tombstone, "delete-on-tombstone");
  } else if (options.delete_on_tombstone && options.upsert_key.empty()) {
    problems.add("delete-on-tombstone", "it needs --upsert-key: which row is it?");
  }
  if (options.offsets_table.empty()) problems.add("offsets-table", "a table has a name");
  if (!options.table.empty() && options.table == options.offsets_table) {
    problems.add("offsets-table", "records cannot go to the same table");
  }
  check_columns(options, problems);
}

}  // namespace sluice::common::sql
