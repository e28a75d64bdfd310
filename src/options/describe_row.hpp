// SPDX-License-Identifier: Apache-2.0
#pragma once

// The facts about a row that help, reference page and completions share, as text.

#include "options/bound.hpp"

namespace sluice::options {

// `10s`, `GET`; several are joined by commas. Empty when there is none, or it is secret.
[[nodiscard]] std::string default_text(const BoundRow& bound);
// `--interval <DURATION>`, `--[no-]color`, `<FILE>...`
[[nodiscard]] std::string usage_of(const BoundRow& bound);
// `at least 1ms`, `0 to 2`; empty when the row sets no limit.
[[nodiscard]] std::string range_of(const OptionRow& row);
// `duration`, `list of text` ...
[[nodiscard]] std::string type_of(const OptionRow& row);
// What follows the row's words: choices, range, variable, each a sentence after a blank.
[[nodiscard]] std::string remarks_of(const BoundRow& bound);
// The required options and the positional words of a command line, each after a blank.
[[nodiscard]] std::string usage_words(std::span<const BoundRow> rows);
// Paragraph of words, broken before `columns`; each line but the first is indented.
[[nodiscard]] std::string wrapped(std::string_view text, std::size_t indent, std::size_t columns);

}  // namespace sluice::options
