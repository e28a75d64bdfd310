// SPDX-License-Identifier: Apache-2.0
#pragma once

// SIGINT and SIGTERM while an object of this class lives: the first asks the work to stop, the
// second ends the program at once with 128+n. One object at a time.

#include <chrono>

namespace sluice::cli {

class StopSignal {
 public:
  StopSignal();
  ~StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  [[nodiscard]] bool requested() const noexcept;
  // Readable from the first signal on; for poll(2).
  [[nodiscard]] int fd() const noexcept;
  // Waits for the first signal.
  void wait() const;
};

}  // namespace sluice::cli
