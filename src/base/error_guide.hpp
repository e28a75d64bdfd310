// SPDX-License-Identifier: Apache-2.0
#pragma once

// What `sluice explain` and docs/errors.md say about each kind of failure, beyond the facts of
// `describe()`. One row for each `Errc`.

#include <span>
#include <string_view>

#include "sluice/error.hpp"

namespace sluice {

struct ErrorGuide {
  Errc code;
  std::string_view meaning;  // one or two sentences
  std::string_view causes;   // one a line
  std::string_view remedy;   // one a line
  std::string_view example;  // a line that a program writes
};

// In the order of the codes.
[[nodiscard]] std::span<const ErrorGuide> error_guides() noexcept;
[[nodiscard]] const ErrorGuide& guide_to(Errc code) noexcept;

}  // namespace sluice
