// SPDX-License-Identifier: Apache-2.0
#include "answers.hpp"

#include <nlohmann/json.hpp>

#include <sluice/error.hpp>

#include "common/http/json_member.hpp"

namespace sluice::dynamodb {
namespace {

using common::text_member;

[[noreturn]] void strange(const std::string& problem) {
  throw Failure(Errc::outside_unavailable,
                problem + ": does --endpoint lead to DynamoDB, or to what speaks like it?");
}

const Json& list_of(const Json& table, const char* name) {
  const auto at = table.find(name);
  if (at == table.end() || !at->is_array() || at->empty()) {
    strange(std::string("the description of the table has no list `") + name + '`');
  }
  return *at;
}

std::string type_of(const Json& attributes, const std::string& name) {
  for (const auto& attribute : attributes) {
    if (text_member(attribute, "AttributeName") == name)
      return text_member(attribute, "AttributeType");
  }
  return {};
}

}  // namespace

Json described_table(const Json& answer) {
  const auto table = answer.find("Table");
  if (table == answer.end() || !table->is_object()) {
    strange("the answer to DescribeTable describes no table");
  }
  return *table;
}

std::string state_of(const Json& table) {
  if (table.is_null()) return "not there";
  const auto status = text_member(table, "TableStatus");
  return status.empty() ? "in no state" : status;
}

bool is_ready(const Json& table) {
  const auto status = text_member(table, "TableStatus");
  return status == "ACTIVE" || status == "UPDATING";
}

Key key_of_table(const Json& table) {
  const auto& attributes = list_of(table, "AttributeDefinitions");
  Key key;
  for (const auto& part : list_of(table, "KeySchema")) {
    auto name = text_member(part, "AttributeName");
    auto type = type_of(attributes, name);
    if (name.empty() || (type != "S" && type != "N" && type != "B")) {
      strange("the description of the table has a key `" + name + "` of type `" + type +
              "`, not S, N or B");
    }
    key.push_back({std::move(name), std::move(type)});
  }
  return key;
}

Json unprocessed(const Json& answer) {
  auto out = Json::array();
  const auto left = answer.find("UnprocessedItems");
  if (left == answer.end() || left->is_null()) return out;
  if (!left->is_object()) strange("the answer to BatchWriteItem has odd `UnprocessedItems`");
  for (const auto& [table, requests] : left->items()) {
    if (!requests.is_array()) {
      strange("the `UnprocessedItems` of the table " + table + " are not a list");
    }
    out.insert(out.end(), requests.begin(), requests.end());
  }
  return out;
}

}  // namespace sluice::dynamodb
