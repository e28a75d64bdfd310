// SPDX-License-Identifier: Apache-2.0
#pragma once

// JSON in a SmartModule: parse a text, look at it and change it, write it again.
//
// RapidJSON reads, strictly: UTF-8 is checked, an error names the byte. Members keep their order;
// of two with one name the last value counts, in the place of the first. Numbers keep the
// characters they came in, so nothing is lost of those that no double can hold. A `Value` refers
// to what it holds: two copies of an array are one array; `clone` makes another. All memory is
// the arena's. Limit: 128 levels of nesting.

//
//   const Result<json::Value> value = json::parse(record.value);
//   if (!value.ok()) return value.error();          // "not JSON: Invalid value at byte 17"
//   if (const json::Value* name = value->at_pointer("/user/name")) ...
//   return Output{record.key, json::to_text(*value)};

#include "sluice/smartmodule/json_parse.hpp"
#include "sluice/smartmodule/json_text.hpp"
#include "sluice/smartmodule/params.hpp"

namespace sluice::guest::json {

// A parameter that must be there, and JSON.
inline Result<Value> param(Params& params, Text name) {
  const Text text = params.text(name);
  if (!params.ok()) return params.status().error();
  const Result<Value> value = parse(text);
  if (!value.ok()) return Error("param `", name, "`: ", value.error().text());
  return value;
}

}  // namespace sluice::guest::json
