// SPDX-License-Identifier: Apache-2.0
// Makes a record of each element of a JSON array.
#include <sluice/smartmodule.hpp>
#include <sluice/smartmodule/json.hpp>

using namespace sluice::guest;

static Status array_map(const Record& record, Outputs& out) {
  const Result<json::Value> value = json::parse(record.value);
  if (!value.ok()) return value.error();
  if (!value->is_array()) return Error("the record is not a JSON array");
  for (const json::Value& item : value->items()) out.add(json::to_text(item));
  return ok;
}

SLUICE_ARRAY_MAP(array_map)
