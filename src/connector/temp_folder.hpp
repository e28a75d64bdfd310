// SPDX-License-Identifier: Apache-2.0
#pragma once

// A folder for one test, removed with everything in it.

#include <cstdlib>
#include <filesystem>
#include <string>

#include <unistd.h>

#include "base/assert.hpp"

namespace sluice::connector {

class TempFolder {
 public:
  TempFolder() {
    auto name = (std::filesystem::temp_directory_path() / "sluice-XXXXXX").string();
    SLUICE_ASSERT(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace sluice::connector
