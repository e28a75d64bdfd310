// SPDX-License-Identifier: Apache-2.0
// A map: adds the record's offset to a JSON object, under the parameter `name` or `offset`.
#include <sluice/smartmodule.hpp>
#include <sluice/smartmodule/json.hpp>
using namespace sluice::guest;

static Text name;

static Status init(Params& params) {
  name = params.text_or("name", "offset");
  return ok;
}

static Result<Output> map(const Record& record) {
  const Result<json::Value> value = json::parse(record.value);
  if (!value.ok()) return value.error();
  if (!value->is_object()) return Error("the record is not a JSON object");
  value->set(name, json::Value::of(record.offset()));
  return Output{record.key, json::to_text(*value)};
}

SLUICE_INIT(init)
SLUICE_MAP(map)
