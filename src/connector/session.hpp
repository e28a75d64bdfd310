// SPDX-License-Identifier: Apache-2.0
#pragma once

// A connector at work, as the runner sees it. `run` and `drain` are called on the author's
// thread; the rest may be called from any.

#include <cstdint>

namespace sluice::connector {

class Session {
 public:
  virtual ~Session() = default;

  // Runs the author's code until it ends or is told to stop. Throws: what stops the connector.
  virtual void run() = 0;
  // Waits until all that was read is where it should be; after `run`, whether it threw or not.
  // Throws: what makes that impossible.
  virtual void drain() = 0;
  // Takes nothing new while paused: what is half done is finished, a stop needs no resume.
  virtual void set_paused(bool paused) = 0;
  // Read no more, finish what is half done, return from `run`.
  virtual void request_stop() = 0;
  // The time to drain is over: all that waits in the kit throws `cancelled`.
  virtual void abandon() = 0;
  // Records that were read and are not where they should be.
  [[nodiscard]] virtual std::uint64_t unfinished() const = 0;
};

}  // namespace sluice::connector
