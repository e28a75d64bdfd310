// SPDX-License-Identifier: Apache-2.0
#pragma once

// What users can set on the DynamoDB sink, under the official names where there are some.

#include <string>
#include <vector>

#include <sluice/options.hpp>

#include "common/aws/aws_settings.hpp"

namespace sluice::dynamodb {

struct DynamoDbOptions {
  std::string table;
  std::string column_names;
  std::string column_types;
  std::string id_attribute;
  bool create_table = false;
  common::AwsSettings aws;
};

// A column of the table: an attribute, and how its value stands in it.
struct Column {
  std::string name;
  std::string type;  // S, N, B, BOOL, SS, NS, L, M
};
// What the two lists say; empty: all fields of a record are attributes.
// Requires: options that were validated.
[[nodiscard]] std::vector<Column> columns_of(const DynamoDbOptions& options);

void validate_options(const DynamoDbOptions& options, OptionProblems& problems);

}  // namespace sluice::dynamodb

template <>
struct sluice::option_table<sluice::dynamodb::DynamoDbOptions> {
  using O = dynamodb::DynamoDbOptions;
  static constexpr auto rows = std::tuple{
      option<&O::table>("table-name", "Table that is written to.").required().alias("table"),
      option<&O::column_names>("column-names",
                               "Fields of a record that become attributes, `id,name`; by default "
                               "all."),
      option<&O::column_types>("column-types",
                               "Their types, in the same order: `S,N`; of S, N, B, BOOL, SS, NS, "
                               "L, M. B is the bytes of a text."),
      option<&O::id_attribute>("id-attribute",
                               "Attribute that gets `topic-partition-offset`, text: a key for "
                               "records that have none."),
      option<&O::create_table>("create-table",
                               "Make the table when it is missing: the first of --column-names is "
                               "its key, else --id-attribute; paid per request."),
      option_group<&O::aws>(),
  };

  static void validate(const O& options, OptionProblems& problems) {
    dynamodb::validate_options(options, problems);
  }
};
