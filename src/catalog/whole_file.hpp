// SPDX-License-Identifier: Apache-2.0
#pragma once

// Files read whole, folders replaced whole.

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace sluice::catalog {

// Errors: `io`, `permission_denied`, `too_large`.
[[nodiscard]] Result<std::string> read_whole(const std::filesystem::path& path,
                                             std::size_t bytes_max);

struct NewFile {
  std::string path;  // in the folder, with `/`
  std::string bytes;
};

// Makes the folder with exactly these files, in the place of what was there: a reader sees the old
// folder or the new one. Throws: `io`, `permission_denied`, `no_space`; then the old one is there.
void replace_folder(const std::filesystem::path& folder, const std::vector<NewFile>& files);

}  // namespace sluice::catalog
