// SPDX-License-Identifier: Apache-2.0
// Makes an insert or upsert for the SQL sink of a JSON record, as a mapping says.
#include <sluice/smartmodule.hpp>
#include <sluice/smartmodule/json.hpp>
#include <sluice/smartmodule/list.hpp>

using namespace sluice::guest;
using json::Value;

namespace {

struct Column {
  Text name;
  Text key;      // as the mapping says it, for errors
  Text pointer;  // the same as a JSON pointer
  Text type;
  Optional<Text> otherwise;
  bool required = false;
};

Text table;
Text unique_index;  // of an upsert
bool is_upsert = false;
List<Column> columns;

// The types of the SQL model, with the names that mappings have for them.
Optional<Text> type_named(Text name) {
  static constexpr struct {
    Text name, type;
  } known[] = {{"int8", "BigInt"},
               {"bigint", "BigInt"},
               {"int4", "Int"},
               {"int", "Int"},
               {"integer", "Int"},
               {"int2", "SmallInt"},
               {"smallint", "SmallInt"},
               {"bool", "Bool"},
               {"boolean", "Bool"},
               {"bytes", "Bytes"},
               {"bytea", "Bytes"},
               {"text", "Text"},
               {"float4", "Float"},
               {"float", "Float"},
               {"real", "Float"},
               {"float8", "DoublePrecision"},
               {"double precision", "DoublePrecision"},
               {"doubleprecision", "DoublePrecision"},
               {"decimal", "Numeric"},
               {"numeric", "Numeric"},
               {"date", "Date"},
               {"time", "Time"},
               {"timestamp", "Timestamp"},
               {"json", "Json"},
               {"jsonb", "Json"},
               {"uuid", "Uuid"}};
  for (const auto& one : known) {
    if (one.name == name) return one.type;
  }
  return none;
}

// `$` and nothing are the whole record; dots separate names, after a `$.` or `.` or not.
Text pointer_of(Text key) {
  if (key.empty() || key == "$") return "";
  if (key.starts_with("$.")) key = key.after(2);
  Buffer out;
  if (!key.starts_with(".") && !key.starts_with("/")) out.append('/');
  for (const char c : key) out.append(c == '.' ? '/' : c);
  return out.view();
}

// A member under one of two names.
const Value* either(const Value& value, Text name, Text other) {
  const Value* found = value.find(name);
  return found != nullptr ? found : value.find(other);
}

Result<Column> read_column(Text name, const Value& spec) {
  const Value* key = either(spec, "json-key", "json_key");
  const Value* value = spec.find("value");
  if (key == nullptr || !key->is_text()) return Error("missing field `json-key`");
  if (value == nullptr || !value->is_object()) return Error("missing field `value`");
  const Value* type_name = value->find("type");
  if (type_name == nullptr) return Error("missing field `type`");
  const auto type = type_named(type_name->text());
  if (!type) return Error("unknown type `", type_name->text(), "`");
  Column made{.name = name, .key = key->text(), .pointer = pointer_of(key->text()), .type = *type};
  const Value* otherwise = value->find("default");
  if (otherwise != nullptr && (otherwise->is_array() || otherwise->is_object()))
    return Error("`default` is not a string or a number");
  if (otherwise != nullptr && !otherwise->is_null()) made.otherwise = otherwise->text();
  const Value* required = value->find("required");
  made.required = required != nullptr && required->is_true();
  return made;
}

Status read_operation(const Value& mapping) {
  const Value* operation = mapping.find("operation");
  if (operation == nullptr || operation->text() == "insert") return ok;
  if (operation->text() != "upsert")
    return Error("unknown operation `", operation->text(), "`, expected `insert` or `upsert`");
  is_upsert = true;
  Buffer names;
  if (const Value* unique = mapping.find("unique-columns")) {
    for (const Value& name : unique->items()) {
      if (!names.empty()) names.append(',');
      names.append(name.text());
    }
  }
  unique_index = names.view();
  if (names.empty()) return Error("unique-columns can't be empty when doing upsert");
  return ok;
}

Status read_mapping(const Value& mapping) {
  const Value* name = mapping.find("table");
  const Value* map = either(mapping, "map-columns", "columns");
  if (name == nullptr || !name->is_text()) return Error("missing field `table`");
  if (map == nullptr || !map->is_object()) return Error("missing field `map-columns`");
  table = name->text();
  for (const json::Member& member : map->members()) {
    const Result<Column> column = read_column(member.name, member.value);
    if (!column.ok()) return Error("column `", member.name, "`: ", column.error().text());
    columns.add(*column);
  }
  return read_operation(mapping);
}

Status init(Params& params) {
  const Result<Value> mapping = json::param(params, "mapping");
  if (!params.ok()) return ok;
  const Status read = mapping.ok() ? read_mapping(*mapping) : Status(mapping.error());
  if (!read.ok()) return Error("could not parse json-sql mapping: ", read.error().text());
  return ok;
}

Result<Text> raw_value(const Value& record, const Column& column) {
  const Value* found = record.at_pointer(column.pointer);
  if (found != nullptr) return found->is_text() ? found->text() : json::to_text(*found);
  if (column.otherwise) return *column.otherwise;
  if (column.required) return Error("Missing required field: ", column.key);
  return Text();
}

Result<Output> map(const Record& record) {
  const Result<Value> parsed = json::parse(record.value);
  if (!parsed.ok()) return parsed.error();
  const Value values = Value::array();
  for (const Column& column : columns) {
    const Result<Text> raw = raw_value(*parsed, column);
    if (!raw.ok()) return raw.error();
    const Value& value = values.push(Value::object());
    value.set("column", Value::of(column.name));
    value.set("raw_value", Value::of(*raw));
    value.set("type", Value::of(column.type));
  }
  const Value operation = Value::object();
  operation.set("table", Value::of(table));
  operation.set("values", values);
  if (is_upsert) operation.set("uniq_idx", Value::of(unique_index));
  const Value out = Value::object();
  out.set(is_upsert ? Text("Upsert") : Text("Insert"), operation);
  return Output{record.key, json::to_text(out)};
}

}  // namespace

SLUICE_INIT(init)
SLUICE_MAP(map)
