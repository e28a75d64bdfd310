// SPDX-License-Identifier: Apache-2.0
#include "deploy/store.hpp"

#include <csignal>

#include <poll.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "deploy/files.hpp"
#include "deploy/run_record.hpp"
#include "deploy/test_support.hpp"

namespace sluice::deploy {
namespace {

namespace fs = std::filesystem;

mode_t mode_of(const fs::path& path) {
  struct stat facts{};
  return ::stat(path.c_str(), &facts) == 0 ? facts.st_mode & 0777U : 0;
}

Applied named(const std::string& name) {
  auto out = example(Target::local);
  out.deployment.name = name;
  return out;
}

// The name of the file that the error names.
std::string failure_of(const Store& store, const std::string& name) {
  try {
    static_cast<void>(store.load(name));
  } catch (const Failure& failure) {
    return failure.what();
  }
  return {};
}

class StoreTest : public testing::Test {
 protected:
  TempFolder folder_;
  Store store_{folder_.path() / "state"};
};

TEST_F(StoreTest, GivesBackWhatWasSaved) {
  const auto applied = named("weather");
  EXPECT_FALSE(store_.load("weather"));
  store_.save(applied);
  const auto loaded = store_.load("weather");
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->deployment, applied.deployment);
  EXPECT_EQ(loaded->config, applied.config);
  EXPECT_EQ(loaded->secrets, applied.secrets);
}

TEST_F(StoreTest, KeepsSecretsFromOthers) {
  store_.save(named("weather"));
  EXPECT_EQ(mode_of(store_.places("weather").secrets), 0600U);
  EXPECT_EQ(mode_of(store_.places("weather").folder), 0700U);
}

// A former tool wrote `feed.v2` and `feed.v3` into the same `feed.log`.
TEST_F(StoreTest, HasItsOwnPlacesForEachName) {
  const std::vector<std::string> names{"feed.v2", "feed.v3", "feed", "Feed", "feed-v2", "../feed"};
  for (const auto& name : names) store_.save(named(name));
  std::vector<Error> unreadable;
  EXPECT_EQ(store_.load_all(unreadable).size(), names.size());
  EXPECT_TRUE(unreadable.empty());
  EXPECT_NE(store_.places("feed.v2").log, store_.places("feed.v3").log);
  EXPECT_EQ(store_.places("../feed").folder.parent_path(), store_.root() / "deployments");
}

// A former tool took an index that it could not read for an empty one, and wrote over it.
TEST_F(StoreTest, NamesAFileThatItCannotReadAndLeavesItAlone) {
  store_.save(named("weather"));
  store_.save(named("other"));
  const auto file = store_.places("weather").deployment;
  write_whole(file, "{ not json", 0600);
  EXPECT_NE(failure_of(store_, "weather").find(file.string()), std::string::npos);
  std::vector<Error> unreadable;
  EXPECT_EQ(store_.load_all(unreadable).size(), 1U);
  ASSERT_EQ(unreadable.size(), 1U);
  EXPECT_NE(unreadable[0].context.find(file.string()), std::string::npos);
  EXPECT_THROW(store_.save_desired("weather", Desired::stopped), Failure);
  EXPECT_EQ(read_file(file), "{ not json");
}

TEST_F(StoreTest, NamesAFileThatIsMissing) {
  store_.save(named("weather"));
  remove_file(store_.places("weather").config);
  EXPECT_NE(failure_of(store_, "weather").find("config.yaml"), std::string::npos);
}

TEST_F(StoreTest, IsTheOldOneUntilTheNewOneIsWhole) {
  store_.save(named("weather"));
  const auto at = store_.places("weather");
  // A crash while the new one was written.
  auto half = at.applied;
  half += ".new";
  make_folder(half, 0700);
  write_whole(half / "config.yaml", "half", 0600);
  EXPECT_EQ(store_.load("weather")->config, named("weather").config);
  auto changed = named("weather");
  changed.config = "new: true\n";
  store_.save(changed);
  EXPECT_EQ(store_.load("weather")->config, changed.config);
  EXPECT_FALSE(fs::exists(half));
}

TEST_F(StoreTest, FindsTheOldOneWhenTheChangeBrokeInTheMiddle) {
  store_.save(named("weather"));
  auto old = store_.places("weather").applied;
  old += ".old";
  fs::rename(store_.places("weather").applied, old);
  ASSERT_TRUE(store_.load("weather"));
  store_.save(named("weather"));
  EXPECT_TRUE(store_.load("weather"));
  EXPECT_FALSE(fs::exists(old));
}

TEST_F(StoreTest, RemovesAllOrAllButTheState) {
  store_.save(named("weather"));
  const auto at = store_.places("weather");
  write_whole(at.state / "position", "5", 0600);
  store_.remove("weather", true);
  EXPECT_FALSE(store_.load("weather"));
  EXPECT_TRUE(fs::exists(at.state / "position"));
  store_.save(named("weather"));
  store_.remove("weather", false);
  EXPECT_FALSE(fs::exists(at.folder));
}

TEST(RunRecordFile, IsNamedWhenItCannotBeRead) {
  const TempFolder folder;
  const auto file = folder.path() / "run.json";
  EXPECT_FALSE(read_run_record(file));
  const RunRecord record{.state = RunState::waiting, .restarts = 3, .exit_code = 2, .reason = "x"};
  write_run_record(file, record);
  EXPECT_EQ(read_run_record(file), record);
  write_whole(file, "{}", 0600);
  EXPECT_THROW(static_cast<void>(read_run_record(file)), Failure);
}

// In another process, until it is killed.
class Holder {
 public:
  explicit Holder(const fs::path& file) {
    child_ = ::fork();
    if (child_ == 0) {
      const auto lock = HeldLock::try_take(file);
      for (;;) ::pause();
    }
    while (!is_locked(file)) ::poll(nullptr, 0, 1);
  }
  ~Holder() { end(); }
  void end() {
    if (child_ > 0) {
      ::kill(child_, SIGKILL);
      ::waitpid(child_, nullptr, 0);
    }
    child_ = 0;
  }
  int wait() {
    int status = 0;
    ::waitpid(child_, &status, 0);
    child_ = 0;
    return status;
  }

 private:
  pid_t child_ = 0;
};

TEST(HeldLock, IsFreeWhenItsProcessWasKilled) {
  const TempFolder folder;
  const auto file = folder.path() / "locks" / "x";
  EXPECT_FALSE(is_locked(file));
  fs::create_directories(file.parent_path());
  Holder holder(file);
  EXPECT_FALSE(HeldLock::try_take(file));
  EXPECT_FALSE(HeldLock::take(file, std::chrono::milliseconds(10)));
  holder.end();
  EXPECT_TRUE(HeldLock::try_take(file));
}

TEST(HeldLock, SendsASignalToWhoHasIt) {
  const TempFolder folder;
  const auto file = folder.path() / "x";
  Holder holder(file);
  while (!signal_holder(file, 0)) ::poll(nullptr, 0, 1);  // it says its number a moment later
  EXPECT_TRUE(signal_holder(file, SIGTERM));
  EXPECT_EQ(WTERMSIG(holder.wait()), SIGTERM);
  EXPECT_FALSE(signal_holder(file, SIGTERM));
}

// A former tool took any process with the number for its own.
TEST(HeldLock, SendsNoSignalToAStrangerWithTheNumber) {
  const TempFolder folder;
  const auto file = folder.path() / "x";
  const Holder holder(file);
  while (!signal_holder(file, 0)) ::poll(nullptr, 0, 1);
  std::ofstream(file, std::ios::in | std::ios::out) << ::getppid() << "\n         ";
  EXPECT_FALSE(signal_holder(file, 0));
}

}  // namespace
}  // namespace sluice::deploy
