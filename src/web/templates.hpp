// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace sluice::web {

// A file of catalog/templates. Requires: that there is such a file.
[[nodiscard]] std::string_view page_template(std::string_view path);

}  // namespace sluice::web
