// SPDX-License-Identifier: Apache-2.0
#pragma once

// The manual pages of the tool, from the table of verbs: sluice(1), a page per group
// (sluice-topic(1)), and a page per verb of one word (sluice-produce(1)). Pure.

#include <string>
#include <vector>

namespace sluice::cli {

struct ToolPage {
  std::string name;  // sluice-topic
  std::string text;  // roff
};

[[nodiscard]] std::vector<ToolPage> tool_manual();

}  // namespace sluice::cli
