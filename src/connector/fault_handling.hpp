// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the kit does about a record that a SmartModule cannot transform, as far as it is the
// same for sources and sinks.

#include <string>

#include "base/log.hpp"
#include "connector/dead_letters.hpp"
#include "connector/log_limiter.hpp"
#include "connector/smartmodule_options.hpp"
#include "smartmodule/fault.hpp"

namespace sluice::connector {

// Why a record counts as filtered.
inline constexpr std::string_view filtered_reason = "transform";
inline constexpr std::string_view skipped_reason = "transform_error";

struct FaultHandling {
  FaultPolicy policy = FaultPolicy::stop;
  DeadLetters* letters = nullptr;  // there is one with the policy `dead_letter`
  LogLimiter limiter = LogLimiter();

  void log(const Error& error) {
    const auto kept_back = limiter.allow(error.code, std::chrono::steady_clock::now());
    if (!kept_back) return;
    log::warn(
        "connector.transform",
        policy == FaultPolicy::skip ? "a record was left out" : "a record became a dead letter",
        {{"error", error.message()}, {"not_logged", std::to_string(*kept_back)}});
  }
};

// The letter, without the record.
[[nodiscard]] inline DeadLetter dead_letter(const smartmodule::RecordFault& fault) {
  return {.error = fault.to_error(),
          .module = fault.module,
          .kind = name_of(fault.kind),
          .step = fault.step};
}

}  // namespace sluice::connector
