// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

#include "base/units.hpp"
#include "options/bound.hpp"
#include "options/convert.hpp"
#include "sluice/options/describe.hpp"

namespace sluice {
namespace options {
namespace {

using json = nlohmann::ordered_json;

// The units that `parse_duration` knows. `\xc2\xb5s` is the micro sign's spelling.
constexpr std::string_view duration_units =
    "nanoseconds?|nanos|nsec|ns|microseconds?|micros|usec|us|\xc2\xb5s|milliseconds?|millis|msec|"
    "ms|"
    "seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|hr|h|days?|d|weeks?|wks?|w|months?|M|years?|"
    "yrs?|y";

// `alone` is what a number without a unit may be.
std::string duration_pattern(const std::string& alone) {
  const auto one = R"(\d+\s*()" + std::string(duration_units) + ")";
  return R"(^\s*()" + alone + "|" + one + R"((\s*)" + one + R"()*)\s*$)";
}

constexpr std::string_view size_pattern =
    R"(^\s*\d+(\s*|(\.\d+)?\s*([KkMmGgTtPp]([Ii])?)?[Bb]\s*)$)";
constexpr std::string_view header_pattern = R"(^\s*[-!#$%&'*+.^_`|~0-9A-Za-z]+\s*:[^\r\n]*$)";

// Limits are printed with a decimal point, as the official schemas do, while that is exact.
json limit(const Bound& bound) {
  constexpr double exact_below = 9007199254740992.0;  // 2^53
  return std::visit(
      [](const auto& value) -> json {
        if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::monostate>) {
          return nullptr;
        } else {
          const auto real = static_cast<double>(value);
          return std::fabs(real) < exact_below ? json(real) : json(value);
        }
      },
      bound);
}

json value_json(const OptionRow& row, const Scalar& value) {
  if (row.value.kind == OptionKind::duration) return written(row, value);
  return std::visit([](const auto& plain) { return json(plain); }, value);
}

// Types of the JSON values that stand for one value of the row.
std::vector<std::string> json_types(const OptionRow& row) {
  switch (row.value.kind) {
    case OptionKind::boolean:
      return {"boolean"};
    case OptionKind::integer:
      return {"integer"};
    case OptionKind::number:
      return {"number"};
    case OptionKind::byte_size:
      return {"integer", "string"};
    case OptionKind::duration:
      if (row.bare_unit_ns != 0) return {"integer", "string"};
      return {"string"};
    default:
      return {"string"};
  }
}

void add_format(json& out, const OptionRow& row) {
  if (!row.value.format.empty()) out["format"] = row.value.format;
  if (row.value.kind == OptionKind::duration) out["format"] = "humantime";
  if (row.value.kind == OptionKind::byte_size) out["format"] = "byte-size";
}

// Of a number that stands for a duration: in its unit.
void add_bare_limits(json& out, const OptionRow& row) {
  const auto* const least = std::get_if<std::int64_t>(&row.least);
  const auto* const most = std::get_if<std::int64_t>(&row.most);
  if (most != nullptr) {
    const auto whole_units = *most / row.bare_unit_ns;
    out["maximum"] = static_cast<double>(whole_units);
  }
  const auto up = [&](std::int64_t ns) { return (ns + row.bare_unit_ns - 1) / row.bare_unit_ns; };
  out["minimum"] = least != nullptr ? static_cast<double>(up(*least)) : 0.0;
}

void add_limits(json& out, const OptionRow& row) {
  const bool counts = row.value.kind == OptionKind::integer ||
                      row.value.kind == OptionKind::number ||
                      row.value.kind == OptionKind::byte_size;
  if (row.value.kind == OptionKind::duration && row.bare_unit_ns != 0) add_bare_limits(out, row);
  if (!counts) return;
  if (row.most.index() != 0) out["maximum"] = limit(row.most);
  const bool is_unsigned = std::holds_alternative<std::uint64_t>(row.value.lowest);
  if (row.least.index() != 0) {
    out["minimum"] = limit(row.least);
  } else if (is_unsigned) {
    out["minimum"] = 0.0;
  }
}

void add_pattern(json& out, const OptionRow& row) {
  if (row.value.kind == OptionKind::duration) {
    out["pattern"] = duration_pattern(row.bare_unit_ns != 0 ? R"(\d+)" : "0+");
  } else if (row.value.kind == OptionKind::byte_size) {
    out["pattern"] = size_pattern;
  } else if (row.value.kind == OptionKind::header) {
    out["pattern"] = header_pattern;
  } else if (row.value.kind == OptionKind::json) {
    out["contentMediaType"] = "application/json";
  } else if (!row.schemes.empty()) {
    std::string names;
    for (const auto scheme : row.schemes) {
      names += (names.empty() ? "" : "|") + std::string(scheme);
    }
    out["pattern"] = "^(" + names + ")://";
  }
}

// Everything about one value, appended to `out` in the order of the official printer.
void add_value(json& out, const OptionRow& row, bool nullable) {
  auto types = json_types(row);
  if (nullable) types.emplace_back("null");
  out["type"] = types.size() == 1 ? json(types.front()) : json(types);
  add_format(out, row);
  if (const auto choices = choices_of(row); !choices.empty()) {
    out["enum"] = choices;
    if (nullable) out["enum"].push_back(nullptr);
  }
  add_limits(out, row);
  add_pattern(out, row);
}

std::optional<json> default_json(const OptionRow& row, const void* object) {
  if (object == nullptr || row.is_required || row.masks_value()) return std::nullopt;
  const auto entries = row.load(object);
  if (row.shape == OptionShape::map) {
    auto out = json::object();
    for (const auto& [key, value] : entries) out[key] = value_json(row, value);
    return out;
  }
  if (row.shape == OptionShape::list) {
    auto out = json::array();
    for (const auto& entry : entries) out.push_back(value_json(row, entry.value));
    return out;
  }
  if (entries.empty()) return std::nullopt;
  // An empty address is not a value that could be written.
  const auto* const text = std::get_if<std::string>(&entries.front().value);
  const bool is_words = row.value.kind == OptionKind::text;
  if (text != nullptr && text->empty() && !is_words) return std::nullopt;
  return value_json(row, entries.front().value);
}

std::string description_of(const OptionRow& row) {
  std::string out(row.text);
  const auto sentence = [&](const std::string& text) { out += (out.empty() ? "" : " ") + text; };
  if (row.value.kind == OptionKind::duration) {
    if (row.least.index() != 0) sentence("At least " + written_bound(row, row.least) + '.');
    if (row.most.index() != 0) sentence("At most " + written_bound(row, row.most) + '.');
    // Shorter than a millisecond nobody writes.
    if (row.value.tick_ns > 1'000'000) {
      sentence("In steps of " + format_duration(std::chrono::nanoseconds(row.value.tick_ns)) + '.');
    }
  }
  if (!row.instead.empty()) sentence("Deprecated: " + std::string(row.instead) + '.');
  return out;
}

json object_schema(std::span<const OptionRow> rows, void* object);

json property(const OptionRow& row, void* object) {
  json out = json::object();
  if (const auto text = description_of(row); !text.empty()) out["description"] = text;
  if (row.shape == OptionShape::table || row.shape == OptionShape::tables) {
    const bool is_list = row.shape == OptionShape::tables;
    auto inner =
        object_schema(row.rows(), is_list || object == nullptr ? nullptr : row.descend(object));
    if (!is_list) {
      out.update(inner);
      return out;
    }
    out["type"] = "array";
    out["items"] = std::move(inner);
    return out;
  }
  if (const auto value = default_json(row, object)) out["default"] = *value;
  if (row.masks_value()) out["writeOnly"] = true;
  if (row.shape == OptionShape::list || row.shape == OptionShape::map) {
    const bool is_list = row.shape == OptionShape::list;
    json inner = json::object();
    add_value(inner, row, false);
    if (row.takes_structures) inner = true;  // whatever it is, it becomes text
    out["type"] = is_list ? "array" : "object";
    out[is_list ? "items" : "additionalProperties"] = std::move(inner);
    if (row.is_required && is_list) out["minItems"] = 1;
    return out;
  }
  add_value(out, row, row.shape == OptionShape::optional);
  return out;
}

// Properties of one object, before they are put in order.
struct Members {
  std::map<std::string, json> properties;
  std::vector<std::string> required;
  std::map<std::string_view, std::vector<std::string>> groups;

  void add(std::span<const OptionRow> rows, void* object) {
    for (const auto& row : rows) {
      if (!row.in_schema || row.is_hidden || row.is_positional) continue;
      if (row.shape == OptionShape::group) {
        add(row.rows(), object == nullptr ? nullptr : row.descend(object));
        continue;
      }
      const auto key = key_of(row);
      properties.emplace(key, property(row, object));
      if (row.is_required) required.push_back(key);
      if (!row.group_name.empty()) groups[row.group_name].push_back(key);
    }
  }

  // Of a group at most one is there and says something: exactly one is, or none.
  [[nodiscard]] json exclusions() const {
    auto out = json::array();
    for (const auto& [name, keys] : groups) {
      auto choices = json::array();
      for (const auto& key : keys) choices.push_back(given(key));
      const json none = {{"not", {{"anyOf", choices}}}};
      choices.push_back(none);
      out.push_back({{"oneOf", std::move(choices)}});
    }
    return out;
  }

  // An empty list says as little as null.
  [[nodiscard]] json given(const std::string& key) const {
    const bool is_list = properties.at(key).at("type") == "array";
    const json value = is_list ? json{{"minItems", 1}} : json{{"not", {{"type", "null"}}}};
    return {{"required", json::array({key})}, {"properties", {{key, value}}}};
  }

  void write_to(json& out) {
    out["type"] = "object";
    if (auto all = exclusions(); !all.empty()) out["allOf"] = std::move(all);
    std::ranges::sort(required);
    if (!required.empty()) out["required"] = required;
    auto ordered = json::object();
    for (auto& [key, value] : properties) ordered[key] = std::move(value);
    out["properties"] = std::move(ordered);
    out["additionalProperties"] = false;
  }
};

json object_schema(std::span<const OptionRow> rows, void* object) {
  Members members;
  members.add(rows, object);
  json out = json::object();
  members.write_to(out);
  return out;
}

// `test-connector` becomes `TestConnectorOpts`.
std::string title_of(const ProgramInfo& program) {
  if (!program.title.empty()) return program.title;
  std::string out;
  bool starts = true;
  for (const char c : program.name) {
    if (c == '-' || c == '_') {
      starts = true;
      continue;
    }
    out += starts && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    starts = false;
  }
  return out + "Opts";
}

json schema(const ProgramInfo& program, const OptionSet& set) {
  Members members;
  for (const auto& binding : set.bindings()) {
    if (binding.how.in_schema) members.add(binding.rows, binding.object);
  }
  json out = json::object();
  out["$schema"] = "http://json-schema.org/draft-07/schema#";
  if (!program.comment.empty()) out["$comment"] = program.comment;
  out["title"] = title_of(program);
  members.write_to(out);
  return out;
}

std::string dumped(const json& tree, int indent) {
  return tree.dump(indent, ' ', false, json::error_handler_t::replace);
}

}  // namespace
}  // namespace options

std::string schema_json(const ProgramInfo& program, const OptionSet& set, int indent) {
  return options::dumped(options::schema(program, set), indent);
}

std::string metadata_json(const ProgramInfo& program, const OptionSet& set) {
  options::json out = options::json::object();
  out["name"] = program.name;
  out["direction"] = program.direction == "source" ? "Source" : "Sink";
  out["schema"] = options::schema(program, set);
  out["version"] = program.version;
  out["description"] = program.description;
  return options::dumped(out, -1);
}

}  // namespace sluice
