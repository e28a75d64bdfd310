// SPDX-License-Identifier: Apache-2.0
#pragma once

// What an asynchronous call hands to its callback: a value, or the error in its place.

#include <functional>
#include <utility>
#include <variant>

#include "sluice/error.hpp"

namespace sluice {

struct Done {};  // the value of a call that gives none

template <typename T>
class Outcome {
 public:
  Outcome(T value) : state_(std::move(value)) {}      // NOLINT(google-explicit-constructor)
  Outcome(Error error) : state_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] bool ok() const noexcept { return state_.index() == 0; }
  explicit operator bool() const noexcept { return ok(); }
  // Throws: `Failure` with the error, when there is one.
  [[nodiscard]] T& value() & {
    if (!ok()) throw Failure(std::get<1>(state_));
    return std::get<0>(state_);
  }
  [[nodiscard]] T&& value() && { return std::move(value()); }
  // Requires: !ok().
  [[nodiscard]] const Error& error() const { return std::get<1>(state_); }

 private:
  std::variant<T, Error> state_;
};

// Called once, on the client's I/O thread: return quickly, and do not throw.
template <typename T>
using Callback = std::move_only_function<void(Outcome<T>)>;

}  // namespace sluice
