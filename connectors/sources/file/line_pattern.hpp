// SPDX-License-Identifier: Apache-2.0
#pragma once

// A regular expression of the C library (POSIX, extended): it needs no recursion on long lines.

#include <memory>
#include <string>
#include <string_view>

#include <sluice/outcome.hpp>

namespace sluice::file_source {

class LinePattern {
 public:
  // Errors: `invalid_argument`, with what is wrong.
  [[nodiscard]] static Outcome<LinePattern> compile(const std::string& text);
  // Somewhere in the line, unless the pattern says where.
  [[nodiscard]] bool matches(std::string_view line) const;

 private:
  struct Compiled;
  explicit LinePattern(std::shared_ptr<const Compiled> compiled) : compiled_(std::move(compiled)) {}
  std::shared_ptr<const Compiled> compiled_;
};

}  // namespace sluice::file_source
