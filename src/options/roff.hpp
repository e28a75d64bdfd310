// SPDX-License-Identifier: Apache-2.0
#pragma once

// Text as roff, the language of manual pages (groff_man(7), groff_char(7)). Pure.

#include <string>
#include <string_view>

namespace sluice::options {

// Each character as itself, at any place of a line.
[[nodiscard]] std::string roff_escaped(std::string_view text);
// A paragraph on one line; what is in backticks is bold.
[[nodiscard]] std::string roff_paragraph(std::string_view text);
// A usage: words bold, `<VALUE>` slanted, brackets and dots of what may be left out plain.
[[nodiscard]] std::string roff_usage(std::string_view usage);

}  // namespace sluice::options
