// SPDX-License-Identifier: Apache-2.0
#include "cli/new_folder.hpp"

#include <algorithm>

#include <unistd.h>

#include "base/text.hpp"
#include "cli/failure.hpp"
#include "cli/file_text.hpp"

namespace sluice::cli {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const fs::path& folder, const std::error_code& why) {
  throw Failure(
      why == std::errc::permission_denied ? Errc::permission_denied : Errc::io,
      "cannot make the folder " + quote_if_needed(folder.string()) + ": " + why.message());
}

[[noreturn]] void fail_taken(const fs::path& folder) {
  throw HintedFailure(Errc::io, quote_if_needed(folder.string()) + " exists already",
                      "choose another name, or move it away");
}

void write_files(const fs::path& folder, const std::vector<TemplateFile>& files) {
  for (const auto& file : files) {
    write_text(folder / file.path, file.text);
    if (!file.text.starts_with("#!")) continue;
    using fs::perms;
    fs::permissions(folder / file.path, perms::owner_exec | perms::group_exec | perms::others_exec,
                    fs::perm_options::add);
  }
}

}  // namespace

void write_new_folder(const fs::path& folder, const std::vector<TemplateFile>& files) {
  std::error_code failed;
  if (fs::symlink_status(folder, failed).type() != fs::file_type::not_found) fail_taken(folder);
  failed.clear();
  const auto parent = folder.parent_path();
  if (!parent.empty()) fs::create_directories(parent, failed);
  if (failed) fail(parent, failed);
  const auto half_done =
      parent / ("." + folder.filename().string() + ".new-" + std::to_string(::getpid()));
  try {
    write_files(half_done, files);
    // Takes the place of nothing but an empty folder, should one have come meanwhile.
    fs::rename(half_done, folder, failed);
    if (failed) fail(folder, failed);
  } catch (...) {
    fs::remove_all(half_done, failed);
    throw;
  }
}

bool is_plain_name(std::string_view name) {
  const auto is_good = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  };
  return !name.empty() && name.size() <= 63 && std::ranges::all_of(name, is_good) &&
         name.front() != '-' && name.back() != '-';
}

}  // namespace sluice::cli
