// SPDX-License-Identifier: Apache-2.0
#include "common/sql/change.hpp"

#include <algorithm>

namespace sluice::common::sql {
namespace {

Error malformed(std::string text) {
  return {Errc::malformed, std::move(text), {}};
}

const std::string* text_of(const Json& object, std::string_view key) {
  const Json* found = object.find(key);
  return found != nullptr && found->kind == Json::Kind::text ? &found->text : nullptr;
}

Outcome<Cell> parse_cell(const Json& json) {
  const auto* column = text_of(json, "column");
  if (column == nullptr || column->empty()) {
    return malformed("a value of the SQL model has no `column`");
  }
  const auto* type = text_of(json, "type");
  if (type == nullptr) return malformed("column `" + *column + "` has no `type`");
  const auto parsed = parse_type(*type);
  if (!parsed) {
    return malformed("column `" + *column + "`: there is no type " + quoted(*type));
  }
  Cell cell{*column, parsed, {}, true};
  const Json* raw = json.find("raw_value");
  if (raw == nullptr || raw->kind == Json::Kind::null) return cell;
  if (raw->kind != Json::Kind::text) {
    return malformed("column `" + *column + "`: `raw_value` is " + std::string(name_of(raw->kind)) +
                     ", not a text");
  }
  cell.value = *raw;
  return cell;
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const auto end = text.find(separator);
    auto word = text.substr(0, end);
    while (word.starts_with(' ')) word.remove_prefix(1);
    while (word.ends_with(' ')) word.remove_suffix(1);
    if (!word.empty()) out.emplace_back(word);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  }
  return out;
}

Outcome<Change> erase_row(const SinkRecord& record, const MappingOptions& options) {
  Change change{Action::erase, options.table, {}, options.upsert_key};
  if (!record.key) return malformed("an empty value deletes the row of its key, and has no key");
  if (options.upsert_key.size() == 1) {
    change.cells.push_back({options.upsert_key.front(), {}, {}, false});
    change.cells.back().value = {Json::Kind::text, std::string(*record.key), {}};
    return change;
  }
  auto key = parse_json(*record.key);
  for (const auto& column : options.upsert_key) {
    const Json* value = key.ok() ? key.value().find(column) : nullptr;
    if (value == nullptr) {
      return malformed("the key of a record that deletes is not a JSON object with `" + column +
                       "`");
    }
    change.cells.push_back({column, {}, *value, false});
  }
  return change;
}

bool is_key(const MappingOptions& options, std::string_view column) {
  return std::ranges::find(options.upsert_key, column) != options.upsert_key.end();
}

Outcome<Done> add_declared(Change& change, const Json& root, const MappingOptions& options) {
  for (const auto& column : options.columns) {
    const auto& path = column.path.empty() ? column.name : column.path;
    const Json* found = find_path(root, path);
    Cell cell{column.name, column.type, {}, false};
    const bool nothing = found == nullptr || found->kind == Json::Kind::null;
    if (found == nullptr && column.default_value) {
      cell.value = {Json::Kind::text, *column.default_value, {}};
    } else if (nothing && (column.required || is_key(options, column.name))) {
      return malformed("there is nothing at `" + path + "`, for the column `" + column.name + "`");
    } else if (found == nullptr) {
      continue;  // the table's own default
    } else {
      cell.value = *found;
    }
    change.cells.push_back(std::move(cell));
  }
  return Done{};
}

}  // namespace

Outcome<Change> parse_sql_model(std::string_view text) {
  auto parsed = parse_json(text);
  if (!parsed.ok()) return parsed.error();
  const Json& root = parsed.value();
  Change change;
  const Json* body = root.find("Insert");
  if (body == nullptr) {
    body = root.find("Upsert");
    change.action = Action::upsert;
  }
  if (body == nullptr || root.members.size() != 1) {
    return malformed(
        "the value is no `Insert` or `Upsert` of the SQL model: make it one with the SmartModule "
        "json-sql, or give --table to take plain JSON");
  }
  const auto* table = text_of(*body, "table");
  if (table == nullptr || table->empty()) return malformed("the SQL model names no `table`");
  change.table = *table;
  const Json* values = body->find("values");
  if (values == nullptr || values->kind != Json::Kind::array || values->members.empty()) {
    return malformed("the SQL model has no `values`");
  }
  for (const auto& member : values->members) {
    auto cell = parse_cell(member.value);
    if (!cell.ok()) return cell.error();
    change.cells.push_back(std::move(cell).value());
  }
  if (change.action == Action::insert) return change;
  const auto* key = text_of(*body, "uniq_idx");
  if (key != nullptr) change.key = split(*key, ',');
  if (change.key.empty()) return malformed("an `Upsert` of the SQL model needs a `uniq_idx`");
  return change;
}

Outcome<Change> map_json(const SinkRecord& record, const MappingOptions& options) {
  auto parsed = parse_json(record.value);
  if (!parsed.ok()) return parsed.error();
  Json& root = parsed.value();
  Change change{Action::insert, options.table, {}, options.upsert_key};
  if (!options.upsert_key.empty()) change.action = Action::upsert;
  if (!options.columns.empty()) {
    const auto added = add_declared(change, root, options);
    if (!added.ok()) return added.error();
    if (change.cells.empty()) return malformed("the record has nothing for any column");
    return change;
  }
  if (root.kind != Json::Kind::object || root.members.empty()) {
    return malformed(
        "the value is " + std::string(name_of(root.kind)) +
        (root.members.empty() && root.kind == Json::Kind::object ? " without members" : "") +
        ", not a JSON object with a member for each column");
  }
  change.cells.reserve(root.members.size());
  for (auto& [key, value] : root.members) {
    change.cells.push_back({std::move(key), {}, std::move(value)});
  }
  return change;
}

Outcome<Change> read_change(const SinkRecord& record, const MappingOptions& options) {
  if (options.table.empty()) return parse_sql_model(record.value);
  if (record.value.empty() && options.delete_on_tombstone) return erase_row(record, options);
  return map_json(record, options);
}

Outcome<Value> cell_value(const Cell& cell, SqlType type, const MappingOptions& options,
                          ValueRules rules) {
  const bool is_text = cell.value.kind == Json::Kind::text;
  if (is_text && options.null_text && cell.value.text == *options.null_text) return Value();
  if (cell.is_raw && is_text) {
    const bool of_texts =
        type == SqlType::text || type == SqlType::character || type == SqlType::bytes;
    if (cell.value.text.empty() && !of_texts) return Value();
    // What json-sql makes of a JSON null; in a text it would be the word.
    if (cell.value.text == "null" && !of_texts && type != SqlType::json) return Value();
    if (cell.value.text.empty()) {
      return type == SqlType::bytes ? Value(Bytes{}) : Value(std::string());
    }
  }
  auto value = cell.is_raw && is_text ? convert_text(type, cell.value.text, rules)
                                      : convert_json(type, cell.value, rules);
  if (!value.ok()) return in_context("column `" + cell.column + "`", value.error());
  return value;
}

}  // namespace sluice::common::sql
