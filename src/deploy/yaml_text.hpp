// SPDX-License-Identifier: Apache-2.0
#pragma once

// JSON values as YAML that people like to read. Pure; the only writer of YAML here.
//
// Text that another reader could take for a number, a truth value or a null is quoted, whatever
// version of YAML it follows; text of several lines is a block where a block keeps it exactly.

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace sluice::deploy {

// One document, with a line feed at its end.
[[nodiscard]] std::string yaml_text(const nlohmann::ordered_json& value);
// Several, with `---` between them.
[[nodiscard]] std::string yaml_texts(const std::vector<nlohmann::ordered_json>& documents);

}  // namespace sluice::deploy
