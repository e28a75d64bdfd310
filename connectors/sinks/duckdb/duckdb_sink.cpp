// SPDX-License-Identifier: Apache-2.0
#include "duckdb_sink.hpp"

#include "duckdb_database.hpp"

namespace sluice::duckdb {
namespace {

// In the SQL model the official sink takes the word for it; in plain JSON there is null.
common::sql::MappingOptions with_null(common::sql::MappingOptions options) {
  if (options.table.empty() && !options.null_text) options.null_text = "NULL";
  return options;
}

}  // namespace

DuckdbSink::DuckdbSink(const DuckdbOptions& options)
    : TableSink(std::make_unique<DuckdbDatabase>(options), with_null(options.mapping)) {}

}  // namespace sluice::duckdb
