// SPDX-License-Identifier: Apache-2.0
#include "dynamodb_options.hpp"

#include <algorithm>
#include <array>

namespace sluice::dynamodb {
namespace {

constexpr auto types =
    std::to_array<std::string_view>({"S", "N", "B", "BOOL", "SS", "NS", "L", "M"});

std::vector<std::string> words(std::string_view list) {
  std::vector<std::string> out;
  while (!list.empty()) {
    const auto end = std::min(list.find(','), list.size());
    auto word = list.substr(0, end);
    while (word.starts_with(' ')) word.remove_prefix(1);
    while (word.ends_with(' ')) word.remove_suffix(1);
    out.emplace_back(word);
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return out;
}

void check_columns(const DynamoDbOptions& options, OptionProblems& problems) {
  const auto names = words(options.column_names);
  const auto kinds = words(options.column_types);
  if (names.size() != kinds.size()) {
    problems.add("column-types",
                 "there are " + std::to_string(names.size()) + " column names and " +
                     std::to_string(kinds.size()) + " types",
                 "give a type for each name, in the same order");
  }
  for (const auto& name : names) {
    if (name.empty()) problems.add("column-names", "a name is empty");
    if (std::ranges::count(names, name) > 1) {
      problems.add("column-names", "`" + name + "` is there twice");
    }
  }
  for (const auto& kind : kinds) {
    if (std::ranges::find(types, kind) == types.end()) {
      problems.add("column-types", "`" + kind + "` is not a type",
                   "one of S, N, B, BOOL, SS, NS, L, M");
    }
  }
}

}  // namespace

std::vector<Column> columns_of(const DynamoDbOptions& options) {
  const auto names = words(options.column_names);
  const auto kinds = words(options.column_types);
  std::vector<Column> out;
  for (std::size_t i = 0; i < names.size(); ++i) out.push_back({names[i], kinds.at(i)});
  return out;
}

void validate_options(const DynamoDbOptions& options, OptionProblems& problems) {
  check_columns(options, problems);
  if (options.create_table && options.column_names.empty() && options.id_attribute.empty()) {
    problems.add("create-table", "the key of the table is not known",
                 "give --column-names and --column-types, or --id-attribute");
  }
  if (options.create_table && !options.column_types.empty()) {
    const auto first = words(options.column_types).front();
    if (first != "S" && first != "N" && first != "B") {
      problems.add("column-types", "a key has the type S, N or B, not " + first);
    }
  }
  common::validate(options.aws, problems);
}

}  // namespace sluice::dynamodb
