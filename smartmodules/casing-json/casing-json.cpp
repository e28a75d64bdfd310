// SPDX-License-Identifier: Apache-2.0
// Renames the keys of JSON records: snake, camel, pascal, kebab, constant or cobol case.
#include <sluice/smartmodule.hpp>
#include <sluice/smartmodule/json.hpp>

#include "../shared/casing.hpp"

using namespace sluice::guest;
using json::Value;

namespace {

constexpr int64_t depth_default = 255;
casing::Style style = casing::Style::snake;
int64_t depth = depth_default;

Status read_casing(Text name) {
  const auto named = casing::style_named(name);
  if (!named) return Error("`", name, "` is none of snake, camel, pascal, kebab, constant, cobol");
  style = *named;
  return ok;
}

// The parameter `spec` is an object with both.
Status read_spec(Text text) {
  const Result<Value> spec = json::parse(text);
  if (!spec.ok()) return Error("param `spec`: ", spec.error().text());
  if (!spec->is_object()) return Error("param `spec` is not an object");
  if (const Value* member = spec->find("depth")) {
    const auto number = parse_integer(member->text());
    if (!member->is_number() || !number || *number < 0 || *number > depth_default)
      return Error("param `spec`: `depth` is not a number from 0 to 255");
    depth = *number;
  }
  const Value* member = spec->find("casing");
  return member != nullptr ? read_casing(member->text()) : Status(ok);
}

Status init(Params& params) {
  if (const auto spec = params.find("spec")) {
    const Status read = read_spec(*spec);
    if (!read.ok()) return read;
  }
  depth = params.integer_or("depth", depth, {.least = 0, .most = depth_default});
  const auto name = params.find("casing");
  return name ? read_casing(*name) : Status(ok);
}

// `level` is that of an object's keys: 1 at the top. Lists are no level.
Value rename(const Value& value, int64_t level) {
  if (value.is_array()) {
    for (Value& item : value.items()) item = rename(item, level);
    return value;
  }
  if (!value.is_object()) return value;
  const Value renamed = Value::object();
  for (const json::Member& member : value.members()) {
    const Value below = level < depth ? rename(member.value, level + 1) : member.value;
    renamed.set(casing::convert(member.name, style, casing::Split::convert_case), below);
  }
  return renamed;
}

Result<Output> map(const Record& record) {
  const Result<Value> value = json::parse(record.value);
  if (!value.ok()) return value.error();
  return Output{record.key, json::to_text(rename(*value, 1))};
}

}  // namespace

SLUICE_INIT(init)
SLUICE_MAP(map)
