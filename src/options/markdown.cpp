// SPDX-License-Identifier: Apache-2.0
#include "options/describe_row.hpp"
#include "sluice/options/describe.hpp"

namespace sluice {
namespace options {
namespace {

// A bar would end the cell, a line feed the row.
std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out;
}

std::string code(const std::string& text) {
  return text.empty() ? "" : '`' + cell(text) + '`';
}

std::string description(const BoundRow& bound) {
  return cell(std::string(bound.row->text) + remarks_of(bound));
}

std::string yaml_path(const BoundRow& bound) {
  if (!bound.in_section) return bound.config_key;
  std::string out;
  for (const auto& key : bound.path) out += (out.empty() ? "" : ".") + key;
  return out;
}

std::string table_row(const BoundRow& bound) {
  const auto value = default_text(bound);
  const auto given = bound.row->is_required ? "required" : code(value);
  return "| " + code(usage_of(bound)) + " | " + code(yaml_path(bound)) + " | " +
         type_of(*bound.row) + " | " + given + " | " + description(bound) + " |\n";
}

}  // namespace
}  // namespace options

std::string markdown_reference(const ProgramInfo& program, const OptionSet& set) {
  const auto rows = options::flatten(set);
  std::string out;
  std::vector<std::string> done;
  for (const auto& binding : set.bindings()) {
    const auto& heading = binding.how.heading;
    bool is_new = true;
    for (const auto& other : done) is_new = is_new && other != heading;
    if (!is_new) continue;
    done.push_back(heading);
    std::string table;
    for (const auto& bound : rows) {
      const bool is_here = set.bindings()[bound.binding].how.heading == heading;
      if (is_here && !bound.hidden) table += options::table_row(bound);
    }
    if (table.empty()) continue;
    const bool has_section = binding.how.in_section && !program.section.empty();
    const auto keys = has_section ? "Key in `" + program.section + '`' : std::string("Key");
    if (!out.empty()) out += '\n';
    out += "### " + heading + "\n\n| Option | " + keys +
           " | Type | Default | Meaning |\n| --- | --- | --- | --- | --- |\n" + table;
  }
  return out;
}

}  // namespace sluice
