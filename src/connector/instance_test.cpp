// SPDX-License-Identifier: Apache-2.0
#include "connector/instance.hpp"

#include <algorithm>
#include <cstdlib>
#include <set>

#include <gtest/gtest.h>
#include <unistd.h>

#include "base/name_stem.hpp"
#include "connector/temp_folder.hpp"
#include "sluice/error.hpp"

namespace sluice::connector {
namespace {

bool is_topic_name(std::string_view name) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  };
  return !name.empty() && name.size() <= 63 && std::ranges::all_of(name, plain) &&
         name.front() != '-' && name.back() != '-';
}

TEST(Instance, ACheckpointTopicIsNamedAfterIt) {
  EXPECT_EQ(checkpoint_topic("http-news"), "sluice-checkpoint-http-news");
}

TEST(Instance, EveryNameGetsAValidTopicOfItsOwn) {
  const std::string names[] = {"a",
                               "A",
                               "a_b",
                               "a-b",
                               "a.b",
                               "-",
                               "a-",
                               "-a",
                               "",
                               "ü",
                               std::string(200, 'x'),
                               std::string(201, 'x'),
                               std::string(44, 'y'),
                               std::string(46, 'y')};
  std::set<std::string> topics;
  for (const auto& name : names) {
    const auto topic = checkpoint_topic(name);
    EXPECT_TRUE(is_topic_name(topic)) << name << " -> " << topic;
    EXPECT_TRUE(topics.insert(topic).second) << name << " -> " << topic;
  }
}

TEST(Instance, AFileNameHasNoPath) {
  EXPECT_EQ(file_stem("../../etc/passwd").find('/'), std::string::npos);
}

TEST(Instance, TheDefaultNameHasConnectorAndTopic) {
  EXPECT_EQ(default_instance_name("http-source", "news"), "http-source-news");
}

void expect_already_running(const std::string& name,
                            const std::optional<std::filesystem::path>& folder) {
  try {
    const InstanceLock second(name, folder);
    FAIL() << "two hold the same lock";
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.code(), Errc::already_running);
    EXPECT_NE(failure.error().context.find(name), std::string::npos);
  }
}

TEST(InstanceLock, OneOfANameInAFolder) {
  const TempFolder folder;
  {
    const InstanceLock first("a", folder.path());
    expect_already_running("a", folder.path());
    const InstanceLock other("b", folder.path());
  }
  const InstanceLock again("a", folder.path());
}

TEST(InstanceLock, OneOfANameOnThisMachineWithoutAFolder) {
  const auto name = "test-" + std::to_string(::getpid());
  {
    const InstanceLock first(name, std::nullopt);
    expect_already_running(name, std::nullopt);
    const InstanceLock other(name + "-2", std::nullopt);
  }
  const InstanceLock again(name, std::nullopt);
}

TEST(InstanceLock, AnotherRuntimeFolderIsAnotherWorld) {
  const auto name = "test-" + std::to_string(::getpid());
  ::setenv("SLUICE_RUNTIME_DIR", "/x/one", 1);
  const InstanceLock first(name, std::nullopt);
  expect_already_running(name, std::nullopt);
  ::setenv("SLUICE_RUNTIME_DIR", "/x/./one/", 1);
  expect_already_running(name, std::nullopt);
  ::setenv("SLUICE_RUNTIME_DIR", "/x/two", 1);
  const InstanceLock other(name, std::nullopt);
  ::unsetenv("SLUICE_RUNTIME_DIR");
  const InstanceLock another(name, std::nullopt);
  ::setenv("SLUICE_RUNTIME_DIR", "", 1);
  expect_already_running(name, std::nullopt);
  ::unsetenv("SLUICE_RUNTIME_DIR");
}

TEST(InstanceLock, MakesTheFolderOrSaysThatItCannot) {
  const TempFolder folder;
  const InstanceLock made("a", folder.path() / "b" / "c");
  EXPECT_THROW(InstanceLock("a", "/proc/nowhere"), Failure);
}

}  // namespace
}  // namespace sluice::connector
