// SPDX-License-Identifier: Apache-2.0
#pragma once

// One line in the log, once a minute and at the end: what was done since the last one, and in
// total. The proof of life that needs nothing but the log.

#include "connector/clock.hpp"
#include "connector/stats.hpp"

namespace sluice::connector {

class StatusLine {
 public:
  StatusLine(const Stats& stats, const Clock& clock)
      : stats_(stats), clock_(clock), since_(clock.now()) {}

  void write();

 private:
  const Stats& stats_;
  const Clock& clock_;
  TimePoint since_;
  std::uint64_t delivered_before_ = 0;
  std::uint64_t bytes_before_ = 0;
};

}  // namespace sluice::connector
