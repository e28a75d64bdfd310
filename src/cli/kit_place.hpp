// SPDX-License-Identifier: Apache-2.0
#pragma once

// Where Sluice is on this machine, for what is built against it: the folder with bin/sluice and,
// when the connector kit is installed, its CMake package. A build folder looks the same.

#include <filesystem>
#include <optional>

namespace sluice::cli {

// $SLUICE_ROOT, else where this program is.
[[nodiscard]] std::filesystem::path sluice_prefix();
// Whether a C++ connector can be built against it.
[[nodiscard]] bool has_kit(const std::filesystem::path& prefix);
// Whether the `sluice` of the PATH is that of the prefix.
[[nodiscard]] bool is_on_path(const std::filesystem::path& prefix);
// The Sluice source tree that the folder, which need not exist, is in.
[[nodiscard]] std::optional<std::filesystem::path> source_tree(std::filesystem::path folder);

}  // namespace sluice::cli
