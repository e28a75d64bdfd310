// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the answers of DynamoDB say. Pure. An answer that is not as documented is the error
// `outside_unavailable`: something else than DynamoDB, or a part of it, has answered.
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Operations.html

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "item.hpp"

namespace sluice::dynamodb {

// The `Table` of DescribeTable. Throws: `outside_unavailable`.
[[nodiscard]] Json described_table(const Json& answer);
// `ACTIVE`, `CREATING`; of a table that is null, and so not there, or that does not say it, words
// for a message.
[[nodiscard]] std::string state_of(const Json& table);
// Whether it takes items.
[[nodiscard]] bool is_ready(const Json& table);
// The key of a table that is ready. Throws: `outside_unavailable`.
[[nodiscard]] Key key_of_table(const Json& table);

// The requests that BatchWriteItem has left, as a list, under whatever name it has the one table
// that was asked for: one that was given by its ARN may be called otherwise.
// Throws: `outside_unavailable`.
[[nodiscard]] Json unprocessed(const Json& answer);

}  // namespace sluice::dynamodb
