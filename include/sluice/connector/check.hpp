// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a connector has of the kit while it is only asked whether it could run: `PROGRAM check`.
//
// A check reaches the outside system as a run would, is let in, and goes away again. It sends no
// record, takes none, and leaves nothing behind that a running instance would notice.

#include <chrono>
#include <string>

namespace sluice {

// Use it on the thread that `check` is called on.
class CheckContext {
 public:
  virtual ~CheckContext() = default;
  [[nodiscard]] virtual const std::string& topic() const = 0;
  // What the user, or the kit, calls the instance that would run.
  [[nodiscard]] virtual const std::string& name() const = 0;
  // How long the check may still take; 0 when it is over.
  [[nodiscard]] virtual std::chrono::milliseconds time_left() const = 0;
  // What was found, as a short text for the user: `127.0.0.1:1883 takes us, MQTT 5`. Each is shown.
  virtual void found(std::string text) = 0;
};

}  // namespace sluice
