// SPDX-License-Identifier: Apache-2.0
#pragma once

// A catalog as a folder of files that any web server, or a browser without one, shows.

#include "catalog/whole_file.hpp"

namespace sluice::catalog {

// catalog.json itself, the pages, and a page for each entry. Requires: text of `build_catalog`.
[[nodiscard]] std::vector<NewFile> site_files(const std::string& catalog_text);

}  // namespace sluice::catalog
