// SPDX-License-Identifier: Apache-2.0
#pragma once

// A connector's section against the schema of its metadata, with the places of the file. For
// programs that cannot check it themselves. Pure.

#include "catalog/metadata.hpp"
#include "launch/launch_file.hpp"

namespace sluice::launch {

// Unknown keys with the nearest right name, values of the wrong type or out of range, keys that
// are missing. `mqtt-url` and `mqtt_url` are the same; text stands for a number where the program
// gets it as text anyhow. No problem shows a secret.
// Requires: file.file != nullptr.
[[nodiscard]] std::vector<Diagnostic> check_section(const LaunchFile& file,
                                                    const catalog::Metadata& metadata);

}  // namespace sluice::launch
