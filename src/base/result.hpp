// SPDX-License-Identifier: Apache-2.0
#pragma once

// `Result<T>`: a value or an `Error`. What every pure layer returns; it becomes
// `std::expected` when the standard library has it.

#include <string>
#include <type_traits>
#include <utility>

#include <tl/expected.hpp>

#include "sluice/error.hpp"

namespace sluice {

template <typename T = void>
using Result = tl::expected<T, Error>;

[[nodiscard]] inline tl::unexpected<Error> fail(Errc code, std::string context) {
  return tl::unexpected(Error{code, std::move(context), {}});
}

// The value, or a `Failure` thrown: from a pure layer into one that waits.
template <typename T>
T or_throw(Result<T> result) {
  if (!result) throw Failure(std::move(result).error());
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

}  // namespace sluice
