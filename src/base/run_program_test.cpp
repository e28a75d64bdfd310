// SPDX-License-Identifier: Apache-2.0
#include "base/run_program.hpp"

#include <gtest/gtest.h>

namespace sluice {
namespace {

ProgramRun shell(const std::string& script) {
  return {.words = {"sh", "-c", script},
          .takes_output = true,
          .deadline = std::chrono::seconds(60),
          .bytes_max = 1'000};
}

TEST(RunProgram, TakesOutputErrorsAndExitCode) {
  const auto end = run_program(shell("echo out; echo err >&2; exit 7"));
  EXPECT_EQ(end.output, "out\n");
  EXPECT_EQ(end.errors, "err\n");
  EXPECT_EQ(end.exit_code, 7);
  EXPECT_FALSE(end.is_late);
}

TEST(RunProgram, HasNoInput) {
  EXPECT_EQ(run_program(shell("cat")).output, "");
}

TEST(RunProgram, KillsAtTheDeadlineWithAllThatItStarted) {
  auto run = shell("sleep 600 & sleep 600");
  run.deadline = std::chrono::milliseconds(50);
  const auto end = run_program(run);
  EXPECT_TRUE(end.is_late);
  EXPECT_EQ(end.exit_code, 128 + 9);
}

TEST(RunProgram, EndsAProgramThatWritesTooMuch) {
  const auto end = run_program(shell("yes"));
  EXPECT_TRUE(end.is_too_much);
  EXPECT_EQ(end.output.size(), 1'000U);
}

TEST(RunProgram, KeepsTheFirstErrorsOnly) {
  const auto end = run_program(shell("head -c 5000 /dev/zero >&2; echo done"));
  EXPECT_EQ(end.errors.size(), 1'000U);
  EXPECT_EQ(end.output, "done\n");
}

TEST(RunProgram, SaysThatThereIsNoSuchProgram) {
  ProgramRun run{.words = {"/nonexistent/program"}};
  const auto end = run_program(run);
  EXPECT_EQ(end.exit_code, 127);
  EXPECT_NE(end.errors.find("No such file"), std::string::npos);
}

TEST(RunProgram, ReplacesAVariableOfTheEnvironment) {
  auto run = shell("env | grep -c '^HOME='; echo $HOME");
  run.environment = {"HOME=/elsewhere"};
  EXPECT_EQ(run_program(run).output, "1\n/elsewhere\n");
}

TEST(RunProgram, RunsInAFolder) {
  auto run = shell("pwd");
  run.folder = "/";
  EXPECT_EQ(run_program(run).output, "/\n");
}

}  // namespace
}  // namespace sluice
