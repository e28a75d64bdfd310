// SPDX-License-Identifier: Apache-2.0
#include "cli/connector_templates.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.hpp"

namespace sluice::cli {
namespace {

constexpr std::array direction_names{std::string_view("source"), std::string_view("sink")};
constexpr std::array language_names{std::string_view("cpp"), std::string_view("python"),
                                    std::string_view("shell")};
constexpr std::array place_names{std::string_view("alone"), std::string_view("tree")};
constexpr std::array texts{
    std::string_view("Sends the lines of a file to a topic, each at least once."),
    std::string_view("Appends the records of a topic to a file, each at least once.")};

template <typename E, std::size_t count>
std::string_view pick(const std::array<std::string_view, count>& names, E value) {
  return names.at(std::to_underlying(value));
}

std::string title(std::string_view base) {
  std::string out;
  for (const auto word : split(base, '-')) {
    out += static_cast<char>(word.front() >= 'a' && word.front() <= 'z' ? word.front() - 'a' + 'A'
                                                                        : word.front());
    out += word.substr(1);
  }
  return out;
}

std::string with_underscores(std::string text) {
  std::ranges::replace(text, '-', '_');
  return text;
}

bool selects(std::string_view selector, const NewConnector& connector) {
  return std::ranges::all_of(split(selector, '-'), [&](std::string_view word) {
    return word == "all" || word == pick(direction_names, connector.direction) ||
           word == pick(language_names, connector.language) ||
           (word == "script" && connector.language != Language::cpp) ||
           word == pick(place_names, connector.place);
  });
}

// Where `make build` puts it, seen from the folder.
std::string program(const NewConnector& connector) {
  const bool by_itself = connector.language == Language::cpp && connector.place == Place::alone;
  return (by_itself ? "build/bin/" : "") + connector.name();
}

std::string filled(std::string_view text, const NewConnector& connector) {
  const bool is_source = connector.direction == Direction::source;
  const std::array<std::pair<std::string_view, std::string>, 7> words{{
      {"@base@", connector.base},
      {"@name@", connector.name()},
      {"@file@", with_underscores(connector.name())},
      {"@Base@", title(connector.base)},
      {"@source_or_dest@", is_source ? "source" : "dest"},
      {"@program@", program(connector)},
      {"@text@", std::string(pick(texts, connector.direction))},
  }};
  std::string out(text);
  for (const auto& [word, value] : words) {
    for (auto at = out.find(word); at != std::string::npos; at = out.find(word, at)) {
      out.replace(at, word.size(), value);
      at += value.size();
    }
  }
  return out;
}

}  // namespace

std::string NewConnector::name() const {
  return base + "-" + std::string(name_of(direction));
}

std::string_view name_of(Direction direction) {
  return pick(direction_names, direction);
}

std::string base_name(std::string_view name, Direction direction) {
  const auto suffix = "-" + std::string(name_of(direction));
  if (name.size() > suffix.size() && name.ends_with(suffix)) name.remove_suffix(suffix.size());
  return std::string(name);
}

std::string wrong_in_name(std::string_view name, Direction direction) {
  constexpr std::size_t characters_max = 40;
  const auto other = direction == Direction::source ? Direction::sink : Direction::source;
  if (!is_plain_name(name) || name.front() < 'a' || name.find("--") != std::string_view::npos) {
    return "use lower-case letters, digits and single dashes, beginning with a letter";
  }
  if (name.size() > characters_max) {
    return "use " + std::to_string(characters_max) + " characters at most";
  }
  if (name.ends_with("-" + std::string(name_of(other)))) {
    return "it would be a " + std::string(name_of(direction)) + ": write `sluice new " +
           std::string(name_of(other)) + "`, or choose another name";
  }
  const auto base = base_name(name, direction);
  if (base == "meta" || base == "transforms") {
    return "in a YAML file `" + base + "` is something else; choose another name";
  }
  return {};
}

std::vector<TemplateFile> connector_templates(const NewConnector& connector) {
  std::vector<TemplateFile> out;
  for (const auto& [path, text] : all_templates) {
    const auto slash = path.find('/');
    if (!selects(path.substr(0, slash), connector)) continue;
    out.push_back({filled(path.substr(slash + 1), connector), filled(text, connector)});
  }
  std::ranges::sort(out, {}, &TemplateFile::path);
  return out;
}

}  // namespace sluice::cli
