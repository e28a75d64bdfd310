// SPDX-License-Identifier: Apache-2.0
#pragma once

// Types of columns of MySQL and MariaDB. Pure.

#include <algorithm>
#include <array>
#include <string_view>

#include "common/sql/types.hpp"

namespace sluice::sql {

// `data_type` and `column_type` of information_schema: `tinyint` and `tinyint(1)`.
[[nodiscard]] inline common::sql::SqlType type_of_mysql(std::string_view data_type,
                                                        std::string_view column_type) {
  using T = common::sql::SqlType;
  struct Row {
    std::string_view name;
    T type;
  };
  constexpr std::array rows{
      Row{"tinyint", T::small_int},
      Row{"smallint", T::small_int},
      Row{"mediumint", T::integer},
      Row{"int", T::integer},
      Row{"bigint", T::big_int},
      Row{"float", T::real},
      Row{"double", T::double_precision},
      Row{"decimal", T::numeric},
      Row{"char", T::text},
      Row{"varchar", T::text},
      Row{"tinytext", T::text},
      Row{"text", T::text},
      Row{"mediumtext", T::text},
      Row{"longtext", T::text},
      Row{"binary", T::bytes},
      Row{"varbinary", T::bytes},
      Row{"tinyblob", T::bytes},
      Row{"blob", T::bytes},
      Row{"mediumblob", T::bytes},
      Row{"longblob", T::bytes},
      Row{"datetime", T::timestamp},
      Row{"timestamp", T::timestamp},
      Row{"date", T::date},
      Row{"time", T::time},
      Row{"uuid", T::uuid},
      Row{"json", T::json},
  };
  if (column_type == "tinyint(1)") return T::boolean;
  // Twice the range of the type: its digits are checked by the database.
  if (column_type.find("unsigned") != std::string_view::npos) return T::numeric;
  const auto* found = std::ranges::find(rows, data_type, &Row::name);
  return found == rows.end() ? T::other : found->type;
}

}  // namespace sluice::sql
