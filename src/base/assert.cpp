// SPDX-License-Identifier: Apache-2.0
#include "base/assert.hpp"

#include <cstdio>
#include <cstdlib>

namespace sluice {

void assertion_failed(const char* condition, const char* file, int line) noexcept {
  std::fprintf(stderr, "bug: %s:%d: %s does not hold\n", file, line, condition);
  std::abort();
}

}  // namespace sluice
