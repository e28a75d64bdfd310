// SPDX-License-Identifier: Apache-2.0
#include "web/web_files.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "web/catalog_pages.hpp"

namespace sluice::web {
namespace {

const WebFile* find(std::span<const WebFile> files, std::string_view path) {
  const auto found = std::ranges::find(files, path, &WebFile::path);
  return found == files.end() ? nullptr : &*found;
}

TEST(WebFiles, HoldsEachPageWithWhatItLoads) {
  for (const auto* const path :
       {"index.html", "page.js", "look.css", "vendor/marked.js", "licences.txt"}) {
    const auto* const file = find(catalog_site(), path);
    ASSERT_NE(file, nullptr) << path;
    EXPECT_FALSE(file->bytes.empty()) << path;
  }
  for (const auto* const path : {"index.html", "console.js", "look.css", "vendor/uplot.js"}) {
    ASSERT_NE(find(console_page(), path), nullptr) << path;
  }
}

TEST(WebFiles, CutsTheFilesAtTheirOwnEnds) {
  const auto* const page = find(console_page(), "index.html");
  ASSERT_NE(page, nullptr);
  EXPECT_EQ(page->content_type, "text/html; charset=utf-8");
  EXPECT_TRUE(page->bytes.starts_with("<!doctype html>"));
  EXPECT_TRUE(page->bytes.ends_with("</html>\n"));
}

TEST(WebFiles, IsSortedByPath) {
  EXPECT_TRUE(std::ranges::is_sorted(catalog_site(), {}, &WebFile::path));
  EXPECT_TRUE(std::ranges::is_sorted(console_page(), {}, &WebFile::path));
}

TEST(CatalogPage, NamesTheEntryAndEscapesItsTexts) {
  const auto page = catalog_page({EntryKind::connector, "mqtt-source", R"(Says "<b>" & more.)"});
  EXPECT_EQ(page.path, "connectors/mqtt-source.html");
  EXPECT_NE(page.bytes.find("<title>mqtt-source"), std::string::npos);
  EXPECT_NE(page.bytes.find("Says &quot;&lt;b&gt;&quot; &amp; more."), std::string::npos);
  EXPECT_EQ(page.bytes.find("{{"), std::string::npos);
}

TEST(CatalogPage, PutsSmartModulesIntoAFolderOfTheirOwn) {
  EXPECT_EQ(catalog_page({EntryKind::smartmodule, "jolt", ""}).path, "smartmodules/jolt.html");
}

TEST(CatalogScript, IsTheCatalogAsAScript) {
  const auto script = catalog_script(R"({"format":1})");
  EXPECT_EQ(script.path, "catalog.js");
  EXPECT_EQ(script.bytes, "window.sluiceCatalog = {\"format\":1};\n");
}

}  // namespace
}  // namespace sluice::web
