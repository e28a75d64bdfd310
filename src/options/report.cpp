// SPDX-License-Identifier: Apache-2.0
#include "options/report.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace sluice {

std::string Diagnostic::text() const {
  std::string out = place + ": " + problem;
  if (!help.empty()) out += "; " + help;
  return out;
}

void OptionProblems::add(std::string_view option, std::string problem, std::string help) {
  items_.push_back({std::string(option), std::move(problem), std::move(help)});
}

std::string ParseOutcome::report() const {
  std::string out;
  for (const auto& problem : problems) {
    if (!out.empty()) out += '\n';
    out += problem.text();
  }
  return out;
}

Failure ParseOutcome::failure() const {
  const bool usage = std::ranges::any_of(
      problems, [](const Diagnostic& problem) { return problem.code == Errc::usage; });
  return {usage ? Errc::usage : Errc::invalid_config, report()};
}

namespace options {
namespace {

void add_once(std::vector<Diagnostic>& list, Diagnostic diagnostic) {
  const bool known = std::ranges::any_of(list, [&](const Diagnostic& other) {
    return other.place == diagnostic.place && other.problem == diagnostic.problem;
  });
  if (!known) list.push_back(std::move(diagnostic));
}

}  // namespace

void Report::problem(Diagnostic diagnostic) {
  add_once(problems_, std::move(diagnostic));
}
void Report::warning(Diagnostic diagnostic) {
  add_once(warnings_, std::move(diagnostic));
}

std::string place_in(const std::string& path, int line, int column) {
  if (line == 0) return path;
  return path + ':' + std::to_string(line) + ':' + std::to_string(column);
}

std::string place_of(const std::string& path, const ConfigNode& node) {
  return place_in(path, node.line, node.column);
}

std::string place_of_key(const std::string& path, const ConfigNode& node) {
  return place_in(path, node.key_line, node.key_column);
}

std::string shown(std::string_view text) {
  constexpr std::size_t longest = 60;
  if (text.size() <= longest) return '"' + json_escape(text) + '"';
  // Not in the middle of a character.
  auto cut = longest;
  while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xc0U) == 0x80) --cut;
  return '"' + json_escape(text.substr(0, cut)) + "...\"";
}

std::string listed(std::span<const std::string> words, std::string_view last_joint) {
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) out += i + 1 == words.size() ? ' ' + std::string(last_joint) + ' ' : ", ";
    out += '`' + words[i] + '`';
  }
  return out;
}

std::string advice(const std::optional<std::string>& near, std::span<const std::string> all) {
  constexpr std::size_t short_list = 16;
  if (near) return "did you mean `" + *near + "`?";
  if (all.empty() || all.size() > short_list) return {};
  return "use " + listed(all, "or");
}

}  // namespace options
}  // namespace sluice
