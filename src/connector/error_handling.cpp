// SPDX-License-Identifier: Apache-2.0
#include "connector/error_handling.hpp"

#include <utility>

#include "base/assert.hpp"
#include "base/log.hpp"

namespace sluice::connector {

ErrorHandling::ErrorHandling(ErrorOptions options, DeadLetters* letters)
    : options_(std::move(options)),
      letters_(letters),
      breaker_(options_.error_limit, options_.error_window) {
  SLUICE_ASSERT(letters_ != nullptr || !options_.want_letters());
}

std::optional<Error> ErrorHandling::leave_out(const Error& error, std::uint64_t records) {
  if (breaker_.bad(records)) return std::nullopt;
  return in_context("more than " + std::to_string(options_.error_limit) + " of the last " +
                        std::to_string(options_.error_window) +
                        " records could not be delivered (`--error-limit`); the last one",
                    error);
}

void ErrorHandling::log(const Error& error, ErrorPolicy policy) {
  const auto kept_back = limiter_.allow(error.code, std::chrono::steady_clock::now());
  if (!kept_back) return;
  std::string_view text = "a record became a dead letter";
  if (policy == ErrorPolicy::skip) text = "a record was left out";
  if (policy == ErrorPolicy::retry) text = "a record failed, trying again";
  log::warn("connector.errors", text,
            {{"error", error.message()},
             {"code", std::string(describe(error.code).name)},
             {"not_logged", std::to_string(*kept_back)}});
}

}  // namespace sluice::connector
