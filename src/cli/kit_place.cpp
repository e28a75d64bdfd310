// SPDX-License-Identifier: Apache-2.0
#include "cli/kit_place.hpp"

#include <cstdlib>

#include "base/text.hpp"

namespace sluice::cli {
namespace {

namespace fs = std::filesystem;

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

bool has_package(const fs::path& folder) {
  return is_there(folder / "cmake/sluice/SluiceConnectorTargets.cmake");
}

}  // namespace

fs::path sluice_prefix() {
  const char* said = std::getenv("SLUICE_ROOT");
  std::error_code ignored;
  if (said != nullptr && *said != '\0') return fs::weakly_canonical(said, ignored);
  return fs::read_symlink("/proc/self/exe", ignored).parent_path().parent_path();
}

bool has_kit(const fs::path& prefix) {
  if (has_package(prefix / "lib") || has_package(prefix / "lib64")) return true;
  // Debian's libraries are in a folder for the machine's kind.
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(prefix / "lib", failed)) {
    if (has_package(entry.path())) return true;
  }
  return false;
}

bool is_on_path(const fs::path& prefix) {
  const char* path = std::getenv("PATH");
  if (path == nullptr) return false;
  std::error_code failed;
  for (const auto folder : split(path, ':')) {
    const auto program = fs::path(folder) / "sluice";
    if (!folder.empty() && is_there(program)) {
      return fs::equivalent(program, prefix / "bin/sluice", failed);
    }
  }
  return false;
}

std::optional<fs::path> source_tree(fs::path folder) {
  std::error_code failed;
  folder = fs::weakly_canonical(fs::absolute(folder, failed), failed);
  for (; folder.has_relative_path(); folder = folder.parent_path()) {
    if (is_there(folder / "connectors/connector.mk")) return folder;
  }
  return std::nullopt;
}

}  // namespace sluice::cli
