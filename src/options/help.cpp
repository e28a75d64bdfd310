// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "options/convert.hpp"
#include "options/describe_row.hpp"
#include "options/report.hpp"
#include "sluice/options/describe.hpp"

namespace sluice {
namespace options {
namespace {

// Stands for a blank that must not become a line break.
constexpr char glue = '\x01';

struct HelpLine {
  std::string label;
  std::string text;
};

std::string notes_of(const BoundRow& bound) {
  const auto& row = *bound.row;
  std::string out;
  const auto note = [&](std::string text) {
    constexpr std::size_t one_line = 40;
    if (text.size() <= one_line) std::ranges::replace(text, ' ', glue);
    out += " [" + text + ']';
  };
  if (row.is_required) note("required");
  const auto choices = choices_of(row);
  if (!choices.empty()) {
    std::string words;
    for (const auto& choice : choices) words += (words.empty() ? "" : ", ") + choice;
    note("one of: " + words);
  }
  if (const auto range = range_of(row); !range.empty()) note(range);
  const auto value = default_text(bound);
  if (!value.empty() && !(row.is_switch() && value == "false")) note("default: " + value);
  if (row.repeats()) note("repeatable");
  if (!row.env_name.empty()) note("env: " + std::string(row.env_name));
  if (!row.instead.empty()) note("deprecated: " + std::string(row.instead));
  return out;
}

HelpLine help_line(const BoundRow& bound) {
  const auto& row = *bound.row;
  std::string label = row.short_letter != 0 ? std::string("-") + row.short_letter + ", " : "    ";
  if (row.is_positional) label.clear();
  return {label + usage_of(bound), std::string(row.text) + notes_of(bound)};
}

std::string section(std::string_view heading, std::span<const HelpLine> lines,
                    std::size_t columns) {
  constexpr std::size_t widest = 34;
  std::size_t width = 0;
  for (const auto& line : lines) {
    if (line.label.size() <= widest) width = std::max(width, line.label.size());
  }
  const auto indent = width + 4;
  std::string out = '\n' + std::string(heading) + ":\n";
  for (const auto& line : lines) {
    out += "  " + line.label;
    const bool fits = line.label.size() <= width;
    out +=
        fits ? std::string(indent - 2 - line.label.size(), ' ') : '\n' + std::string(indent, ' ');
    out += wrapped(line.text, indent, columns) + '\n';
  }
  std::ranges::replace(out, glue, ' ');
  return out;
}

std::string usage_line(const ProgramInfo& program, std::span<const BoundRow> rows,
                       std::size_t columns) {
  const auto words = program.name + " [OPTIONS]" + usage_words(rows);
  constexpr std::string_view start = "Usage: ";
  return std::string(start) + wrapped(words, start.size(), columns) + '\n';
}

}  // namespace
}  // namespace options

std::string version_text(const ProgramInfo& program) {
  return program.name + ' ' + program.version + '\n';
}

std::string help_text(const ProgramInfo& program, const OptionSet& set, std::size_t columns) {
  const auto rows = options::flatten(set);
  std::string out = version_text(program);
  if (!program.description.empty()) out += options::wrapped(program.description, 0, columns) + '\n';
  out += '\n' + options::usage_line(program, rows, columns);
  if (!program.direction.empty()) {
    out += "       " + program.name + " metadata    prints name, direction, version and schema\n";
  }
  std::vector<options::HelpLine> arguments;
  std::map<std::string, std::vector<options::HelpLine>> by_heading;
  std::vector<std::string> headings;
  for (const auto& bound : rows) {
    if (bound.hidden || (!bound.row->on_command_line && !bound.row->is_positional)) continue;
    if (bound.row->is_positional) {
      arguments.push_back(options::help_line(bound));
      continue;
    }
    const auto& heading = set.bindings()[bound.binding].how.heading;
    if (!by_heading.contains(heading)) headings.push_back(heading);
    by_heading[heading].push_back(options::help_line(bound));
  }
  if (!arguments.empty()) out += options::section("Arguments", arguments, columns);
  for (const auto& heading : headings) {
    out += options::section(heading, by_heading[heading], columns);
  }
  const std::vector<options::HelpLine> general{{"-h, --help", "Print this text."},
                                               {"-V, --version", "Print name and version."}};
  return out + options::section("General", general, columns);
}

}  // namespace sluice
