// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the same tables say to readers and tools: `--help`, JSON schema, the `metadata` line,
// the reference page, completions.
//
// Defaults are the values in the bound structs at the time of the call, so describe a set of
// fresh structs. Secrets have no default anywhere. All functions are pure.

#include "sluice/options/set.hpp"

namespace sluice {

// Who the options belong to; for a connector all of it is from its connector.toml.
struct ProgramInfo {
  std::string name;       // `http-source`
  std::string direction;  // `source`, `sink`, or empty when it is not a connector
  std::string version;
  std::string description;
  std::string title;    // of the schema; empty: made from the name
  std::string section;  // of the YAML file, for the reference page
  std::string comment;  // `$comment` of the schema, for tools; empty: none
};

// Wrapped to `columns`; ends with a line feed.
[[nodiscard]] std::string help_text(const ProgramInfo& program, const OptionSet& set,
                                    std::size_t columns = 100);
// `name version`, with a line feed.
[[nodiscard]] std::string version_text(const ProgramInfo& program);

// The draft-07 schema of the options, compact, or with `indent` blanks a level.
[[nodiscard]] std::string schema_json(const ProgramInfo& program, const OptionSet& set,
                                      int indent = -1);
// One compact JSON object with name, direction, schema, version, description; no line feed.
[[nodiscard]] std::string metadata_json(const ProgramInfo& program, const OptionSet& set);
// Tables of a reference page in Markdown, one per heading of the set.
[[nodiscard]] std::string markdown_reference(const ProgramInfo& program, const OptionSet& set);

enum class Shell : std::uint8_t { bash, zsh, fish };
// A completion script for the program without verbs.
[[nodiscard]] std::string completion_script(Shell shell, const ProgramInfo& program,
                                            const OptionSet& set);
// For tools that have verbs and write one script for all of them.
struct CompletionWord {
  std::string flag;                  // --interval
  std::string text;                  // first sentence of its words
  std::vector<std::string> choices;  // of its value
  char short_letter = 0;
  bool takes_value = true;
  bool takes_path = false;
};
[[nodiscard]] std::vector<CompletionWord> completion_words(const OptionSet& set);

}  // namespace sluice
