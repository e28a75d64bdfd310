// SPDX-License-Identifier: Apache-2.0
#include "options/command_line.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace sluice::options {
namespace {

using Index = std::optional<std::size_t>;

class Reader {
 public:
  Reader(std::span<const BoundRow> rows, std::span<const std::string> words, Report& report)
      : rows_(rows), words_(words), report_(report) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (rows[i].row->is_positional) positionals_.push_back(i);
    }
  }

  CommandLine read() {
    // A container's entry point may leave one `--` in front.
    if (!words_.empty() && words_.front() == "--") ++next_;
    while (next_ < words_.size() && line_.wants == ParseOutcome::Wants::run) {
      const auto& word = words_[next_++];
      if (only_positionals_ || word == "-" || !word.starts_with('-')) {
        positional(word);
      } else if (word == "--") {
        only_positionals_ = true;
      } else if (word.starts_with("--")) {
        long_option(word);
      } else {
        short_options(word);
      }
    }
    return std::move(line_);
  }

 private:
  void problem(std::string place, std::string what, std::string help, std::string near = {}) {
    report_.problem(
        {Errc::usage, std::move(place), std::move(what), std::move(help), std::move(near)});
  }
  [[nodiscard]] Index find_long(std::string_view name) const;
  [[nodiscard]] Index find_short(char letter) const;
  void positional(const std::string& word);
  void long_option(const std::string& word);
  void unknown(const std::string& flag, bool has_value);
  void short_options(const std::string& word);
  void give(std::size_t index, std::string text, const std::string& place);
  void give_next(std::size_t index, const std::string& place);

  std::span<const BoundRow> rows_;
  std::span<const std::string> words_;
  Report& report_;
  std::vector<std::size_t> positionals_;
  std::size_t next_ = 0;
  std::size_t next_positional_ = 0;
  bool only_positionals_ = false;
  CommandLine line_;
};

Index Reader::find_long(std::string_view name) const {
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const auto& [row, flag] = std::tie(rows_[i].row, rows_[i].flag);
    if (row->is_positional || !row->on_command_line) continue;
    if (name == flag) return i;
  }
  // A name comes before an alias: a connector may have an option that the kit has as an alias.
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const auto& [row, flag] = std::tie(rows_[i].row, rows_[i].flag);
    if (row->is_positional || !row->on_command_line) continue;
    // Aliases of a nested row have the prefix of its table, too.
    const auto prefix = flag.substr(0, flag.size() - row->name.size());
    for (const auto alias : row->aliases) {
      if (name == prefix + std::string(alias)) return i;
    }
  }
  return std::nullopt;
}

Index Reader::find_short(char letter) const {
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    if (letter != 0 && rows_[i].row->short_letter == letter) return i;
  }
  return std::nullopt;
}

void Reader::positional(const std::string& word) {
  if (next_positional_ >= positionals_.size()) {
    problem(shown(word), "this word belongs to no option",
            "options begin with `--`; a value with blanks needs quotes");
    return;
  }
  const auto index = positionals_[next_positional_];
  line_.texts[index].push_back(word);
  if (!rows_[index].row->repeats()) ++next_positional_;
}

void Reader::long_option(const std::string& word) {
  const auto equals = word.find('=');
  const bool has_value = equals != std::string::npos;
  const auto flag = word.substr(0, equals);
  const std::string_view name = std::string_view(flag).substr(2);
  if (const auto index = find_long(name)) {
    if (has_value) return give(*index, word.substr(equals + 1), flag);
    if (rows_[*index].row->is_switch()) return give(*index, "true", flag);
    return give_next(*index, flag);
  }
  if (name.starts_with("no-")) {
    const auto index = find_long(name.substr(3));
    if (index && rows_[*index].row->is_switch() && !has_value) return give(*index, "false", flag);
  }
  if (flag == "--help") {
    line_.wants = ParseOutcome::Wants::help;
  } else if (flag == "--version") {
    line_.wants = ParseOutcome::Wants::version;
  } else {
    unknown(flag, has_value);
  }
}

void Reader::unknown(const std::string& flag, bool has_value) {
  std::vector<std::string> known{"--help", "--version"};
  for (const auto& bound : rows_) {
    if (bound.row->is_positional || bound.hidden || !bound.row->on_command_line) continue;
    known.push_back(bound.dashed());
    for (const auto alias : bound.row->aliases) known.push_back("--" + std::string(alias));
  }
  // The likely mistake first: the YAML spelling of an option.
  auto spelled = flag;
  std::replace(spelled.begin(), spelled.end(), '_', '-');
  const bool is_yaml_spelling = std::ranges::find(known, spelled) != known.end();
  const auto near = is_yaml_spelling ? spelled : nearest(flag, known).value_or("");
  problem(flag, "there is no such option",
          near.empty() ? "`--help` lists the options" : "did you mean `" + near + "`?", near);
  // Its value would be reported a second time, as a word that belongs to no option.
  const bool value_follows = !has_value && next_ < words_.size() && positionals_.empty() &&
                             !words_[next_].starts_with('-');
  if (value_follows) ++next_;
}

void Reader::short_options(const std::string& word) {
  for (std::size_t i = 1; i < word.size(); ++i) {
    const std::string place = std::string("-") + word[i];
    const auto index = find_short(word[i]);
    if (!index) {
      if (word[i] == 'h' || word[i] == 'V') {
        line_.wants = word[i] == 'h' ? ParseOutcome::Wants::help : ParseOutcome::Wants::version;
        return;
      }
      const auto near = word.size() > 2 ? find_long(std::string_view(word).substr(1)) : Index{};
      problem(near ? word : place, "there is no such option",
              near ? "did you mean `-" + word + "`?" : "`--help` lists the options",
              near ? "-" + word : "");
      return;
    }
    const bool has_equals = i + 1 < word.size() && word[i + 1] == '=';
    if (rows_[*index].row->is_switch() && !has_equals) {
      give(*index, "true", place);
    } else if (i + 1 < word.size()) {
      return give(*index, word.substr(i + (has_equals ? 2 : 1)), place);
    } else {
      return give_next(*index, place);
    }
  }
}

void Reader::give_next(std::size_t index, const std::string& place) {
  const auto kind = rows_[index].row->value.kind;
  const auto is_negative = [&](const std::string& word) {
    const bool numeric = kind == OptionKind::integer || kind == OptionKind::number;
    return numeric && word.size() > 1 && word[1] >= '0' && word[1] <= '9';
  };
  if (next_ < words_.size()) {
    const auto& word = words_[next_];
    if (!word.starts_with('-') || word == "-" || is_negative(word)) {
      ++next_;
      return give(index, word, place);
    }
  }
  // It counts as given, so that it is not reported as missing, too; and a word that is no
  // option was meant as its value.
  line_.texts.try_emplace(index);
  const bool meant_as_value = next_ < words_.size() && !words_[next_].starts_with("--") &&
                              !find_short(words_[next_][1]) && words_[next_] != "-h" &&
                              words_[next_] != "-V";
  if (meant_as_value) ++next_;
  problem(place, "a value is missing",
          "write `" + place + (place.starts_with("--") ? "=" : " ") +
              value_name_of(*rows_[index].row) +
              "`; a value that begins with `-` needs the form with `=`");
}

void Reader::give(std::size_t index, std::string text, const std::string& place) {
  const auto& bound = rows_[index];
  auto& texts = line_.texts[index];
  if (!texts.empty() && !bound.row->repeats()) {
    problem(bound.dashed(), "it is given more than once", "give it once");
    return;
  }
  if (text.empty() && bound.row->value.kind != OptionKind::text) {
    problem(place, "its value is empty",
            "write `" + bound.dashed() + "=" + value_name_of(*bound.row) + "`, or leave it away");
    return;
  }
  texts.push_back(std::move(text));
}

}  // namespace

CommandLine read_command_line(std::span<const BoundRow> rows, std::span<const std::string> words,
                              Report& report) {
  return Reader(rows, words, report).read();
}

}  // namespace sluice::options
