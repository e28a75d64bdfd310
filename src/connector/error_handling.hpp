// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the kit does about a record that failed, as far as it is the same for sources and sinks.
// On the author's thread only.

#include <optional>
#include <string>

#include "connector/backoff.hpp"
#include "connector/dead_letters.hpp"
#include "connector/error_policy.hpp"
#include "connector/log_limiter.hpp"
#include "smartmodule/fault.hpp"

namespace sluice::connector {

// Why a record counts as filtered; one that was skipped for an error of its own counts under
// the name of the error's class.
inline constexpr std::string_view filtered_reason = "transform";
inline constexpr std::string_view skipped_reason = "transform_error";

class ErrorHandling {
 public:
  // `letters` are needed when an option asks for dead letters; they outlive this.
  explicit ErrorHandling(ErrorOptions options = {}, DeadLetters* letters = nullptr);

  // `retry` and `stop` as they are; else the record is left out, after `leave_out`.
  [[nodiscard]] ErrorPolicy verdict(Errc code, std::uint64_t attempts) const {
    return connector::verdict(options_, code, attempts);
  }
  [[nodiscard]] FaultPolicy on_transform() const noexcept { return options_.on_transform; }
  [[nodiscard]] DeadLetters& letters() const noexcept { return *letters_; }
  [[nodiscard]] bool wants_letters() const noexcept { return options_.want_letters(); }

  // Records that are not left out.
  void good(std::uint64_t records) { breaker_.good(records); }
  // So many records are to be left out because of this; when those are too many now, the error
  // that the connector stops with, and they are not.
  [[nodiscard]] std::optional<Error> leave_out(const Error& error, std::uint64_t records = 1);
  // Says it, from time to time.
  void log(const Error& error, ErrorPolicy policy);

 private:
  ErrorOptions options_;
  DeadLetters* letters_;
  CircuitBreaker breaker_;
  LogLimiter limiter_;
};

// The letter, without the record.
[[nodiscard]] inline DeadLetter dead_letter(const smartmodule::RecordFault& fault) {
  return {.error = fault.to_error(),
          .module = fault.module,
          .kind = name_of(fault.kind),
          .step = fault.step};
}

[[nodiscard]] inline ErrorPolicy as_error_policy(FaultPolicy policy) noexcept {
  if (policy == FaultPolicy::stop) return ErrorPolicy::stop;
  return policy == FaultPolicy::skip ? ErrorPolicy::skip : ErrorPolicy::dead_letter;
}

}  // namespace sluice::connector
