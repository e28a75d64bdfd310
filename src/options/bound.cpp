// SPDX-License-Identifier: Apache-2.0
#include "options/bound.hpp"

#include <algorithm>
#include <cstdio>
#include <set>

#include "base/assert.hpp"

namespace sluice::options {
namespace {

std::string upper(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) {
    if (c == '-') return '_';
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return out;
}

// What the rows below a table have from above.
struct Above {
  std::size_t binding;
  std::string flag_prefix;
  std::vector<std::string> path;
  std::string config_key;
  bool in_section, in_schema, hidden;
};

void flatten_rows(std::span<const OptionRow> rows, void* object, const Above& above,
                  std::vector<BoundRow>& out) {
  for (const auto& row : rows) {
    Above here = above;
    here.in_schema = above.in_schema && row.in_schema && !row.is_hidden;
    here.hidden = above.hidden || row.is_hidden;
    if (!row.config_key.empty()) {
      here.config_key = row.config_key;
    } else if (!above.config_key.empty() && row.shape != OptionShape::group) {
      here.config_key += '.' + std::string(row.name);
    }
    if (row.shape != OptionShape::group) here.path.push_back(key_of(row));

    if (row.shape == OptionShape::table || row.shape == OptionShape::group) {
      if (row.shape == OptionShape::table) here.flag_prefix += std::string(row.name) + '-';
      flatten_rows(row.rows(), row.descend(object), here, out);
      continue;
    }
    out.push_back({&row, object, above.binding, above.flag_prefix + std::string(row.name),
                   std::move(here.path), std::move(here.config_key), here.in_section,
                   here.in_schema, here.hidden});
  }
}

// The second of a name would never be given a value.
bool has_name_twice(std::span<const BoundRow> rows) {
  std::set<std::string_view> seen;
  for (const auto& bound : rows) {
    if (bound.row->is_positional || !bound.row->on_command_line) continue;
    if (seen.insert(bound.flag).second) continue;
    std::fprintf(stderr, "two options are called --%s\n", bound.flag.c_str());
    return true;
  }
  return false;
}

}  // namespace

std::vector<BoundRow> flatten(const OptionSet& set) {
  std::vector<BoundRow> out;
  for (std::size_t i = 0; i < set.bindings().size(); ++i) {
    const auto& binding = set.bindings()[i];
    const Above above{i, {}, {}, {}, binding.how.in_section, binding.how.in_schema, false};
    flatten_rows(binding.rows, binding.object, above, out);
  }
  SLUICE_ASSERT(!has_name_twice(out));
  return out;
}

std::string normalized(std::string_view key) {
  std::string out(key);
  std::ranges::replace(out, '-', '_');
  return out;
}

std::string key_of(const OptionRow& row) {
  return row.yaml_key.empty() ? normalized(row.name) : std::string(row.yaml_key);
}

bool answers_to(const OptionRow& row, std::string_view key) {
  const auto wanted = normalized(key);
  return wanted == normalized(row.name) || wanted == normalized(row.yaml_key) ||
         std::ranges::any_of(row.aliases,
                             [&](std::string_view alias) { return wanted == normalized(alias); });
}

std::string place_of(const BoundRow& bound) {
  if (bound.row->is_positional) return '<' + value_name_of(*bound.row) + '>';
  return bound.dashed();
}

std::string value_name_of(const OptionRow& row) {
  if (!row.value_text.empty()) return std::string(row.value_text);
  if (row.is_positional) return upper(row.name);
  const auto name = [&]() -> std::string {
    if (!row.choices.empty()) return "WORD";
    switch (row.value.kind) {
      case OptionKind::boolean:
        return "true|false";
      case OptionKind::integer:
      case OptionKind::number:
        return "NUMBER";
      case OptionKind::duration:
        return "DURATION";
      case OptionKind::byte_size:
        return "SIZE";
      case OptionKind::url:
        return "URL";
      case OptionKind::header:
        return "NAME: VALUE";
      case OptionKind::json:
        return "JSON";
      case OptionKind::choice:
        return "WORD";
      case OptionKind::text:
        break;
    }
    return row.shape == OptionShape::tables ? "JSON" : "TEXT";
  }();
  if (row.shape == OptionShape::map) return "KEY=" + (name == "TEXT" ? "VALUE" : name);
  return name;
}

}  // namespace sluice::options
