// SPDX-License-Identifier: Apache-2.0
#pragma once

// A verb of the tool: its name as typed, its words for `help`, its options and what it does.
//
// A verb is one file: a struct of options with an option table, a function that takes the
// struct and returns the exit code, and
//
//   const Verb topic_list = make_verb<&run>("topic list", "Lists topics.", "sluice topic list");
//
// verbs.hpp has the table of all. The function throws `Failure` for what stops it.

#include <memory>
#include <string_view>

#include "sluice/options/set.hpp"

namespace sluice::cli {

struct Verb {
  std::string_view name;      // one or two words: `topic list`
  std::string_view text;      // one or two sentences
  std::string_view examples;  // command lines, one a line; may be empty

  // The options' struct, how it joins a set, and the action on it.
  std::shared_ptr<void> (*make)();
  void (*bind)(OptionSet& set, void* options);
  int (*run)(const void* options);

  // `topic` of `topic list`, or empty.
  [[nodiscard]] constexpr std::string_view group() const {
    const auto blank = name.find(' ');
    return blank == std::string_view::npos ? std::string_view() : name.substr(0, blank);
  }
  // `list` of `topic list`.
  [[nodiscard]] constexpr std::string_view last_word() const {
    return name.substr(group().empty() ? 0 : group().size() + 1);
  }
};

namespace detail {
template <typename O>
O options_of(int (*)(const O&));
}  // namespace detail

template <auto action>
[[nodiscard]] constexpr Verb make_verb(std::string_view name, std::string_view text,
                                       std::string_view examples = {}) {
  using O = decltype(detail::options_of(action));
  return {.name = name,
          .text = text,
          .examples = examples,
          .make = []() -> std::shared_ptr<void> { return std::make_shared<O>(); },
          .bind = [](OptionSet& set, void* o) { set.bind(*static_cast<O*>(o)); },
          .run = [](const void* o) { return action(*static_cast<const O*>(o)); }};
}

}  // namespace sluice::cli
