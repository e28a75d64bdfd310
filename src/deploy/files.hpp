// SPDX-License-Identifier: Apache-2.0
#pragma once

// Files that are whole or not there: written beside their place, synced, and renamed into it.
//
// All throw `permission_denied`, `no_space` or `io` with the path that is in the way.

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include <sys/types.h>

namespace sluice::deploy {

// With its parents; its own mode is set, theirs is the usual.
void make_folder(const std::filesystem::path& folder, mode_t mode);
void write_whole(const std::filesystem::path& file, std::string_view content, mode_t mode);
// Nothing when there is no such file. `too_large` above `bytes_max`.
[[nodiscard]] std::optional<std::string> read_whole(const std::filesystem::path& file,
                                                    std::size_t bytes_max);
// Nothing happens when it is not there.
void remove_file(const std::filesystem::path& file);
void remove_tree(const std::filesystem::path& folder);
void move_file(const std::filesystem::path& from, const std::filesystem::path& to);
// The names in a folder are on disk.
void sync_folder(const std::filesystem::path& folder);

}  // namespace sluice::deploy
