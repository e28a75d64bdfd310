// SPDX-License-Identifier: Apache-2.0
#pragma once

// JSON records as items, in the notation of DynamoDB: {"id":{"N":"7"},"name":{"S":"Ann"}}. Pure.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.LowLevelAPI.html

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "dynamodb_options.hpp"

namespace sluice::dynamodb {

using Json = nlohmann::ordered_json;

// Attributes that make the key of a table, with their types S, N or B.
using Key = std::vector<Column>;

// A record's fields: text S, number N (digits as they were written), true and false BOOL,
// null NULL, list L, object M. With columns only these, as their types say; a field that a record
// does not have, or has as null, is left out.
// Throws: `malformed` when it is not a JSON object, goes deeper than the 32 levels that DynamoDB
// takes, or a field cannot be what its column says.
[[nodiscard]] Json make_item(std::string_view record, std::span<const Column> columns);

// The key of an item as text, to tell items apart. Throws: `malformed` when a part is missing,
// empty, or has another type.
[[nodiscard]] std::string key_of(const Json& item, const Key& key);

}  // namespace sluice::dynamodb
