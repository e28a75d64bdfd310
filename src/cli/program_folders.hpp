// SPDX-License-Identifier: Apache-2.0
#pragma once

// Where built connectors and SmartModules are, beside the folders that the user names.

#include <filesystem>
#include <string>
#include <vector>

namespace sluice::cli {

// `given`, $SLUICE_BIN, the folder of this program, /usr/lib/sluice/connectors.
[[nodiscard]] std::vector<std::filesystem::path> program_folders(
    const std::vector<std::string>& given);
// `given`, the folders beside this program that a build and an installation have.
[[nodiscard]] std::vector<std::filesystem::path> smartmodule_folders(
    const std::vector<std::string>& given);

}  // namespace sluice::cli
