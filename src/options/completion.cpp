// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "options/convert.hpp"
#include "options/describe_row.hpp"
#include "sluice/options/describe.hpp"

namespace sluice {
namespace options {
namespace {

std::string first_sentence(std::string_view text) {
  const auto end = text.find(". ");
  return std::string(end == std::string_view::npos ? text : text.substr(0, end + 1));
}

// Inside single quotes of a shell.
std::string quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') {
      out += "'\\''";
    } else {
      out += c;
    }
  }
  return out + '\'';
}

// Of zsh's `_arguments`: colons and brackets would end the part.
std::string zsh_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == ':' || c == '[' || c == ']' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string joined(std::span<const std::string> words) {
  std::string out;
  for (const auto& word : words) out += (out.empty() ? "" : " ") + word;
  return out;
}

std::string identifier(std::string name) {
  std::ranges::replace(name, '-', '_');
  return name;
}

std::string bash_script(const ProgramInfo& program, std::span<const CompletionWord> words) {
  const auto function = "_" + identifier(program.name);
  std::string flags;
  std::string cases;
  for (const auto& word : words) {
    flags += (flags.empty() ? "" : " ") + word.flag;
    if (!word.takes_value) continue;
    std::string reply = "return 0";
    if (!word.choices.empty()) {
      reply = "COMPREPLY=($(compgen -W " + quoted(joined(word.choices)) + " -- \"$current\"))";
    } else if (word.takes_path) {
      reply = "COMPREPLY=($(compgen -f -- \"$current\"))";
    }
    cases += "    " + word.flag + ") " + reply + "; return 0 ;;\n";
  }
  return function + "() {\n  local current=\"${COMP_WORDS[COMP_CWORD]}\"\n" +
         "  local previous=\"${COMP_WORDS[COMP_CWORD - 1]}\"\n  COMPREPLY=()\n" +
         "  case \"$previous\" in\n" + cases + "  esac\n  COMPREPLY=($(compgen -W " +
         quoted(flags) + " -- \"$current\"))\n}\ncomplete -F " + function + ' ' + program.name +
         '\n';
}

std::string zsh_script(const ProgramInfo& program, std::span<const CompletionWord> words) {
  std::string out = "#compdef " + program.name + "\n_arguments";
  for (const auto& word : words) {
    std::string spec = word.flag + (word.takes_value ? "=" : "") + '[' + zsh_text(word.text) + ']';
    if (word.takes_value) {
      spec += ":value:";
      if (word.takes_path) spec += "_files";
      if (!word.choices.empty()) spec += '(' + joined(word.choices) + ')';
    }
    out += " \\\n  " + quoted(spec);
  }
  return out + '\n';
}

std::string fish_script(const ProgramInfo& program, std::span<const CompletionWord> words) {
  std::string out;
  for (const auto& word : words) {
    out += "complete -c " + program.name + " -l " + word.flag.substr(2);
    if (word.short_letter != 0) out += std::string(" -s ") + word.short_letter;
    if (word.takes_value) out += word.takes_path ? " -r -F" : " -x";
    if (!word.choices.empty()) out += " -a " + quoted(joined(word.choices));
    out += " -d " + quoted(word.text) + '\n';
  }
  return out;
}

}  // namespace
}  // namespace options

std::vector<CompletionWord> completion_words(const OptionSet& set) {
  std::vector<CompletionWord> out;
  for (const auto& bound : options::flatten(set)) {
    const auto& row = *bound.row;
    if (bound.hidden || row.is_positional || !row.on_command_line || !row.instead.empty()) continue;
    CompletionWord word{bound.dashed(),           options::first_sentence(row.text),
                        options::choices_of(row), row.short_letter,
                        !row.is_switch(),         false};
    word.takes_path =
        row.value_text == "FILE" || row.value_text == "DIR" || row.value_text == "PATH";
    out.push_back(std::move(word));
  }
  out.push_back({"--help", "Print this text.", {}, 'h', false, false});
  out.push_back({"--version", "Print name and version.", {}, 'V', false, false});
  return out;
}

std::string completion_script(Shell shell, const ProgramInfo& program, const OptionSet& set) {
  const auto words = completion_words(set);
  switch (shell) {
    case Shell::bash:
      return options::bash_script(program, words);
    case Shell::zsh:
      return options::zsh_script(program, words);
    case Shell::fish:
      return options::fish_script(program, words);
  }
  return {};
}

}  // namespace sluice
