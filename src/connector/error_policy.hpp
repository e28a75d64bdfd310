// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the user wants done about an error: its class, and the verdict after so many attempts.
// Pure.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string_view>

#include "connector/error_options.hpp"
#include "sluice/error.hpp"

namespace sluice::connector {

enum class ErrorClass : std::uint8_t {
  malformed,
  rejected,
  too_large,
  unavailable,  // every code that trying again can help
  fatal         // any other: the connector stops
};

[[nodiscard]] ErrorClass class_of(Errc code) noexcept;
// As metrics say it: `malformed`, `too_large`.
[[nodiscard]] std::string_view name_of(ErrorClass which) noexcept;
// It is about a record, and not about the whole.
[[nodiscard]] constexpr bool is_of_record(ErrorClass which) noexcept {
  return which < ErrorClass::unavailable;
}

// What to do after the attempt with the number `attempts`, counted from 1, failed with the code.
[[nodiscard]] ErrorPolicy verdict(const ErrorOptions& options, Errc code, std::uint64_t attempts);

// Whether more than `limit` of the last `window` records were left out. Memory: `limit` numbers.
class CircuitBreaker {
 public:
  // A limit of 0 is none.
  CircuitBreaker(std::uint64_t limit, std::uint64_t window) : limit_(limit), window_(window) {}

  void good(std::uint64_t records);
  // Counts records that are to be left out; false when that is too many: none of them counts.
  [[nodiscard]] bool bad(std::uint64_t records);

 private:
  void forget();

  std::uint64_t limit_;
  std::uint64_t window_;
  std::uint64_t seen_ = 0;
  std::deque<std::uint64_t> bad_;  // their numbers
};

}  // namespace sluice::connector
