// SPDX-License-Identifier: Apache-2.0
#include "options/describe_row.hpp"

#include "base/text.hpp"
#include "options/convert.hpp"
#include "options/report.hpp"

namespace sluice::options {

std::string default_text(const BoundRow& bound) {
  const auto& row = *bound.row;
  const bool has_none = row.is_required || row.masks_value() || row.load == nullptr;
  if (has_none) return {};
  std::string out;
  for (const auto& [key, value] : row.load(bound.object)) {
    if (!out.empty()) out += ", ";
    if (!key.empty()) out += key + '=';
    out +=
        row.value.kind == OptionKind::url ? redact_url(written(row, value)) : written(row, value);
  }
  if (out.empty() && !row.empty_word.empty()) return std::string(row.empty_word);
  // The line feed of a delimiter must not break a line of help.
  const bool plain = json_escape(out) == out;
  return plain ? out : '"' + json_escape(out) + '"';
}

std::string usage_of(const BoundRow& bound) {
  const auto& row = *bound.row;
  const auto value = '<' + value_name_of(row) + '>';
  if (row.is_positional) return value + (row.repeats() ? "..." : "");
  if (!row.is_switch()) return bound.dashed() + ' ' + value;
  return default_text(bound) == "true" ? "--[no-]" + bound.flag : bound.dashed();
}

std::string range_of(const OptionRow& row) {
  const bool low = row.least.index() != 0;
  const bool high = row.most.index() != 0;
  if (low && high) return written_bound(row, row.least) + " to " + written_bound(row, row.most);
  if (low) return "at least " + written_bound(row, row.least);
  return high ? "at most " + written_bound(row, row.most) : "";
}

std::string type_of(const OptionRow& row) {
  const auto name = [&]() -> std::string {
    if (row.shape == OptionShape::tables) return "mappings";
    if (!choices_of(row).empty()) return "word";
    switch (row.value.kind) {
      case OptionKind::text:
        return "text";
      case OptionKind::boolean:
        return "boolean";
      case OptionKind::integer:
        return "whole number";
      case OptionKind::number:
        return "number";
      case OptionKind::duration:
        return "duration";
      case OptionKind::byte_size:
        return "size";
      case OptionKind::url:
        return "address";
      case OptionKind::choice:
        return "word";
      case OptionKind::header:
        return "header";
      case OptionKind::json:
        return "JSON";
    }
    return "text";
  }();
  if (row.shape == OptionShape::map) return "map to " + name;
  return row.repeats() ? "list of " + name : name;
}

std::string remarks_of(const BoundRow& bound) {
  const auto& row = *bound.row;
  std::string out;
  if (const auto choices = choices_of(row); !choices.empty()) {
    out += " One of " + listed(choices, "and") + '.';
  }
  if (const auto range = range_of(row); !range.empty()) out += " Range: " + range + '.';
  if (!row.env_name.empty()) out += " Environment: `" + std::string(row.env_name) + "`.";
  if (row.masks_value()) out += " Secret.";
  if (!row.instead.empty()) out += " Deprecated: " + std::string(row.instead) + '.';
  return out;
}

std::string usage_words(std::span<const BoundRow> rows) {
  std::string words;
  for (const auto& bound : rows) {
    const bool shown = bound.row->is_required && !bound.hidden && !bound.row->is_positional;
    if (shown) words += ' ' + usage_of(bound);
  }
  for (const auto& bound : rows) {
    if (!bound.row->is_positional || bound.hidden) continue;
    words += ' ' + (bound.row->is_required ? usage_of(bound) : '[' + usage_of(bound) + ']');
  }
  return words;
}

std::string wrapped(std::string_view text, std::size_t indent, std::size_t columns) {
  std::string out;
  std::size_t column = indent;
  for (const auto word : split(text, ' ')) {
    if (word.empty()) continue;
    const bool starts = out.empty();
    if (!starts && column + 1 + word.size() > columns) {
      out += '\n' + std::string(indent, ' ');
      column = indent;
    } else if (!starts) {
      out += ' ';
      ++column;
    }
    out += word;
    column += word.size();
  }
  return out;
}

}  // namespace sluice::options
