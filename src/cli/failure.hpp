// SPDX-License-Identifier: Apache-2.0
#pragma once

// How a failure becomes the lines that a user reads: `error: what`, `hint: what to do next`.

#include <string>
#include <utility>

#include "sluice/error.hpp"

namespace sluice::cli {

// A failure whose place knows better than its code what to do next.
class HintedFailure final : public Failure {
 public:
  HintedFailure(Error error, std::string hint)
      : Failure(std::move(error)), hint_(std::move(hint)) {}
  HintedFailure(Errc code, std::string context, std::string hint)
      : HintedFailure(Error{code, std::move(context), {}}, std::move(hint)) {}

  [[nodiscard]] const std::string& hint() const noexcept { return hint_; }

 private:
  std::string hint_;
};

// What helps against this kind of failure; empty when nothing general does.
[[nodiscard]] std::string hint_for(Errc code);

// Writes the lines to standard error, and returns the exit code.
int report(const Failure& failure);
void report_line(const std::string& error, const std::string& hint);

}  // namespace sluice::cli
