// SPDX-License-Identifier: Apache-2.0
#pragma once

// The files of a new SmartModule, for each kind: a small one that works, and its cases. Pure.

#include <string>
#include <vector>

#include "cli/new_folder.hpp"
#include "smartmodule/fault.hpp"

namespace sluice::cli {

[[nodiscard]] std::vector<TemplateFile> module_templates(const std::string& name,
                                                         smartmodule::Kind kind);

}  // namespace sluice::cli
