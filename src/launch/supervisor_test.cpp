// SPDX-License-Identifier: Apache-2.0
#include "launch/supervisor.hpp"

#include <csignal>
#include <thread>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "launch/run_lock.hpp"
#include "launch/test_folder.hpp"

namespace sluice::launch {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using Why = SuperviseResult::Why;

bool eventually(const std::function<bool()>& holds) {
  const auto until = std::chrono::steady_clock::now() + 30s;
  while (std::chrono::steady_clock::now() < until) {
    if (holds()) return true;
    ::poll(nullptr, 0, 5);
  }
  return holds();
}

// One that nobody waited for is dead, too; those whose parent was killed are ours.
bool lives(pid_t process) {
  ::waitpid(process, nullptr, WNOHANG);
  return process > 0 && ::kill(process, 0) == 0;
}

class Supervise : public LaunchFolder {
 protected:
  // In the shell, `$D` is the folder of the test.
  LaunchPlan plan(const std::string& body) {
    LaunchPlan out;
    out.program = program("p", "D=\"" + folder_.string() + "\"\n" + body);
    out.connector = "p";
    out.name = "n";
    return out;
  }
  SuperviseHooks hooks() {
    return {.say = [this](const std::string& line) { lines_.push_back(line); },
            .started = [this](pid_t pid, std::uint64_t) { starts_.push_back(pid); },
            .ended = {}};
  }
  [[nodiscard]] pid_t pid_in(const std::string& name) const {
    const auto text = read(name);
    return text.ends_with('\n') ? std::stoi(text) : 0;
  }

  SuperviseOptions quick_{.limits = {.first = 1ms, .most = 2ms}, .drain_timeout = 20s};
  std::vector<std::string> lines_;
  std::vector<pid_t> starts_;
};

TEST_F(Supervise, ExitCode0IsTheEnd) {
  const auto result = supervise(plan("exit 0"), quick_, hooks());
  EXPECT_EQ(result.why, Why::finished);
  EXPECT_EQ(result.exit_code(), 0);
  EXPECT_EQ(starts_.size(), 1U);
}

TEST_F(Supervise, ExitCode2IsNotRestarted) {
  const auto result = supervise(plan("exit 2"), quick_, hooks());
  EXPECT_EQ(result.why, Why::configuration);
  EXPECT_EQ(result.exit_code(), 2);
  EXPECT_EQ(starts_.size(), 1U);
}

TEST_F(Supervise, FailuresAreRestartedUntilItFinishesAndCounted) {
  const auto result = supervise(plan("echo x >>\"$D/runs\"\n"
                                     "case $(wc -l <\"$D/runs\") in\n"
                                     "1) exit 3;;\n2) exit 1;;\n3) kill -KILL $$;;\nesac"),
                                quick_, hooks());
  EXPECT_EQ(result.why, Why::finished);
  EXPECT_EQ(result.restarts, 3U);
  EXPECT_EQ(starts_.size(), 4U);
  EXPECT_THAT(lines_, testing::Contains(HasSubstr("exit code 3 (environment)")));
  EXPECT_THAT(lines_, testing::Contains(HasSubstr("restart 2 in ")));
  EXPECT_THAT(lines_, testing::Contains(HasSubstr("signal 9 (Killed)")));
  EXPECT_THAT(lines_.back(), HasSubstr("restart 3"));
}

TEST_F(Supervise, GivesUpWithTheCodeOfTheProgram) {
  quick_.limits.restarts_max = 2;
  const auto result = supervise(plan("exit 7"), quick_, hooks());
  EXPECT_EQ(result.why, Why::gave_up);
  EXPECT_EQ(result.exit_code(), 7);
  EXPECT_EQ(starts_.size(), 3U);
}

TEST_F(Supervise, OnceIsOnce) {
  quick_.once = true;
  EXPECT_EQ(supervise(plan("exit 3"), quick_, hooks()).exit_code(), 3);
  EXPECT_EQ(starts_.size(), 1U);
}

TEST_F(Supervise, AProgramThatCannotBeStartedIsSaidAtOnce) {
  auto missing = plan("");
  missing.program = folder_ / "nothing";
  EXPECT_THROW(static_cast<void>(supervise(missing, quick_, hooks())), Failure);
  write("text", "no program");
  missing.program = folder_ / "text";
  try {
    static_cast<void>(supervise(missing, quick_, hooks()));
    FAIL();
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.code(), Errc::permission_denied);
    EXPECT_THAT(failure.what(), HasSubstr("text"));
  }
}

TEST_F(Supervise, GetsItsWordsAndEnvironmentAndNoInput) {
  auto one = plan("echo \"$1|$2|$ADDED|$HOME\" >\"$D/out\"; cat >>\"$D/out\"");
  one.arguments.words = {"a b", "--c"};
  one.environment = {{"ADDED", "new"}, {"HOME", "replaced"}};
  static_cast<void>(supervise(one, quick_, hooks()));
  EXPECT_EQ(read("out"), "a b|--c|new|replaced\n");
}

TEST_F(Supervise, OutputGoesToTheFileThatIsGiven) {
  quick_.output_fd =
      ::open((folder_ / "log").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  ASSERT_GE(quick_.output_fd, 0);
  static_cast<void>(supervise(plan("echo out; echo err >&2"), quick_, hooks()));
  ::close(quick_.output_fd);
  EXPECT_EQ(read("log"), "out\nerr\n");
}

// Runs `supervise` in a process of its own, as the tool does, so that it can be sent signals.
class SuperviseProcess : public Supervise {
 protected:
  void start(const std::string& body) {
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    const auto what = plan(body);
    supervisor_ = ::fork();
    if (supervisor_ != 0) return;
    const int nothing = ::open("/dev/null", O_RDWR);
    ::dup2(nothing, STDERR_FILENO);
    const auto lock = FileLock::try_take(folder_ / "lock");
    quick_.kept_fds = {(*lock)->fd()};
    try {
      ::_exit(supervise(what, quick_, {}).exit_code());
    } catch (const Failure&) {
      ::_exit(99);
    }
  }
  int end_of_supervisor() {
    int status = 0;
    EXPECT_TRUE(
        eventually([&] { return ::waitpid(supervisor_, &status, WNOHANG) == supervisor_; }));
    supervisor_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  void TearDown() override {
    if (supervisor_ > 0) {
      ::kill(supervisor_, SIGKILL);
      ::waitpid(supervisor_, nullptr, 0);
    }
    LaunchFolder::TearDown();
  }
  pid_t wait_for_pid(const std::string& name) {
    EXPECT_TRUE(eventually([&] { return pid_in(name) != 0; }));
    return pid_in(name);
  }

  pid_t supervisor_ = 0;
};

TEST_F(SuperviseProcess, TheFirstSignalDrainsAndTheExitCodeIsTheProgramsOwn) {
  start(
      "trap 'echo drained >\"$D/drained\"; exit 0' TERM\necho $$ >\"$D/pid\"\n"
      "while :; do sleep 0.05; done");
  wait_for_pid("pid");
  ::kill(supervisor_, SIGTERM);
  EXPECT_EQ(end_of_supervisor(), 0);
  EXPECT_EQ(read("drained"), "drained\n");
}

TEST_F(SuperviseProcess, TheSecondSignalKills) {
  start("trap 'echo x >\"$D/asked\"' TERM\necho $$ >\"$D/pid\"\nwhile :; do sleep 0.05; done");
  const auto child = wait_for_pid("pid");
  ::kill(supervisor_, SIGINT);
  ASSERT_TRUE(eventually([&] { return read("asked") == "x\n"; }));
  EXPECT_TRUE(lives(child));
  ::kill(supervisor_, SIGTERM);
  EXPECT_EQ(end_of_supervisor(), 128 + SIGKILL);
  EXPECT_TRUE(eventually([&] { return !lives(child); }));
}

TEST_F(SuperviseProcess, WhatDoesNotStopInTimeIsKilled) {
  quick_.drain_timeout = 50ms;
  start("trap '' TERM\necho $$ >\"$D/pid\"\nwhile :; do sleep 0.05; done");
  wait_for_pid("pid");
  ::kill(supervisor_, SIGTERM);
  EXPECT_EQ(end_of_supervisor(), 128 + SIGKILL);
}

TEST_F(SuperviseProcess, ASignalEndsThePauseBeforeARestart) {
  quick_.limits = {.first = 1h, .most = 1h};
  start("echo $$ >\"$D/pid\"; exit 5");
  const auto child = wait_for_pid("pid");
  ASSERT_TRUE(eventually([&] { return !lives(child); }));
  ::kill(supervisor_, SIGTERM);
  EXPECT_EQ(end_of_supervisor(), 5);
}

TEST_F(SuperviseProcess, ChildrenOfTheProgramDoNotOutliveIt) {
  start(
      "sh -c 'echo $$ >\"'\"$D\"'/grandchild\"; exec sleep 1000' &\n"
      "while [ ! -s \"$D/grandchild\" ]; do sleep 0.01; done\nexit 0");
  const auto grandchild = wait_for_pid("grandchild");
  EXPECT_EQ(end_of_supervisor(), 0);
  EXPECT_FALSE(lives(grandchild));
}

// §3.4: a crash leaves nothing running, and nobody else starts the same name meanwhile.
TEST_F(SuperviseProcess, KillingTheSupervisorEndsTheProgramAndItsChildren) {
  quick_.drain_timeout = 100ms;
  start(
      "trap '' TERM\n"
      "sh -c 'trap \"\" TERM; echo $$ >\"'\"$D\"'/grandchild\"; while :; do sleep 0.05; done' &\n"
      "echo $$ >\"$D/pid\"\nwhile :; do sleep 0.05; done");
  const auto child = wait_for_pid("pid");
  const auto grandchild = wait_for_pid("grandchild");
  EXPECT_TRUE(*is_locked_file(folder_ / "lock"));
  ::kill(supervisor_, SIGKILL);
  end_of_supervisor();
  EXPECT_TRUE(eventually([&] { return !lives(child) && !lives(grandchild); }));
  EXPECT_TRUE(eventually([&] { return !*is_locked_file(folder_ / "lock"); }));
}

TEST_F(SuperviseProcess, TheLockIsHeldAsLongAsTheProgramDrainsAfterACrash) {
  start(
      "trap 'while [ ! -e \"$D/go\" ]; do sleep 0.02; done; exit 0' TERM\n"
      "echo $$ >\"$D/pid\"\nwhile :; do sleep 0.05; done");
  const auto child = wait_for_pid("pid");
  ::kill(supervisor_, SIGKILL);
  end_of_supervisor();
  EXPECT_TRUE(lives(child));
  EXPECT_TRUE(*is_locked_file(folder_ / "lock"));
  write("go", "");
  EXPECT_TRUE(eventually([&] { return !lives(child); }));
  EXPECT_TRUE(eventually([&] { return !*is_locked_file(folder_ / "lock"); }));
}

class RunLocks : public LaunchFolder {
 protected:
  void SetUp() override {
    LaunchFolder::SetUp();
    ::setenv("SLUICE_RUNTIME_DIR", (folder_ / "run").c_str(), 1);
  }
  void TearDown() override {
    ::unsetenv("SLUICE_RUNTIME_DIR");
    LaunchFolder::TearDown();
  }
};

TEST_F(RunLocks, OneNameRunsOnceAndTheSecondHearsWhoRunsIt) {
  const auto first = RunLock::take("weather", "/etc/weather.yaml");
  ASSERT_TRUE(first) << first.error().message();
  const auto second = RunLock::take("weather", "/etc/other.yaml");
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::already_running);
  EXPECT_THAT(second.error().message(), HasSubstr(std::to_string(::getpid())));
  EXPECT_THAT(second.error().message(), HasSubstr("/etc/weather.yaml"));
  EXPECT_TRUE(RunLock::take("weather2", "x"));
}

TEST_F(RunLocks, ANameIsFreeWhenItsHolderIsGone) {
  EXPECT_TRUE(RunLock::take("feed.v2", "x"));
  EXPECT_FALSE(*run_holder("feed.v2"));
  EXPECT_TRUE(RunLock::take("feed.v2", "x"));
}

}  // namespace
}  // namespace sluice::launch
