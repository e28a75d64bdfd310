// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the verbs share that look at the SmartModules of a cluster.

#include <string>

#include "cli/cluster_options.hpp"
#include "cli/module_folder.hpp"

namespace sluice::cli {

// `smartmodule` with the nearest name that exists as hint.
[[noreturn]] void fail_missing_smartmodule(Admin& admin, const std::string& name);
// Throws: as `fail_missing_smartmodule`.
[[nodiscard]] ModuleFile download(Admin& admin, const std::string& name);

}  // namespace sluice::cli
