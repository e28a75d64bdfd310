// SPDX-License-Identifier: Apache-2.0
#include "web/web_files.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <zlib.h>

#include "base/assert.hpp"
#include "web/bundle.hpp"
#include "web/templates.hpp"

namespace sluice::web {
namespace {

struct Pages {
  std::string bytes;
  std::vector<WebFile> site, console, templates;

  Pages() : bytes(bundle.bytes, '\0') {
    auto size = static_cast<uLongf>(bytes.size());
    // zlib's bytes are unsigned char.
    const int status = ::uncompress(reinterpret_cast<Bytef*>(bytes.data()), &size,
                                    bundle.packed.data(), static_cast<uLong>(bundle.packed.size()));
    SLUICE_ASSERT(status == Z_OK && size == bytes.size());
    for (const auto& file : bundle.files) {
      of(file.set).push_back(
          {file.path, file.content_type, std::string_view(bytes).substr(file.offset, file.bytes)});
    }
  }

  std::vector<WebFile>& of(PageSet set) {
    if (set == PageSet::site) return site;
    return set == PageSet::console ? console : templates;
  }
};

const Pages& pages() {
  static const Pages unpacked;
  return unpacked;
}

}  // namespace

std::span<const WebFile> catalog_site() {
  return pages().site;
}

std::span<const WebFile> console_page() {
  return pages().console;
}

std::string_view page_template(std::string_view path) {
  const auto& all = pages().templates;
  const auto found = std::ranges::find(all, path, &WebFile::path);
  SLUICE_ASSERT(found != all.end());
  return found->bytes;
}

}  // namespace sluice::web
