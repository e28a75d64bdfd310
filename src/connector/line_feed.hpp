// SPDX-License-Identifier: Apache-2.0
#pragma once

// Text that comes in pieces, as the body of an HTTP answer without an end of its own.

#include <functional>
#include <string>

namespace sluice::connector {

class LineFeed {
 public:
  struct Piece {
    std::string text;   // whole lines; empty: nothing waits
    bool last = false;  // nothing will follow
  };

  virtual ~LineFeed() = default;
  // What waits now. Does not block.
  [[nodiscard]] virtual Piece take() = 0;
  // `wake` is called, on any thread, when there may be something to take; an empty one ends that,
  // and when this returns the one before is not running. It must not call the feed.
  virtual void on_ready(std::function<void()> wake) = 0;
};

}  // namespace sluice::connector
