// SPDX-License-Identifier: Apache-2.0
#include "cli/program_folders.hpp"

#include <cstdlib>

namespace sluice::cli {
namespace {

namespace fs = std::filesystem;

fs::path own_folder() {
  std::error_code failed;
  return fs::read_symlink("/proc/self/exe", failed).parent_path();
}

}  // namespace

std::vector<fs::path> program_folders(const std::vector<std::string>& given) {
  std::vector<fs::path> out(given.begin(), given.end());
  const char* const built = std::getenv("SLUICE_BIN");
  if (built != nullptr && *built != '\0') out.emplace_back(built);
  out.push_back(own_folder());
  out.emplace_back("/usr/lib/sluice/connectors");
  return out;
}

std::vector<fs::path> smartmodule_folders(const std::vector<std::string>& given) {
  std::vector<fs::path> out(given.begin(), given.end());
  const auto own = own_folder();
  out.push_back(own.parent_path() / "smartmodules");
  out.push_back(own.parent_path() / "share/sluice/smartmodules");
  return out;
}

}  // namespace sluice::cli
