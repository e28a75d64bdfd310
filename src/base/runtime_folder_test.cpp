// SPDX-License-Identifier: Apache-2.0
#include "base/runtime_folder.hpp"

#include <cstdlib>
#include <fstream>

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/name_stem.hpp"

namespace sluice {
namespace {

namespace fs = std::filesystem;

struct RuntimeFolder : testing::Test {
  fs::path root;

  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "sluice-runtime-XXXXXX").string();
    root = ::mkdtemp(pattern.data());
  }
  void TearDown() override { fs::remove_all(root); }
};

// What a killed program leaves behind: a socket file without a listener.
void leave_stale_socket(const fs::path& path) {
  const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const auto text = path.string();
  std::copy(text.begin(), text.end(), &address.sun_path[0]);
  ASSERT_EQ(::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ::close(fd);
}

TEST_F(RuntimeFolder, IsTheOneOfTheEnvironmentAlone) {
  ::setenv("SLUICE_RUNTIME_DIR", "/x/y", 1);
  EXPECT_EQ(runtime_folders(), std::vector<fs::path>{"/x/y"});
  ::unsetenv("SLUICE_RUNTIME_DIR");
  ::setenv("XDG_RUNTIME_DIR", root.c_str(), 1);
  EXPECT_EQ(runtime_folders().front(), root / "sluice");
  ::setenv("XDG_RUNTIME_DIR", (root / "missing").c_str(), 1);
  EXPECT_EQ(runtime_folders().front(), "/tmp/sluice-" + std::to_string(::geteuid()));
  ::unsetenv("XDG_RUNTIME_DIR");
}

TEST_F(RuntimeFolder, IsMadeForItsOwnerOnly) {
  const auto folder = root / "a" / "b";
  EXPECT_FALSE(*has_runtime_folder(folder));
  ASSERT_TRUE(make_runtime_folder(folder));
  EXPECT_TRUE(*has_runtime_folder(folder));
  EXPECT_EQ(fs::status(folder).permissions(), fs::perms::owner_all);
  EXPECT_TRUE(make_runtime_folder(folder)) << "twice is no error";
}

TEST_F(RuntimeFolder, IsRefusedWhenOthersMayEnter) {
  ::chmod(root.c_str(), 0750);
  const auto made = make_runtime_folder(root);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, Errc::permission_denied);
  EXPECT_NE(made.error().context.find("chmod 700"), std::string::npos);
}

TEST_F(RuntimeFolder, IsRefusedWhenItIsALink) {
  fs::create_directory(root / "real");
  fs::create_directory_symlink(root / "real", root / "link");
  EXPECT_FALSE(make_runtime_folder(root / "link"));
}

TEST_F(RuntimeFolder, OneSocketListensUnderAName) {
  const auto path = control_socket(root, "feed");
  EXPECT_EQ(path, root / "feed.sock");
  {
    const auto first = ControlSocket::listen(path);
    ASSERT_TRUE(first && *first);
    EXPECT_TRUE(is_listening(path));
    EXPECT_FALSE(remove_if_stale(path));
    const auto second = ControlSocket::listen(path);
    ASSERT_TRUE(second);
    EXPECT_FALSE(*second) << "the first one still listens";
  }
  EXPECT_FALSE(fs::exists(path));
}

TEST_F(RuntimeFolder, AStaleSocketIsReplacedOrRemoved) {
  const auto path = control_socket(root, "feed");
  leave_stale_socket(path);
  {
    const auto socket = ControlSocket::listen(path);
    ASSERT_TRUE(socket && *socket);
  }
  leave_stale_socket(path);
  EXPECT_TRUE(remove_if_stale(path));
  EXPECT_FALSE(fs::exists(path));
}

TEST_F(RuntimeFolder, WhatIsNoSocketIsLeftAlone) {
  const auto path = control_socket(root, "feed");
  std::ofstream(path) << "mine";
  EXPECT_FALSE(remove_if_stale(path));
  EXPECT_FALSE(ControlSocket::listen(path));
  EXPECT_EQ(fs::file_size(path), 4U);
}

TEST_F(RuntimeFolder, TheSocketOfASuccessorIsLeftAlone) {
  const auto path = control_socket(root, "feed");
  auto first = ControlSocket::listen(path);
  ASSERT_TRUE(first && *first);
  fs::rename(path, root / "kept.sock");  // so that the inode is not used again
  const auto second = ControlSocket::listen(path);
  ASSERT_TRUE(second && *second);
  first->reset();
  EXPECT_TRUE(is_listening(path));
}

TEST_F(RuntimeFolder, APathMayBeLongerThanAnAddress) {
  const auto folder = root / std::string(120, 'd');
  ASSERT_TRUE(make_runtime_folder(folder));
  const auto path = control_socket(folder, "feed");
  const auto socket = ControlSocket::listen(path);
  ASSERT_TRUE(socket && *socket);
  EXPECT_TRUE(is_listening(path));
  EXPECT_TRUE(fs::exists(path));
}

TEST(NameStem, KeepsNamesApart) {
  EXPECT_EQ(file_stem("feed-1"), "feed-1");
  EXPECT_NE(file_stem("feed.v2"), file_stem("feed-v2"));
  EXPECT_NE(file_stem("feed.v2"), file_stem("feed_v2"));
  EXPECT_LE(file_stem(std::string(500, 'x')).size(), 63U);
  EXPECT_FALSE(file_stem("").empty());
}

}  // namespace
}  // namespace sluice
