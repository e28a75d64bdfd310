// SPDX-License-Identifier: Apache-2.0
#pragma once

// The options that say what becomes of a record, or of a try, that failed: one policy for each
// class of errors, how often and after which pauses something is tried again, where dead letters
// go, and when there are too many of them. docs/errors-and-dead-letters.md explains them to users.

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <tuple>

#include "sluice/options.hpp"

namespace sluice::connector {

enum class ErrorPolicy : std::uint8_t { stop, retry, skip, dead_letter };
// For what trying again would not help.
enum class FaultPolicy : std::uint8_t { stop, skip, dead_letter };

struct DeadLetterOptions {
  std::optional<std::string> topic;
  std::optional<std::string> file;
};

struct ErrorOptions {
  ErrorPolicy on_malformed = ErrorPolicy::stop;
  ErrorPolicy on_rejected = ErrorPolicy::stop;
  ErrorPolicy on_too_large = ErrorPolicy::stop;
  ErrorPolicy on_unavailable = ErrorPolicy::retry;
  FaultPolicy on_transform = FaultPolicy::stop;
  std::uint32_t retry_limit = 0;  // attempts, the first included; 0: no limit
  FaultPolicy on_exhausted = FaultPolicy::stop;
  std::chrono::milliseconds retry_delay_min{100};
  std::chrono::milliseconds retry_delay_max{30'000};
  std::uint64_t error_limit = 0;  // 0: none
  std::uint64_t error_window = 1'000;
  DeadLetterOptions dead_letters;

  // Whether a dead letter could be written.
  [[nodiscard]] bool want_letters() const noexcept;
};

void validate_options(const ErrorOptions& options, OptionProblems& problems);

}  // namespace sluice::connector

namespace sluice {

template <>
struct enum_names<connector::ErrorPolicy> {
  using P = connector::ErrorPolicy;
  static constexpr std::array rows{EnumName{P::stop, "stop"}, EnumName{P::retry, "retry"},
                                   EnumName{P::skip, "skip"},
                                   EnumName{P::dead_letter, "dead-letter"}};
};

template <>
struct enum_names<connector::FaultPolicy> {
  using P = connector::FaultPolicy;
  static constexpr std::array rows{EnumName{P::stop, "stop"}, EnumName{P::skip, "skip"},
                                   EnumName{P::dead_letter, "dead-letter"}};
};

template <>
struct option_table<connector::DeadLetterOptions> {
  using O = connector::DeadLetterOptions;
  static constexpr auto rows = std::tuple{
      option<&O::topic>("dead-letter-topic",
                        "Topic for records that failed, with the reason; made when it is missing.")
          .excludes_group("dead-letters")
          .value_name("TOPIC"),
      option<&O::file>("dead-letter-file", "File for them, a JSON object a line.")
          .excludes_group("dead-letters")
          .value_name("FILE"),
  };
};

template <>
struct option_table<connector::ErrorOptions> {
  using O = connector::ErrorOptions;
  static constexpr auto rows = std::tuple{
      option<&O::on_malformed>(
          "on-malformed",
          "What becomes of a record that is not what is expected: `stop` the connector, `retry`, "
          "`skip` and count it, or write a `dead-letter`."),
      option<&O::on_rejected>("on-rejected",
                              "What becomes of a record that the outside refuses for good."),
      option<&O::on_too_large>("on-too-large", "What becomes of a record over a size limit."),
      option<&O::on_unavailable>(
          "on-unavailable",
          "What happens while the outside cannot be reached, or says to try later: `retry`, "
          "`stop`, "
          "or give up what is in hand after `--retry-limit` attempts with `skip` or "
          "`dead-letter`."),
      option<&O::on_transform>("transform-error",
                               "What becomes of a record that a SmartModule cannot transform: "
                               "`stop` the connector, `skip` and count it, or write a "
                               "`dead-letter`."),
      option<&O::retry_limit>("retry-limit",
                              "Most attempts, the first included, of what is tried again. 0: no "
                              "limit."),
      option<&O::on_exhausted>("on-retries-exhausted",
                               "What becomes of a record after `--retry-limit` attempts."),
      option<&O::retry_delay_min>("retry-delay-min",
                                  "Least pause before the next try. It doubles, with jitter, from "
                                  "try to try.")
          .alias("backoff-min")
          .at_least(std::chrono::milliseconds(1))
          .at_most(std::chrono::hours(24)),
      option<&O::retry_delay_max>("retry-delay-max", "Longest pause before the next try.")
          .alias("backoff-max")
          .at_least(std::chrono::milliseconds(1))
          .at_most(std::chrono::hours(24)),
      option<&O::error_limit>("error-limit",
                              "Most records that may be skipped or become dead letters among the "
                              "last `--error-window`: one more stops the connector. 0: any number.")
          .at_most(1'000'000),
      option<&O::error_window>("error-window", "How many records `--error-limit` looks back on.")
          .at_least(1)
          .at_most(1'000'000'000),
      option_group<&O::dead_letters>(),
  };

  static void validate(const O& options, OptionProblems& problems) {
    connector::validate_options(options, problems);
  }
};

}  // namespace sluice
