// SPDX-License-Identifier: Apache-2.0
#include "cli/verbs.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "cli/failure.hpp"

namespace sluice::cli {
namespace {

[[noreturn]] void unknown(const std::string& given, std::string_view word,
                          const std::vector<std::string>& candidates, const std::string& prefix) {
  const auto near = nearest(word, candidates);
  throw HintedFailure(Errc::usage, "there is no command " + quote_if_needed(given),
                      near ? "did you mean `sluice " + prefix + *near + "`?"
                           : "`sluice help" +
                                 (prefix.empty() ? "" : " " + std::string(trim(prefix))) +
                                 "` lists the commands");
}

// A verb's second word in the place of its first: `list topic`, `start`.
[[nodiscard]] const Verb* by_last_word(std::string_view word) {
  const auto has_word = [&](const Verb* verb) { return verb->last_word() == word; };
  const auto found = std::ranges::find_if(verbs, has_word);
  return found != verbs.end() && std::ranges::count_if(verbs, has_word) == 1 ? *found : nullptr;
}

}  // namespace

std::vector<const Verb*> verbs_of_group(std::string_view group) {
  std::vector<const Verb*> out;
  std::ranges::copy_if(verbs, std::back_inserter(out),
                       [&](const Verb* verb) { return verb->group() == group; });
  return out;
}

std::vector<std::string> group_names() {
  std::vector<std::string> out;
  for (const auto* verb : verbs) {
    const std::string group(verb->group());
    if (!group.empty() && std::ranges::find(out, group) == out.end()) out.push_back(group);
  }
  return out;
}

VerbMatch find_verb(std::span<const std::string> words) {
  const auto& first = words.front();
  for (const auto* verb : verbs) {
    if (verb->name == first) return {.verb = verb, .word_count = 1};
  }
  const auto in_group = verbs_of_group(first);
  if (in_group.empty()) {
    if (const auto* meant = by_last_word(first)) {
      throw HintedFailure(Errc::usage, "there is no command " + quote_if_needed(first),
                          "did you mean `sluice " + std::string(meant->name) + "`?");
    }
    auto candidates = group_names();
    for (const auto* verb : verbs) {
      if (verb->group().empty()) candidates.emplace_back(verb->name);
    }
    unknown(first, first, candidates, "");
  }
  if (words.size() == 1 || words[1].starts_with('-')) return {.group = first, .word_count = 1};
  for (const auto* verb : hidden_verbs) {
    if (verb->name == first + " " + words[1]) return {.verb = verb, .word_count = 2};
  }
  std::vector<std::string> candidates;
  for (const auto* verb : in_group) {
    if (verb->last_word() == words[1]) return {.verb = verb, .word_count = 2};
    candidates.emplace_back(verb->last_word());
  }
  unknown(first + " " + words[1], words[1], candidates, first + " ");
}

}  // namespace sluice::cli
