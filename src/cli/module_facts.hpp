// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a SmartModule is: its kind, what it exports, its size.

#include <string>

#include "cli/listing.hpp"
#include "cli/module_folder.hpp"
#include "smartmodule/engine.hpp"

namespace sluice::cli {

struct ModuleFacts {
  std::string name;
  smartmodule::Shape shape;
  std::uint64_t wasm_bytes = 0;  // inflated
  std::uint64_t gzip_bytes = 0;  // as it is in a cluster
  std::string sha256;

  // `filter with init, 5.5 KiB (2.5 KiB in the cluster)`
  [[nodiscard]] std::string summary() const;
  // `file`: empty when it has none.
  [[nodiscard]] Facts facts(const std::string& file) const;
};

// Throws: `smartmodule` when it is none.
[[nodiscard]] ModuleFacts inspect_module(smartmodule::Engine& engine, const ModuleFile& file);

}  // namespace sluice::cli
