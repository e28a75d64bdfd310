// SPDX-License-Identifier: Apache-2.0
#pragma once

// Stream -> tables of a DuckDB file.

#include "common/sql/table_sink.hpp"
#include "duckdb_options.hpp"

namespace sluice::duckdb {

class DuckdbSink final : public common::sql::TableSink {
 public:
  explicit DuckdbSink(const DuckdbOptions& options);
};

}  // namespace sluice::duckdb
