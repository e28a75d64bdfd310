// SPDX-License-Identifier: Apache-2.0
#pragma once

// The files of a catalog site that depend on the catalog. A whole site is a folder with
// `catalog_site()`, `catalog.json`, its `catalog_script()` and a `catalog_page()` for each entry;
// it then works from any web server and as files.

#include <cstdint>
#include <string>
#include <string_view>

namespace sluice::web {

enum class EntryKind : std::uint8_t { connector, smartmodule };

struct CatalogEntry {
  EntryKind kind;
  std::string_view name, description;
};

struct SiteFile {
  std::string path;  // relative, with slashes
  std::string bytes;
};

// The page of one entry: `connectors/NAME.html` or `smartmodules/NAME.html`.
[[nodiscard]] SiteFile catalog_page(const CatalogEntry& entry);

// `catalog.js`: the same catalog as a script, for pages that are opened as files, where a browser
// loads no JSON. `catalog_json` is the text of catalog.json.
[[nodiscard]] SiteFile catalog_script(std::string_view catalog_json);

}  // namespace sluice::web
