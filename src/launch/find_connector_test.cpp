// SPDX-License-Identifier: Apache-2.0
#include "launch/find_connector.hpp"

#include <algorithm>

#include <gmock/gmock.h>

#include "launch/test_folder.hpp"

namespace sluice::launch {
namespace {

using testing::HasSubstr;
using testing::Not;

class FindConnector : public LaunchFolder {
 protected:
  [[nodiscard]] std::vector<SearchFolder> in(std::initializer_list<const char*> names) const {
    std::vector<SearchFolder> out;
    for (const auto* const name : names) out.push_back({folder_ / name, true});
    return out;
  }
  void described(const std::string& folder, const std::string& name, const std::string& binary) {
    write(folder + "/connector.toml",
          "[package]\nname = \"" + name + "\"\n[deployment]\nbinary = \"" + binary + "\"\n");
  }
};

TEST_F(FindConnector, TakesTheFirstFolderThatHasIt) {
  program("a/other-source", "");
  const auto first = program("b/ticks-source", "");
  program("c/ticks-source", "");
  const auto found = find_connector({"ticks-source"}, in({"a", "b", "c"}));
  ASSERT_TRUE(found) << found.error().message();
  EXPECT_EQ(found->program, first);
  EXPECT_EQ(found->name, "ticks-source");
}

TEST_F(FindConnector, ATypeWithADirectionFindsAConnectorWhoseNameSaysNone) {
  const auto right = program("a/test-connector", "");
  const auto found = find_connector({"test-source"}, in({"a"}));
  ASSERT_TRUE(found) << found.error().message();
  EXPECT_EQ(found->program, right);
  EXPECT_EQ(found->name, "test-connector");
  const auto exact = program("a/test-source", "");
  EXPECT_EQ(find_connector({"test-source"}, in({"a"}))->program, exact);
  EXPECT_FALSE(find_connector({"other-source"}, in({"a"})));
}

TEST_F(FindConnector, ReadsTheNameAndTheProgramOfASubFolder) {
  described("a/ticks", "ticks-source", "bin/run");
  const auto right = program("a/ticks/bin/run", "");
  const auto found = find_connector({"ticks-source"}, in({"a"}));
  ASSERT_TRUE(found) << found.error().message();
  EXPECT_EQ(found->program, right);
}

TEST_F(FindConnector, ASubFolderWithoutABinaryHasAProgramOfItsName) {
  write("a/ticks/connector.toml", "[package]\nname = \"ticks-source\"\n");
  const auto right = program("a/ticks/ticks-source", "");
  EXPECT_EQ(find_connector({"ticks-source"}, in({"a"}))->program, right);
}

TEST_F(FindConnector, SaysThatASubFolderIsNotBuiltAndLooksOn) {
  described("a/ticks", "ticks-source", "ticks-source");
  const auto missing = find_connector({"ticks-source"}, in({"a"}));
  ASSERT_FALSE(missing);
  EXPECT_THAT(missing.error().message(), HasSubstr("build it first"));
  const auto built = program("b/ticks-source", "");
  EXPECT_EQ(find_connector({"ticks-source"}, in({"a", "b"}))->program, built);
}

TEST_F(FindConnector, WhatIsNotThereIsReportedWithTheNearestNameAndTheFolders) {
  program("a/ticks-source", "");
  const auto found = find_connector({"tiks-source"}, in({"a"}));
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, Errc::io);
  EXPECT_THAT(found.error().message(), HasSubstr("did you mean `ticks-source`"));
  EXPECT_THAT(found.error().message(), HasSubstr((folder_ / "a").string()));
}

TEST_F(FindConnector, AFileThatCannotBeRunIsNoConnector) {
  write("a/ticks-source", "not executable");
  EXPECT_FALSE(find_connector({"ticks-source"}, in({"a"})));
}

TEST_F(FindConnector, AShortNameStandsForTheOneThatExists) {
  const auto source = program("a/ticks-source", "");
  EXPECT_FALSE(find_connector({"ticks"}, in({"a"})));
  EXPECT_EQ(find_connector({"ticks", true}, in({"a"}))->program, source);
  const auto sink = program("b/ticks-sink", "");
  EXPECT_EQ(find_connector({"ticks", true}, in({"b"}))->program, sink);
  EXPECT_EQ(find_connector({"ticks", true}, in({"b", "a"}))->program, source)
      << "names without a kind were those of sources";
}

TEST_F(FindConnector, ATypeThatIsAPathIsRefused) {
  program("a/ticks-source", "");
  for (const auto* const type : {"", "../a/ticks-source", "/bin/sh", ".hidden", "-x", "a b"}) {
    const auto found = find_connector({type}, in({"a"}));
    ASSERT_FALSE(found) << type;
    EXPECT_EQ(found.error().code, Errc::invalid_config) << type;
  }
}

TEST_F(FindConnector, ListsWhatLooksLikeAConnectorAndTheSameNameAgain) {
  program("a/anything", "");
  program("b/anything", "");
  program("b/ticks-sink", "");
  auto folders = in({"a", "b"});
  folders[1].is_dedicated = false;
  std::vector<std::string> names;
  for (const auto& one : list_connectors(folders)) names.push_back(one.name);
  EXPECT_THAT(names, testing::ElementsAre("anything", "ticks-sink"));
  folders[1].is_dedicated = true;
  EXPECT_EQ(list_connectors(folders).size(), 3U);
}

TEST(ConnectorFolders, AreTheGivenOnesOrTheVariableThenTheSystems) {
  const Environment environment = [](const std::string& name) -> std::optional<std::string> {
    if (name == "SLUICE_CONNECTORS") return "/opt/one:/opt/two:";
    if (name == "PATH") return "/usr/bin:/opt/two";
    return std::nullopt;
  };
  const auto of_variable = connector_folders({}, environment);
  ASSERT_GE(of_variable.size(), 4U);
  EXPECT_EQ(of_variable[0], (SearchFolder{"/opt/one", true}));
  EXPECT_EQ(of_variable[1], (SearchFolder{"/opt/two", true}));
  EXPECT_EQ(of_variable.back(), (SearchFolder{"/usr/bin", false}));
  const auto given = connector_folders({"/opt/mine"}, environment);
  EXPECT_EQ(given[0], (SearchFolder{"/opt/mine", true}));
  EXPECT_EQ(std::ranges::count(given, SearchFolder{"/opt/one", true}), 0);
}

}  // namespace
}  // namespace sluice::launch
