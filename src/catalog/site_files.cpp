// SPDX-License-Identifier: Apache-2.0
#include "catalog/site_files.hpp"

#include "catalog/json_limits.hpp"
#include "web/catalog_pages.hpp"
#include "web/web_files.hpp"

namespace sluice::catalog {
namespace {

void add_pages(std::vector<NewFile>& out, const json& entries, web::EntryKind kind) {
  for (const auto& entry : entries) {
    const auto name = entry.at("name").get<std::string>();
    const auto description = entry.at("description").get<std::string>();
    auto page = web::catalog_page({.kind = kind, .name = name, .description = description});
    out.push_back({std::move(page.path), std::move(page.bytes)});
  }
}

}  // namespace

std::vector<NewFile> site_files(const std::string& catalog_text) {
  std::vector<NewFile> out{{"catalog.json", catalog_text}};
  for (const auto& file : web::catalog_site()) {
    out.push_back({std::string(file.path), std::string(file.bytes)});
  }
  auto script = web::catalog_script(catalog_text);
  out.push_back({std::move(script.path), std::move(script.bytes)});
  const auto catalog = or_throw(parse_json(catalog_text));
  add_pages(out, catalog.at("connectors"), web::EntryKind::connector);
  add_pages(out, catalog.at("smartmodules"), web::EntryKind::smartmodule);
  return out;
}

}  // namespace sluice::catalog
