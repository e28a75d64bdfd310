// SPDX-License-Identifier: Apache-2.0
#pragma once

// The options that every sink into tables has: how a record becomes a row.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <sluice/options.hpp>

#include "common/sql/types.hpp"

namespace sluice::common::sql {

// What becomes of a member or column of a record that the table has no column for.
enum class SchemaDrift : std::uint8_t { fail, ignore, warn, evolve, quarantine };

struct ColumnOption {
  std::string name;
  std::string path;
  std::optional<SqlType> type;
  bool required = false;
  std::optional<std::string> default_value;
};

struct MappingOptions {
  std::string table;
  std::vector<ColumnOption> columns;
  std::vector<std::string> upsert_key;
  bool delete_on_tombstone = false;
  SchemaDrift schema_drift = SchemaDrift::fail;
  bool create_table = false;
  std::optional<std::string> null_text;
  std::string offsets_table = "sluice_offsets";
};

// For the `validate` of a table that has these as a group.
void validate_mapping(const MappingOptions& options, OptionProblems& problems);

}  // namespace sluice::common::sql

template <>
struct sluice::enum_names<sluice::common::sql::SqlType> {
  using T = common::sql::SqlType;
  static constexpr std::array rows{
      EnumName{T::boolean, "bool"},
      EnumName{T::character, "char"},
      EnumName{T::small_int, "smallint"},
      EnumName{T::integer, "int"},
      EnumName{T::big_int, "bigint"},
      EnumName{T::real, "float"},
      EnumName{T::double_precision, "double"},
      EnumName{T::text, "text"},
      EnumName{T::bytes, "bytes"},
      EnumName{T::numeric, "numeric"},
      EnumName{T::timestamp, "timestamp"},
      EnumName{T::date, "date"},
      EnumName{T::time, "time"},
      EnumName{T::uuid, "uuid"},
      EnumName{T::json, "json"},
  };
};
template <>
struct sluice::enum_names<sluice::common::sql::SchemaDrift> {
  using D = common::sql::SchemaDrift;
  static constexpr std::array rows{EnumName{D::fail, "fail"}, EnumName{D::ignore, "ignore"},
                                   EnumName{D::warn, "warn"}, EnumName{D::evolve, "evolve"},
                                   EnumName{D::quarantine, "quarantine"}};
};

template <>
struct sluice::option_table<sluice::common::sql::ColumnOption> {
  using O = common::sql::ColumnOption;
  static constexpr auto rows = std::tuple{
      option<&O::name>("name", "Name of the column.").required(),
      option<&O::path>("path",
                       "Where its value stands in the record: `device.number`, `$.tags.0`; `$` is "
                       "the whole record; by default the name of the column."),
      option<&O::type>("type", "Its type; by default the one that the table says."),
      option<&O::required>("required", "A record without it is malformed; else it is NULL."),
      option<&O::default_value>("default", "Text of the value when the record has none."),
  };
};

template <>
struct sluice::option_table<sluice::common::sql::MappingOptions> {
  using O = common::sql::MappingOptions;
  static constexpr auto rows = std::tuple{
      option<&O::table>("table",
                        "Table that plain JSON records go to; without it each record is an "
                        "`Insert` or `Upsert` of the SQL model, which names its table."),
      option<&O::columns>("column",
                          "Column, as JSON: `{\"name\":\"n\",\"path\":\"device.number\"}`; "
                          "without any each member of the record goes to the column of its name.")
          .repeatable()
          .yaml_name("columns")
          .alias("columns"),
      option<&O::upsert_key>("upsert-key",
                             "Column, or several, that tell rows apart: a record with the key of "
                             "a row replaces its values.")
          .repeatable(),
      option<&O::delete_on_tombstone>("delete-on-tombstone",
                                      "A record with an empty value deletes the row of its key."),
      option<&O::schema_drift>("schema-drift",
                               "What to do when a record has what the table has no column for: "
                               "`fail`, `ignore` it, `warn` once and ignore it, `evolve` the table "
                               "by a column, or `quarantine` the record as one that is refused."),
      option<&O::create_table>("create-table",
                               "Make a missing table from the columns of its first record."),
      option<&O::null_text>("null-text", "Text that stands for NULL, in every column."),
      option<&O::offsets_table>("offsets-table",
                                "Table that keeps what is done; made when it is missing."),
  };
};
