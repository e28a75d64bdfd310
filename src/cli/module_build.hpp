// SPDX-License-Identifier: Apache-2.0
#pragma once

// Compiles a SmartModule by tools/smartmodule_build.sh, which is part of this program.

#include <filesystem>
#include <vector>

namespace sluice::cli {

// What the compiler says goes to standard error. Throws: `smartmodule` when the source does not
// compile; `io`, with what to install, when the compiler or a library is missing.
void build_module(const std::vector<std::filesystem::path>& sources,
                  const std::filesystem::path& wasm);

}  // namespace sluice::cli
