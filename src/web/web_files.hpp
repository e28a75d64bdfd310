// SPDX-License-Identifier: Apache-2.0
#pragma once

// The pages that the tool carries: the catalog site and the console, from catalog/ and the
// third-party files that tools/web.sh fetches.
//
// They are unpacked at the first call, together (about 0.6 MB), and then kept: what is returned
// is valid until the program ends. Any thread may call.

#include <span>
#include <string_view>

namespace sluice::web {

struct WebFile {
  std::string_view path;  // relative, with slashes: `vendor/uplot.js`
  std::string_view content_type;
  std::string_view bytes;
};

// The files of the catalog site that are the same for every catalog, sorted by path. What is
// missing depends on the catalog: `web/catalog_pages.hpp`.
[[nodiscard]] std::span<const WebFile> catalog_site();

// The files of the console page, sorted by path; `index.html` is the page.
[[nodiscard]] std::span<const WebFile> console_page();

}  // namespace sluice::web
