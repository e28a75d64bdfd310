// SPDX-License-Identifier: Apache-2.0
#pragma once

// A name as people write it, made fit for the name of a file or a topic. Pure.

#include <cstddef>
#include <string>
#include <string_view>

namespace sluice {

// Small letters, digits and `-`, at most `size_max`; a name that is changed or cut gets a hash, so
// that two names never become one. The same for ever. Requires: size_max > 9.
[[nodiscard]] std::string name_stem(std::string_view name, std::size_t size_max);
// For files: at most 63 characters.
[[nodiscard]] std::string file_stem(std::string_view name);

}  // namespace sluice
