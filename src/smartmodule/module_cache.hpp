// SPDX-License-Identifier: Apache-2.0
#pragma once

// Compiled modules on disk, so that a module is compiled once for a machine.
//
// What is stored is native code that will be run: the folder must belong to this user and be
// writable by nobody else, or the cache stays off. A file is named by the hash of the module
// and by the engine that made it, written under another name and renamed, so any number of
// programs may start at once; a checksum finds what a crash left half-written. The oldest go
// when the folder grows over its limit. Failures are never more than a missed cache.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "base/bytes.hpp"

namespace sluice::smartmodule {

class ModuleCache {
 public:
  static constexpr std::uint64_t bytes_max_default = 256U * 1024 * 1024;

  // An empty path: no cache. Makes the folder.
  explicit ModuleCache(std::filesystem::path folder, std::uint64_t bytes_max = bytes_max_default);

  [[nodiscard]] bool on() const noexcept { return !folder_.empty(); }
  [[nodiscard]] std::optional<Bytes> find(const std::string& key) const;
  void store(const std::string& key, ByteView compiled) const;
  void forget(const std::string& key) const;

 private:
  [[nodiscard]] std::filesystem::path path_of(const std::string& key) const;
  void trim() const;

  std::filesystem::path folder_;
  std::uint64_t bytes_max_;
};

// SLUICE_CACHE, else XDG_CACHE_HOME/sluice, else ~/.cache/sluice, and in it `modules`; empty
// when none of them is set.
[[nodiscard]] std::filesystem::path default_module_cache();

}  // namespace sluice::smartmodule
