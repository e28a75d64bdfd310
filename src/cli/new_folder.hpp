// SPDX-License-Identifier: Apache-2.0
#pragma once

// A folder of files to begin with, written whole or not at all.

#include <filesystem>
#include <string>
#include <vector>

namespace sluice::cli {

// One file of it. A text that begins with `#!` becomes a program.
struct TemplateFile {
  std::string path;  // in the folder
  std::string text;
};

// Fills a hidden folder beside it, which then takes its name, so that nobody sees half of it.
// Throws: `io` when something of that name is there already, or a file cannot be written.
void write_new_folder(const std::filesystem::path& folder, const std::vector<TemplateFile>& files);

// Lower-case letters, digits and single dashes inside, 63 characters at most: what a cluster,
// a file name and an image take as a name.
[[nodiscard]] bool is_plain_name(std::string_view name);

}  // namespace sluice::cli
