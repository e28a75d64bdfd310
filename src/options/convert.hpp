// SPDX-License-Identifier: Apache-2.0
#pragma once

// Text into values and back, by the rules of a row: kind, range, allowed texts.

#include <tl/expected.hpp>

#include "sluice/options/row.hpp"

namespace sluice::options {

// Why a text is not a value of the row. `problem` contains the text, or `***` for secrets.
struct Refusal {
  std::string problem;
  std::string help;
  std::string suggestion;
};
template <typename T>
using Converted = tl::expected<T, Refusal>;

// One value. `hide` keeps the text out of messages even if the row is not secret.
[[nodiscard]] Converted<Scalar> convert(const OptionRow& row, std::string_view text,
                                        bool hide = false);
// The same for a map's `key=value` (or `key:value`, whichever mark is first), and with an
// empty key for every other shape.
[[nodiscard]] Converted<Entry> convert_entry(const OptionRow& row, std::string_view text,
                                             bool hide = false);
// A value that is typed already, checked against the row's range.
[[nodiscard]] Converted<Scalar> in_range(const OptionRow& row, Scalar value, bool hide = false);

// As a user would write it; `convert` reads it as the same value.
[[nodiscard]] std::string written(const OptionRow& row, const Scalar& value);
[[nodiscard]] std::string written_bound(const OptionRow& row, const Bound& bound);
// The narrower of the row's and the type's limit.
[[nodiscard]] Bound least_of(const OptionRow& row);
[[nodiscard]] Bound most_of(const OptionRow& row);
// The texts that are allowed; empty: any.
[[nodiscard]] std::vector<std::string> choices_of(const OptionRow& row);
// `a whole number`, `a duration` ...
[[nodiscard]] std::string_view noun_of(OptionKind kind);

}  // namespace sluice::options
