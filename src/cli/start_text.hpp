// SPDX-License-Identifier: Apache-2.0
#pragma once

// Where reading begins and ends, as a user writes it, and as option values.
//
//   --from   beginning | end | 42 (that offset) | +5 (5 after the beginning) | -5 (5 before the
//   end)
//   --until  end | 42 (that offset, included)

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "sluice/consumer.hpp"
#include "sluice/options/table.hpp"

namespace sluice::cli {

[[nodiscard]] Result<StartAt> parse_start(std::string_view text);
[[nodiscard]] std::string format_start(const StartAt& start);

struct Until {
  std::optional<Offset> last;  // unset: what is there when reading starts

  friend bool operator==(const Until&, const Until&) = default;
};
[[nodiscard]] Result<Until> parse_until(std::string_view text);
[[nodiscard]] std::string format_until(const Until& until);

}  // namespace sluice::cli

template <>
struct sluice::option_value<sluice::StartAt> {
  static std::string check(std::string_view text);
  static constexpr options::ValueInfo info{.kind = OptionKind::text, .check = &check};
  static StartAt from(const options::Scalar& scalar);
  static options::Scalar to(const StartAt& start);
};

template <>
struct sluice::option_value<sluice::cli::Until> {
  static std::string check(std::string_view text);
  static constexpr options::ValueInfo info{.kind = OptionKind::text, .check = &check};
  static cli::Until from(const options::Scalar& scalar);
  static options::Scalar to(const cli::Until& until);
};
