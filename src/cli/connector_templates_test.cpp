// SPDX-License-Identifier: Apache-2.0
#include "cli/connector_templates.hpp"

#include <algorithm>
#include <array>
#include <filesystem>

#include <gtest/gtest.h>
#include <unistd.h>

namespace sluice::cli {
namespace {

constexpr std::array directions{Direction::source, Direction::sink};
constexpr std::array languages{Language::cpp, Language::python, Language::shell};
constexpr std::array places{Place::alone, Place::tree};

std::vector<NewConnector> every_kind() {
  std::vector<NewConnector> out;
  for (const auto direction : directions) {
    for (const auto language : languages) {
      for (const auto place : places) out.push_back({"my-thing2", direction, language, place});
    }
  }
  return out;
}

const TemplateFile* find(const std::vector<TemplateFile>& files, std::string_view path) {
  const auto found = std::ranges::find(files, path, &TemplateFile::path);
  return found == files.end() ? nullptr : &*found;
}

TEST(ConnectorName, GetsTheDirectionAtItsEndOnce) {
  EXPECT_EQ(base_name("ticker", Direction::source), "ticker");
  EXPECT_EQ(base_name("ticker-source", Direction::source), "ticker");
  EXPECT_EQ(base_name("source", Direction::source), "source");
  const NewConnector connector{.base = "ticker", .direction = Direction::sink};
  EXPECT_EQ(connector.name(), "ticker-sink");
}

TEST(ConnectorName, IsRefusedWhenSomethingCouldNotBeNamedSo) {
  for (const auto* name : {"", "-a", "a-", "a--b", "A", "a_b", "a b", "../a", "a/b", "1a", "ä", ".",
                           "meta", "transforms", "meta-source", "my-sink"}) {
    EXPECT_FALSE(wrong_in_name(name, Direction::source).empty()) << name;
  }
  EXPECT_FALSE(wrong_in_name(std::string(41, 'a'), Direction::source).empty());
  for (const auto* name : {"a", "a-b2", "my-source", "source"}) {
    EXPECT_EQ(wrong_in_name(name, Direction::source), "") << name;
  }
}

TEST(ConnectorTemplates, EveryKindHasWhatAFolderNeeds) {
  for (const auto& kind : every_kind()) {
    const auto files = connector_templates(kind);
    for (const auto* path : {"connector.toml", "README.md", "Makefile", "sample-config.yaml",
                             ".gitignore", "tests/my_thing2", "tests/acceptance.py"}) {
      const auto matches = std::ranges::count_if(
          files, [&](const TemplateFile& file) { return file.path.starts_with(path); });
      EXPECT_EQ(matches, 1) << kind.name() << ": " << path;
    }
    EXPECT_NE(find(files, kind.language == Language::cpp ? "main.cpp" : kind.name()), nullptr);
    const bool has_cmake = find(files, "CMakeLists.txt") != nullptr;
    EXPECT_EQ(has_cmake, kind.language == Language::cpp);
  }
}

TEST(ConnectorTemplates, NoPathIsThereTwiceAndNoPlaceholderIsLeft) {
  for (const auto& kind : every_kind()) {
    const auto files = connector_templates(kind);
    EXPECT_EQ(std::ranges::adjacent_find(files, {}, &TemplateFile::path), files.end());
    for (const auto& file : files) {
      for (const auto* word :
           {"@base@", "@name@", "@file@", "@Base@", "@program@", "@text@", "@source_or_dest@"}) {
        EXPECT_EQ((file.path + file.text).find(word), std::string::npos) << file.path << word;
      }
    }
  }
}

TEST(ConnectorTemplates, NamesAreFilledIn) {
  const auto files = connector_templates({.base = "my-thing2"});
  EXPECT_NE(find(files, "connector.toml")->text.find("name = \"my-thing2-source\""),
            std::string::npos);
  EXPECT_NE(find(files, "main.cpp")->text.find("class MyThing2Source final"), std::string::npos);
  EXPECT_NE(find(files, "tests/my_thing2_source.bats"), nullptr);
}

TEST(ConnectorTemplates, TheCppProgramFitsOnAPage) {
  for (const auto direction : directions) {
    const auto files = connector_templates({.base = "a", .direction = direction});
    EXPECT_LT(std::ranges::count(find(files, "main.cpp")->text, '\n'), 82);
  }
}

TEST(NewFolder, IsThereWholeOrNotAtAll) {
  namespace fs = std::filesystem;
  const auto root = fs::temp_directory_path() / ("new-folder-" + std::to_string(::getpid()));
  fs::create_directories(root);
  write_new_folder(root / "good", {{"run", "#!/bin/sh\n"}, {"deep/er/text", "text\n"}});
  EXPECT_NE(fs::status(root / "good/run").permissions() & fs::perms::owner_exec, fs::perms::none);
  EXPECT_TRUE(fs::exists(root / "good/deep/er/text"));
  // The second file cannot be written: its folder is a file.
  EXPECT_ANY_THROW(write_new_folder(root / "bad", {{"a", "text"}, {"a/b", "text"}}));
  EXPECT_ANY_THROW(write_new_folder(root / "good", {{"other", "text"}}));
  EXPECT_FALSE(fs::exists(root / "good/other"));
  EXPECT_EQ(std::distance(fs::directory_iterator(root), fs::directory_iterator()), 1);
  fs::remove_all(root);
}

}  // namespace
}  // namespace sluice::cli
