// SPDX-License-Identifier: Apache-2.0
// The texts of `sluice help`, from the table of verbs and their option tables.
#include <algorithm>

#include "base/text.hpp"
#include "cli/terminal.hpp"
#include "cli/tool.hpp"
#include "cli/verbs.hpp"

namespace sluice::cli {
namespace {

std::string_view first_sentence(std::string_view text) {
  return text.substr(0, text.find(". "));
}

std::string list_of(const std::vector<const Verb*>& listed) {
  std::size_t width = 0;
  for (const auto* verb : listed) width = std::max(width, verb->name.size());
  std::string out;
  for (const auto* verb : listed) {
    out.append("  ").append(verb->name).append(width + 2 - verb->name.size(), ' ');
    auto text = first_sentence(verb->text);
    if (text.ends_with('.')) text.remove_suffix(1);
    out.append(text).append("\n");
  }
  return out;
}

std::string indented(std::string_view lines) {
  std::string out;
  for (const auto line : split(lines, '\n')) out.append("  ").append(line).append("\n");
  return out;
}

}  // namespace

std::string tool_help() {
  return "sluice: " + std::string(tool_summary) +
         "\n\nUsage: sluice COMMAND [OPTIONS]\n\n"
         "Commands:\n" +
         list_of({verbs.begin(), verbs.end()}) +
         "\n`sluice help COMMAND` has the options. A first look:\n\n" + indented(tool_first_look);
}

std::string group_help(std::string_view group) {
  return "Usage: sluice " + std::string(group) + " COMMAND [OPTIONS]\n\nCommands:\n" +
         list_of(verbs_of_group(group));
}

std::string verb_help(const Verb& verb) {
  const auto options = verb.make();
  OptionSet set;
  verb.bind(set, options.get());
  const ProgramInfo program{.name = "sluice " + std::string(verb.name),
                            .version = std::string(tool_version()),
                            .description = std::string(verb.text)};
  const auto out = help_text(program, set, std::min<std::size_t>(terminal_columns(), 100));
  if (verb.examples.empty()) return out;
  return out + "\nExamples:\n" + indented(verb.examples);
}

}  // namespace sluice::cli
