// SPDX-License-Identifier: Apache-2.0
#include "cli/completion_scripts.hpp"

#include "cli/verbs.hpp"

namespace sluice::cli {
namespace {

// Inside single quotes; the shells here agree on this form.
std::string quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

// Without the full stop, and with what `_arguments` and `_describe` of zsh split at escaped.
std::string zsh_text(std::string_view text) {
  if (text.ends_with('.')) text.remove_suffix(1);
  std::string out;
  for (const char c : text) {
    if (c == ':' || c == '[' || c == ']' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string_view first_sentence(std::string_view text) {
  return text.substr(0, text.find(". "));
}

std::vector<CompletionWord> words_of(const Verb& verb) {
  const auto options = verb.make();
  OptionSet set;
  verb.bind(set, options.get());
  return completion_words(set);
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words) out += (out.empty() ? "" : " ") + word;
  return out;
}

// The first words: groups, and verbs of one word.
std::vector<std::string> first_words() {
  auto out = group_names();
  for (const auto* verb : verbs_of_group("")) out.emplace_back(verb->name);
  return out;
}

std::vector<std::string> second_words(const std::string& group) {
  std::vector<std::string> out;
  for (const auto* verb : verbs_of_group(group)) out.emplace_back(verb->last_word());
  return out;
}

// The cases of one verb: the values of an option, then its options.
std::string bash_cases(const Verb& verb) {
  std::string out;
  std::vector<std::string> flags;
  for (const auto& word : words_of(verb)) {
    flags.push_back(word.flag);
    if (!word.takes_value) continue;
    out += "    " + quoted(std::string(verb.name) + " " + word.flag);
    if (word.short_letter != 0) {
      out += "|" + quoted(std::string(verb.name) + " -" + word.short_letter);
    }
    if (word.takes_path) {
      out += ") compopt -o default; return ;;\n";
    } else {
      out += ") words=" + quoted(joined(word.choices)) + " ;;\n";
    }
  }
  return out + "    " + quoted(std::string(verb.name) + " ") + "*) words=" + quoted(joined(flags)) +
         " ;;\n";
}

}  // namespace

std::string bash_completion() {
  std::string groups;
  std::string cases;
  for (const auto& group : group_names()) {
    groups += "    " + group + ") second=" + quoted(joined(second_words(group))) + " ;;\n";
  }
  for (const auto* verb : verbs) cases += bash_cases(*verb);
  return "# bash completion of sluice: source <(sluice completions bash)\n"
         "_sluice() {\n"
         "  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}\n"
         "  local verb=${COMP_WORDS[1]} second='' words=''\n"
         "  COMPREPLY=()\n"
         "  case $verb in\n" +
         groups +
         "  esac\n"
         "  if ((COMP_CWORD == 1)); then\n"
         "    words=" +
         quoted(joined(first_words())) +
         "\n"
         "  elif [[ -n $second ]] && ((COMP_CWORD == 2)); then\n"
         "    words=$second\n"
         "  else\n"
         "    [[ -z $second ]] || verb=\"$verb ${COMP_WORDS[2]}\"\n"
         "    case \"$verb $previous\" in\n" +
         cases +
         "    esac\n"
         "  fi\n"
         "  mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\")\n"
         "}\n"
         "complete -F _sluice sluice\n";
}

namespace {

std::string zsh_option(const CompletionWord& word) {
  std::string spec =
      word.flag + (word.takes_value ? "=" : "") + "[" + zsh_text(first_sentence(word.text)) + "]";
  if (word.takes_value) {
    spec += ":value:";
    if (word.takes_path) spec += "_files";
    if (!word.choices.empty()) spec += "(" + joined(word.choices) + ")";
  }
  return quoted(spec);
}

std::string zsh_described(const std::vector<const Verb*>& listed) {
  std::string out;
  for (const auto* verb : listed) {
    out +=
        " " + quoted(std::string(verb->last_word()) + ":" + zsh_text(first_sentence(verb->text)));
  }
  return out;
}

std::string zsh_case(const Verb& verb) {
  std::string out = "    " + quoted(verb.name) + ") _arguments";
  for (const auto& word : words_of(verb)) out += " \\\n      " + zsh_option(word);
  return out + " \\\n      '*:word:_files' ;;\n";
}

}  // namespace

std::string zsh_completion() {
  std::string groups;
  std::string cases;
  std::string first = zsh_described(verbs_of_group(""));
  for (const auto& group : group_names()) {
    first += " " + quoted(group + ":" + joined(second_words(group)));
    groups +=
        "    " + group + ") second=(" + zsh_described(verbs_of_group(group)).substr(1) + ") ;;\n";
  }
  for (const auto* verb : verbs) cases += zsh_case(*verb);
  return "#compdef sluice\n"
         "# zsh completion of sluice: sluice completions zsh > \"${fpath[1]}/_sluice\"\n"
         "_sluice() {\n"
         "  local -a first second\n"
         "  local verb=$words[2]\n"
         "  first=(" +
         first.substr(1) +
         ")\n"
         "  case $verb in\n" +
         groups +
         "  esac\n"
         "  if ((CURRENT == 2)); then _describe command first; return; fi\n"
         "  if (($#second)); then\n"
         "    if ((CURRENT == 3)); then _describe command second; return; fi\n"
         "    verb=\"$verb $words[3]\"\n"
         "    shift words; ((CURRENT--))\n"
         "  fi\n"
         "  shift words; ((CURRENT--))\n"
         "  case $verb in\n" +
         cases +
         "  esac\n"
         "}\n"
         "if [[ $funcstack[1] == _sluice ]]; then _sluice \"$@\"; else compdef _sluice sluice; "
         "fi\n";
}

std::string fish_completion() {
  std::string out =
      "# fish completion of sluice: sluice completions fish | source\n"
      "function __sluice_words_are\n"
      "    set -l words (commandline -opc)\n"
      "    test \"$words[2..-1]\" = \"$argv\"\n"
      "end\n"
      "function __sluice_words_begin\n"
      "    set -l words (commandline -opc)\n"
      "    test (count $words) -gt (count $argv)\n"
      "    and test \"$words[2..\"(math (count $argv) + 1)\"]\" = \"$argv\"\n"
      "end\n"
      "complete -c sluice -f\n";
  const auto line = [&](const std::string& when, const std::string& rest) {
    out += "complete -c sluice -n " + quoted(when) + " " + rest + "\n";
  };
  for (const auto& group : group_names()) line("__sluice_words_are", "-a " + group);
  for (const auto* verb : verbs) {
    const std::string group(verb->group());
    line("__sluice_words_are" + (group.empty() ? "" : " " + group),
         "-a " + std::string(verb->last_word()) + " -d " + quoted(first_sentence(verb->text)));
    for (const auto& word : words_of(*verb)) {
      std::string rest = "-l " + word.flag.substr(2);
      if (word.short_letter != 0) rest += std::string(" -s ") + word.short_letter;
      if (word.takes_value) rest += word.takes_path ? " -r -F" : " -x";
      if (!word.choices.empty()) rest += " -a " + quoted(joined(word.choices));
      line("__sluice_words_begin " + std::string(verb->name),
           rest + " -d " + quoted(first_sentence(word.text)));
    }
  }
  return out;
}

}  // namespace sluice::cli
