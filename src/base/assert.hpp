// SPDX-License-Identifier: Apache-2.0
#pragma once

// SLUICE_ASSERT(condition): a broken invariant is a bug. On in all builds; prints the
// condition and the place, then aborts. Never for bytes or files from outside.

namespace sluice {
[[noreturn]] void assertion_failed(const char* condition, const char* file, int line) noexcept;
}  // namespace sluice

#define SLUICE_ASSERT(condition) \
  ((condition) ? static_cast<void>(0) : ::sluice::assertion_failed(#condition, __FILE__, __LINE__))
