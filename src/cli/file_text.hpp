// SPDX-License-Identifier: Apache-2.0
#pragma once

// Whole files, read and written.

#include <filesystem>
#include <string>
#include <string_view>

namespace sluice::cli {

// Throws: `io`, `permission_denied`; `too_large` above `bytes_max`.
[[nodiscard]] std::string read_text(const std::filesystem::path& path, std::size_t bytes_max);
// A SmartModule, raw or gzipped. Throws: as `read_text`; `smartmodule` when it is neither.
[[nodiscard]] std::string read_wasm(const std::filesystem::path& path);
// Replaces the file, if any, and makes its folder. Throws: `io`, `permission_denied`.
void write_text(const std::filesystem::path& path, std::string_view text);

}  // namespace sluice::cli
