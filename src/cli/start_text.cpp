// SPDX-License-Identifier: Apache-2.0
#include "cli/start_text.hpp"

#include <charconv>

#include "base/text.hpp"

namespace sluice::cli {
namespace {

// Digits only, up to the largest offset.
std::optional<std::int64_t> parse_offset(std::string_view text) {
  std::int64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, failed] = std::from_chars(text.data(), end, number);
  const bool whole = failed == std::errc() && stop == end && !text.starts_with('-');
  return whole ? std::optional(number) : std::nullopt;
}

template <typename T>
std::string problem_of(const Result<T>& result) {
  return result ? std::string() : result.error().context;
}

}  // namespace

Result<StartAt> parse_start(std::string_view text) {
  if (text == "beginning") return StartAt::beginning();
  if (text == "end") return StartAt::end();
  const bool is_relative = text.starts_with('+') || text.starts_with('-');
  const auto number = parse_offset(text.substr(is_relative ? 1 : 0));
  if (!number) {
    return fail(Errc::invalid_argument, quote_if_needed(text) +
                                            " is not `beginning`, `end`, an offset such as `42`, "
                                            "`+5` (after the beginning) or `-5` (before the end)");
  }
  if (!is_relative) return StartAt::absolute({*number});
  return text.starts_with('+') ? StartAt::beginning(*number) : StartAt::end(*number);
}

std::string format_start(const StartAt& start) {
  switch (start.from) {
    case StartAt::From::beginning:
      return start.count == 0 ? "beginning" : "+" + std::to_string(start.count);
    case StartAt::From::end:
      return start.count == 0 ? "end" : "-" + std::to_string(start.count);
    case StartAt::From::absolute:
      break;
  }
  return std::to_string(start.count);
}

Result<Until> parse_until(std::string_view text) {
  if (text == "end") return Until{};
  const auto number = parse_offset(text);
  if (!number) {
    return fail(Errc::invalid_argument,
                quote_if_needed(text) + " is neither `end` nor an offset such as `42`");
  }
  return Until{Offset{*number}};
}

std::string format_until(const Until& until) {
  return until.last ? std::to_string(until.last->value) : "end";
}

}  // namespace sluice::cli

namespace sluice {

std::string option_value<StartAt>::check(std::string_view text) {
  return cli::problem_of(cli::parse_start(text));
}
StartAt option_value<StartAt>::from(const options::Scalar& scalar) {
  return *cli::parse_start(std::get<std::string>(scalar));
}
options::Scalar option_value<StartAt>::to(const StartAt& start) {
  return cli::format_start(start);
}

std::string option_value<cli::Until>::check(std::string_view text) {
  return cli::problem_of(cli::parse_until(text));
}
cli::Until option_value<cli::Until>::from(const options::Scalar& scalar) {
  return *cli::parse_until(std::get<std::string>(scalar));
}
options::Scalar option_value<cli::Until>::to(const cli::Until& until) {
  return cli::format_until(until);
}

}  // namespace sluice
