// SPDX-License-Identifier: Apache-2.0
#pragma once

// Stream -> tables of the database that the address names.

#include "common/sql/table_sink.hpp"
#include "sql_options.hpp"

namespace sluice::sql {

class SqlSink final : public common::sql::TableSink {
 public:
  explicit SqlSink(const SqlOptions& options);
};

}  // namespace sluice::sql
