// SPDX-License-Identifier: Apache-2.0
#include "web/catalog_pages.hpp"

#include <map>

#include "base/assert.hpp"
#include "web/templates.hpp"

namespace sluice::web {
namespace {

// For text between tags and for quoted attributes.
std::string html_escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

// `{{name}}` becomes the value of `name`, escaped.
std::string filled(std::string_view text, const std::map<std::string_view, std::string>& values) {
  std::string out;
  while (true) {
    const auto begin = text.find("{{");
    out += text.substr(0, begin);
    if (begin == std::string_view::npos) return out;
    const auto end = text.find("}}", begin);
    SLUICE_ASSERT(end != std::string_view::npos);
    out += html_escaped(values.at(text.substr(begin + 2, end - begin - 2)));
    text.remove_prefix(end + 2);
  }
}

}  // namespace

SiteFile catalog_page(const CatalogEntry& entry) {
  const std::string folder = entry.kind == EntryKind::connector ? "connectors" : "smartmodules";
  const std::string name(entry.name);
  return {folder + '/' + name + ".html",
          filled(page_template("entry.html"), {{"entry", folder + '/' + name},
                                               {"name", name},
                                               {"description", std::string(entry.description)}})};
}

SiteFile catalog_script(std::string_view catalog_json) {
  return {"catalog.js", "window.sluiceCatalog = " + std::string(catalog_json) + ";\n"};
}

}  // namespace sluice::web
