// SPDX-License-Identifier: Apache-2.0
// Makes a JSON array of a CSV text: an object for each row, with the names of the first row.
#include <sluice/smartmodule.hpp>
#include <sluice/smartmodule/json.hpp>

#include "../shared/casing.hpp"
#include "csv.hpp"

using namespace sluice::guest;
using json::Value;

namespace {

char delimiter = ',';
Optional<casing::Style> header_style;

Status init(Params& params) {
  const Text separator = params.text_or("delimiter", ",");
  if (separator == "\\t") {
    delimiter = '\t';
  } else {
    const bool usable = separator.size() == 1 && separator[0] >= ' ' && separator[0] != '"';
    if (!usable && separator != "\t")
      return Error("param `delimiter`: `", separator, "` is not one ASCII character");
    delimiter = separator[0];
  }
  const Text name = params.text_or("header_case", "none");
  if (name == "none" || name.empty()) return ok;
  header_style = casing::style_named(name);
  if (!header_style ||
      (*header_style != casing::Style::snake && *header_style != casing::Style::camel))
    return Error("param `header_case`: `", name, "` is none of none, snake, camel");
  return ok;
}

Result<Value> row_object(const List<Text>& header, const List<Text>& fields, size_t row) {
  if (fields.size() != header.size())
    return Error("row ", row, " has ", size_t{fields.size()}, " fields, the header ",
                 size_t{header.size()});
  const Value object = Value::object();
  for (uint32_t i = 0; i < fields.size(); ++i) object.set(header[i], Value::of(fields[i]));
  return object;
}

Result<Output> map(const Record& record) {
  const size_t bad = find_not_utf8(record.value);
  if (bad != Text::npos) return Error("the value is not UTF-8 at byte ", bad);
  csv::Reader rows(record.value, delimiter);
  const Result<List<Text>> header = rows.next();
  if (!header.ok()) return header.error();
  if (header_style) {
    for (Text& name : *header) name = casing::convert(name, *header_style, casing::Split::heck);
  }
  const Value out = Value::array();
  while (true) {
    const Result<List<Text>> fields = rows.next();
    if (!fields.ok()) return fields.error();
    if (fields->empty()) break;
    const Result<Value> object = row_object(*header, *fields, rows.row());
    if (!object.ok()) return object.error();
    out.push(*object);
  }
  return Output{record.key, json::to_text(out)};
}

}  // namespace

SLUICE_INIT(init)
SLUICE_MAP(map)
