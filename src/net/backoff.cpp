// SPDX-License-Identifier: Apache-2.0
#include "net/backoff.hpp"

#include <algorithm>

namespace sluice::net {

std::chrono::milliseconds Backoff::next() {
  bound_ = bound_.count() == 0 ? limits_.min : std::min(bound_ * 2, limits_.max);
  std::uniform_int_distribution<std::int64_t> part(bound_.count() / 2, bound_.count());
  return std::chrono::milliseconds(part(random_));
}

}  // namespace sluice::net
