// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/text.hpp"
#include "options/command_line.hpp"
#include "options/config_file.hpp"
#include "options/convert.hpp"
#include "options/node_json.hpp"
#include "options/yaml_tree.hpp"

namespace sluice {
namespace options {
namespace {

// Where the value of a row came from; a later one wins over an earlier one.
enum class Origin : std::uint8_t { none, file, environment, command_line };

struct Given {
  Origin origin = Origin::none;
  std::string place;
  std::vector<std::string> texts;  // command line, environment
  std::optional<Found> found;      // file
};

struct NamedFile {
  std::string path, text;
};

// One call of `parse_options`: first each source says what it has, then rows are stored.
class Parse {
 public:
  Parse(const OptionSet& set, const ParseInput& input)
      : set_(set), input_(input), rows_(flatten(set)), given_(rows_.size()) {}

  ParseOutcome run();

 private:
  void problem(Errc code, std::string place, std::string what, std::string help) {
    report_.problem({code, std::move(place), std::move(what), std::move(help), {}});
  }
  [[nodiscard]] bool names_a_file(const BoundRow& bound) const {
    return bound.flag == input_.config_option || bound.flag == input_.secrets_option;
  }
  [[nodiscard]] WalkContext file_context() {
    return {file_->path, report_, file_->keys, file_->stringified()};
  }

  bool take_command_line(ParseOutcome& outcome);
  [[nodiscard]] std::optional<std::string> environment(std::string_view name) const;
  void take_environment(bool files_only);
  [[nodiscard]] std::optional<NamedFile> named_file(const std::string& option);
  [[nodiscard]] SecretSource secret_source();
  void take_file();
  [[nodiscard]] std::vector<Level> section_levels(const std::string& location) const;
  void take_section();
  void take_parameter_flags(std::vector<std::string>& handled);
  void take_neutral_keys();
  void offer(std::size_t index, const Found& found);

  void settle_groups();
  void settle_group(std::string_view group);
  [[nodiscard]] bool says_something(std::size_t index) const;
  void store(std::size_t index);
  void store_texts(std::size_t index);
  void store_json(std::size_t index);
  void check_required();
  void warn_of_deprecated();
  void validate();

  const OptionSet& set_;
  const ParseInput& input_;
  std::vector<BoundRow> rows_;
  std::vector<Given> given_;
  Report report_;
  std::unique_ptr<ConfigFile> file_;
  std::map<std::string, std::string> secrets_;
  bool neutral_is_wrong_ = false;
  bool lacks_file_ = false;  // one is named, but it cannot be used
};

// --- sources -------------------------------------------------------------------------------

bool Parse::take_command_line(ParseOutcome& outcome) {
  if (input_.words.size() > input_.limits.words_max) {
    problem(Errc::usage, "command line", "it has " + std::to_string(input_.words.size()) + " words",
            "the limit is " + std::to_string(input_.limits.words_max) + "; use a file");
    return false;
  }
  auto line = read_command_line(rows_, input_.words, report_);
  outcome.wants = line.wants;
  for (auto& [index, texts] : line.texts) {
    given_[index] = {Origin::command_line, place_of(rows_[index]), std::move(texts), {}};
  }
  return line.wants == ParseOutcome::Wants::run;
}

std::optional<std::string> Parse::environment(std::string_view name) const {
  if (name.empty()) return std::nullopt;
  auto value = input_.environment ? input_.environment(std::string(name)) : std::nullopt;
  if (value && !value->empty()) return value;
  if (file_ == nullptr) return std::nullopt;
  // Generation B/K: `secrets` of the file are environment variables of the connector.
  const auto own = file_->config.environment.find(std::string(name));
  if (own == file_->config.environment.end()) return std::nullopt;
  return own->second.reveal();
}

void Parse::take_environment(bool files_only) {
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const auto& row = *rows_[i].row;
    if (given_[i].origin == Origin::command_line || names_a_file(rows_[i]) != files_only) continue;
    const auto value = environment(row.env_name);
    if (!value) continue;
    Given given{Origin::environment, "environment " + std::string(row.env_name), {}, {}};
    if (row.repeats()) {
      for (const auto line : split(*value, '\n')) {
        if (!trim(line).empty()) given.texts.emplace_back(trim(line));
      }
    } else {
      given.texts.push_back(*value);
    }
    given_[i] = std::move(given);
  }
}

std::optional<NamedFile> Parse::named_file(const std::string& option) {
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    if (rows_[i].flag != option || given_[i].texts.empty()) continue;
    const auto& path = given_[i].texts.front();
    auto file = input_.read_file ? input_.read_file(path) : FileText{{}, "files cannot be read"};
    if (file.problem.empty() && file.text.size() > input_.limits.file_bytes_max) {
      file.problem = "it has more than " + std::to_string(input_.limits.file_bytes_max) + " bytes";
    }
    if (file.problem.empty()) return NamedFile{path, std::move(file.text)};
    problem(Errc::usage, given_[i].place, "cannot read " + shown(path) + ": " + file.problem,
            "check the path and its permissions");
  }
  return std::nullopt;
}

SecretSource Parse::secret_source() {
  SecretSource source;
  if (auto file = named_file(input_.secrets_option)) {
    secrets_ = parse_secrets(file->text, file->path, report_);
    source.origin = file->path;
    source.lookup = [this](const std::string& name) -> std::optional<std::string> {
      const auto found = secrets_.find(name);
      return found == secrets_.end() ? std::nullopt : std::optional(found->second);
    };
    return source;
  }
  source.origin = "the environment";
  source.lookup = input_.environment;
  return source;
}

std::vector<Level> Parse::section_levels(const std::string& location) const {
  std::vector<Level> levels;
  for (const auto& binding : set_.bindings()) {
    if (binding.how.in_section) levels.push_back({binding.rows, binding.object, location, {}});
  }
  return levels;
}

void Parse::take_file() {
  const auto source = secret_source();
  const auto problems_before = report_.problems().size();
  const auto text = named_file(input_.config_option);
  lacks_file_ = report_.problems().size() > problems_before;
  if (!text) return;
  const auto levels = section_levels(input_.section);
  const ConfigWants wants{input_.section, input_.direction, levels};
  file_ = read_config_file(text->text, text->path, wants, source, input_.limits, report_);
  lacks_file_ = file_ == nullptr;
  if (lacks_file_) return;
  // What is wrong outside the section makes its rows look as if they were not given.
  neutral_is_wrong_ = report_.problems().size() > problems_before;
  take_section();
  take_neutral_keys();
}

void Parse::take_section() {
  if (file_->section == nullptr) return;
  std::vector<std::string> handled;
  if (file_->stringified()) take_parameter_flags(handled);
  const auto levels = section_levels(file_->section_location());
  if (levels.empty()) return;
  for (auto& found : walk(*file_->section, levels, file_context(), handled)) {
    found.config_key.clear();  // a place in the section, not in the neutral configuration
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      if (rows_[i].row == found.row && rows_[i].object == found.object) offer(i, found);
    }
  }
}

// Generation B/K passed every parameter on as `--key=value`, common options included.
void Parse::take_parameter_flags(std::vector<std::string>& handled) {
  for (const auto& node : file_->section->children) {
    const auto key = normalized(node.key);
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      const bool from_section =
          rows_[i].path.size() == 1 && set_.bindings()[rows_[i].binding].how.in_section;
      const bool is_it = normalized(rows_[i].flag) == key && !names_a_file(rows_[i]) &&
                         !rows_[i].row->is_positional;
      if (from_section || !is_it) continue;
      handled.push_back(node.key);
      offer(i, {rows_[i].row, rows_[i].object, &node, {}});
    }
  }
}

void Parse::take_neutral_keys() {
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    if (rows_[i].config_key.empty()) continue;
    for (const auto& source : file_->sources) {
      if (source.config_key != rows_[i].config_key) continue;
      offer(i, {rows_[i].row, rows_[i].object, source.node, source.config_key});
    }
  }
}

void Parse::offer(std::size_t index, const Found& found) {
  if (is_unset(*found.row, *found.node) || given_[index].found) return;
  given_[index].found = found;
  if (given_[index].origin != Origin::none) return;
  given_[index].origin = Origin::file;
  given_[index].place = place_of(file_->path, *found.node);
}

// --- values --------------------------------------------------------------------------------

void Parse::settle_groups() {
  std::vector<std::string_view> groups;
  for (const auto& bound : rows_) {
    const auto group = bound.row->group_name;
    if (!group.empty() && std::ranges::find(groups, group) == groups.end()) groups.push_back(group);
  }
  for (const auto group : groups) settle_group(group);
}

// Two from the same source contradict each other; one from a stronger source replaces others.
void Parse::settle_group(std::string_view group) {
  std::optional<std::size_t> first;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    if (rows_[i].row->group_name != group || !says_something(i)) continue;
    if (!first || given_[i].origin > given_[*first].origin) {
      if (first) given_[*first] = {};
      first = i;
    } else if (given_[i].origin < given_[*first].origin) {
      given_[i] = {};
    } else {
      const auto code = given_[i].origin == Origin::file ? Errc::invalid_config : Errc::usage;
      problem(code, given_[i].place,
              "it cannot be used together with `" + place_of(rows_[*first]) + '`',
              "keep one of the two");
    }
  }
}

// An empty list of a file contradicts nothing.
bool Parse::says_something(std::size_t index) const {
  const auto& given = given_[index];
  if (given.origin != Origin::file) return given.origin != Origin::none;
  const auto& node = *given.found->node;
  return node.kind != ConfigNode::Kind::list || !node.children.empty();
}

void Parse::store(std::size_t index) {
  const auto& given = given_[index];
  const auto& bound = rows_[index];
  // The neutral configuration was checked as a whole; do not say it again.
  const bool is_neutral = given.found && !given.found->config_key.empty();
  if (is_neutral && neutral_is_wrong_ && given.origin == Origin::file) return;
  if (given.found && given.origin != Origin::file && bound.row->shape != OptionShape::tables) {
    // Not used, but a mistake in it would show as soon as the stronger source goes away.
    (void)read_entries(*bound.row, *given.found->node, file_context());
  }
  if (given.origin == Origin::file) {
    store_found(*given.found, file_context());
  } else if (given.origin != Origin::none && bound.row->shape == OptionShape::tables) {
    store_json(index);
  } else if (given.origin != Origin::none) {
    store_texts(index);
  }
}

void Parse::store_texts(std::size_t index) {
  const auto& row = *rows_[index].row;
  const auto& texts = given_[index].texts;
  const bool is_single = !row.repeats();
  if (is_single && texts.empty()) return;  // its missing value is reported already
  const bool is_empty_word =
      !row.empty_word.empty() && texts.size() == 1 && texts.front() == row.empty_word;
  std::vector<Entry> entries;
  bool ok = true;
  for (const auto& text : texts) {
    if (is_empty_word) break;
    auto entry = convert_entry(row, text);
    if (!entry) {
      auto& refusal = entry.error();
      report_.problem({Errc::usage, given_[index].place, std::move(refusal.problem),
                       std::move(refusal.help), std::move(refusal.suggestion)});
      ok = false;
      continue;
    }
    entries.push_back(*std::move(entry));
  }
  if (ok) row.store(rows_[index].object, std::move(entries));
}

// A list of structs on the command line: each text is one of them, as JSON.
void Parse::store_json(std::size_t index) {
  const auto& bound = rows_[index];
  const KeyIndex no_keys;
  bound.row->clear(bound.object);
  for (const auto& text : given_[index].texts) {
    Report inner;
    const auto& place = given_[index].place;
    if (!is_json(text)) {
      const std::string key = key_of(bound.row->rows().front());
      problem(Errc::usage, place, shown(text) + " is not JSON",
              "write for example {\"" + key + "\": \"...\"}");
      continue;
    }
    const auto node = parse_yaml(text, place, input_.limits, inner);
    if (node) {
      const WalkContext context{place, inner, no_keys, false};
      const Level level{bound.row->rows(), bound.row->add(bound.object), bound.flag, {}};
      fill(*node, level, context);
    }
    for (auto& found : inner.take_problems()) {
      found.code = Errc::usage;
      report_.problem(std::move(found));
    }
  }
}

void Parse::check_required() {
  if (lacks_file_) return;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const auto& bound = rows_[i];
    if (!bound.row->is_required || given_[i].origin != Origin::none) continue;
    if (neutral_is_wrong_ && !bound.config_key.empty()) continue;
    auto help = "give `" + bound.dashed() + ' ' + value_name_of(*bound.row) + '`';
    if (bound.row->is_positional) help = "write it after the options";
    if (!bound.row->env_name.empty()) {
      help += ", set the environment variable " + std::string(bound.row->env_name);
    }
    auto place = place_of(bound);
    if (file_ != nullptr && bound.in_section) {
      place = file_->section != nullptr ? place_of_key(file_->path, *file_->section) : file_->path;
      std::string path;
      for (const auto& key : bound.path) path += (path.empty() ? "" : ".") + key;
      problem(Errc::invalid_config, place, "the key `" + path + "` is missing",
              "add `" + path + ": ...` under `" + file_->section_location() + "`, or " + help);
    } else {
      problem(Errc::usage, place, "it is required, but it is not given", help);
    }
  }
}

void Parse::warn_of_deprecated() {
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const auto instead = rows_[i].row->instead;
    if (instead.empty() || given_[i].origin == Origin::none) continue;
    report_.warning({Errc::usage,
                     given_[i].place,
                     '`' + rows_[i].dashed() + "` is deprecated",
                     std::string(instead),
                     {}});
  }
}

void Parse::validate() {
  for (std::size_t b = 0; b < set_.bindings().size(); ++b) {
    const auto& binding = set_.bindings()[b];
    if (binding.validate == nullptr) continue;
    OptionProblems problems;
    binding.validate(binding.object, problems);
    for (const auto& item : problems.items()) {
      std::string place = "--" + item.option;
      auto code = Errc::usage;
      for (std::size_t i = 0; i < rows_.size(); ++i) {
        const bool is_it = rows_[i].binding == b && rows_[i].flag == item.option;
        if (!is_it || given_[i].origin == Origin::none) continue;
        place = given_[i].place;
        if (given_[i].origin == Origin::file) code = Errc::invalid_config;
      }
      problem(code, place, item.problem, item.help);
    }
  }
}

ParseOutcome Parse::run() {
  ParseOutcome outcome;
  if (take_command_line(outcome)) {
    take_environment(true);
    take_file();
    take_environment(false);
    settle_groups();
    for (std::size_t i = 0; i < rows_.size(); ++i) store(i);
    check_required();
    warn_of_deprecated();
    if (report_.problems().empty()) validate();
  }
  // A question is answered, whatever else the line says.
  if (outcome.wants == ParseOutcome::Wants::run) outcome.problems = report_.take_problems();
  outcome.warnings = report_.take_warnings();
  if (file_ != nullptr) outcome.config = std::move(file_->config);
  return outcome;
}

}  // namespace
}  // namespace options

ParseOutcome parse_options(const OptionSet& set, const ParseInput& input) {
  return options::Parse(set, input).run();
}

ParseOutcome parse_connector_config(
    std::string_view text, const std::string& path,
    const std::function<std::optional<std::string>(const std::string&)>& lookup,
    const OptionLimits& limits) {
  options::Report report;
  options::SecretSource source;
  source.origin = "the environment";
  source.lookup = lookup;
  const auto file = options::read_config_file(text, path, {}, source, limits, report);
  ParseOutcome outcome;
  outcome.problems = report.take_problems();
  if (file != nullptr) outcome.config = std::move(file->config);
  return outcome;
}

}  // namespace sluice
