// SPDX-License-Identifier: Apache-2.0
#include "connector/supervisor.hpp"

#include <csignal>

#include <gtest/gtest.h>

#include "connector/fakes.hpp"
#include "connector/wake_fd.hpp"

namespace sluice::connector {
namespace {

using fakes::eventually;
using std::chrono::milliseconds;

// A session that does what it is told, on two threads.
struct FakeSession final : Session {
  void run() override {
    running = true;
    if (body) body();
  }
  void drain() override {
    if (drain_body) drain_body();
    if (drained != nullptr) *drained = true;
  }
  void set_paused(bool) override {}
  void request_stop() override { stopping = true; }
  void abandon() override { abandoned = true; }
  [[nodiscard]] std::uint64_t unfinished() const override { return left; }

  void wait_for(const std::atomic<bool>& flag) const {
    eventually([&] { return flag.load(); });
  }

  std::atomic<bool>* drained = nullptr;
  std::function<void()> body;
  std::function<void()> drain_body;
  std::atomic<bool> running{false}, stopping{false}, abandoned{false};
  std::atomic<std::uint64_t> left{0};
};

// Signals that a test sends, without touching the process.
struct FakeSignals {
  WakeFd wake;
  std::atomic<int> waiting{0};

  void send(int signal) {
    waiting = signal;
    wake.signal();
  }
  std::optional<int> take() {
    wake.clear();
    const int signal = waiting.exchange(0);
    return signal == 0 ? std::nullopt : std::optional(signal);
  }
};

struct SupervisorTest : testing::Test {
  Clock clock;
  Stats stats{clock};
  FakeSession session;
  FakeSignals signals;
  milliseconds drain_timeout{10'000};
  milliseconds status_period{60'000};
  std::atomic<int> status_lines{0};

  std::atomic<bool> release{false}, drained{false};

  void SetUp() override {
    stats.phase(Phase::running);
    session.drained = &drained;
  }
  // A thread that was left behind still uses what is here.
  void let_the_thread_end() {
    release = true;
    EXPECT_TRUE(eventually([&] { return drained.load(); }));
  }
  RunEnd supervise_it() {
    return supervise(session, stats,
                     {.drain_timeout = drain_timeout,
                      .status_period = status_period,
                      .signal_fd = signals.wake.fd(),
                      .take_signal = [this] { return signals.take(); },
                      .status = [this] { ++status_lines; }});
  }
};

TEST_F(SupervisorTest, ASourceThatEndsIsASuccess) {
  const auto end = supervise_it();
  EXPECT_EQ(end.exit_code(), 0);
  EXPECT_EQ(stats.snapshot().phase, Phase::stopped);
}

TEST_F(SupervisorTest, AFailureGivesItsExitCode) {
  session.body = [] { throw Failure(Errc::topic_not_found, "no topic"); };
  const auto end = supervise_it();
  EXPECT_EQ(end.exit_code(), describe(Errc::topic_not_found).exit_code);
  ASSERT_TRUE(end.failure);
  EXPECT_EQ(end.failure->context, "no topic");
}

TEST_F(SupervisorTest, AnyOtherExceptionIsAnInternalError) {
  session.body = [] { throw std::runtime_error("oops"); };
  const auto end = supervise_it();
  ASSERT_TRUE(end.failure);
  EXPECT_EQ(end.failure->code, Errc::internal);
  EXPECT_NE(end.failure->context.find("oops"), std::string::npos);
}

TEST_F(SupervisorTest, DrainsAfterAFailureToo) {
  bool drained = false;
  session.body = [] { throw Failure(Errc::outside_rejected, "no"); };
  session.drain_body = [&] { drained = true; };
  EXPECT_EQ(supervise_it().exit_code(), 1);
  EXPECT_TRUE(drained);
}

TEST_F(SupervisorTest, TheFirstFailureIsTheReason) {
  session.body = [] { throw Failure(Errc::outside_rejected, "first"); };
  session.drain_body = [] { throw Failure(Errc::connection_refused, "second"); };
  const auto end = supervise_it();
  ASSERT_TRUE(end.failure);
  EXPECT_EQ(end.failure->context, "first");
}

TEST_F(SupervisorTest, ASignalAsksTheSessionToStopAndIsASuccess) {
  session.body = [&] {
    signals.send(SIGTERM);
    session.wait_for(session.stopping);
  };
  EXPECT_EQ(supervise_it().exit_code(), 0);
  EXPECT_FALSE(session.abandoned);
}

TEST_F(SupervisorTest, AfterTheDeadlineItGivesUpAndSaysHowManyAreLeft) {
  drain_timeout = milliseconds(1);
  session.left = 3;
  session.body = [&] {
    signals.send(SIGINT);
    session.wait_for(session.abandoned);
    throw Failure(Errc::cancelled, "the time to drain is over");
  };
  const auto end = supervise_it();
  EXPECT_EQ(end.exit_code(), 1);
  EXPECT_EQ(end.unfinished, 3U);
  EXPECT_FALSE(end.failure) << "what is unfinished says it";
  let_the_thread_end();  // it may have been too slow to give up
}

TEST_F(SupervisorTest, TheSecondSignalDoesNotWait) {
  session.body = [&] {
    signals.send(SIGTERM);
    session.wait_for(session.stopping);
    while (!release) signals.send(SIGTERM);  // the first of them belong to the same wish
  };
  const auto end = supervise_it();
  EXPECT_EQ(end.exit_code(), 128 + SIGTERM);
  EXPECT_TRUE(end.thread_is_stuck);
  let_the_thread_end();
}

TEST_F(SupervisorTest, AThreadThatIsStuckIsLeftBehind) {
  drain_timeout = milliseconds(1);
  session.body = [&] {
    signals.send(SIGTERM);
    session.wait_for(release);
  };
  const auto end = supervise_it();
  EXPECT_TRUE(end.thread_is_stuck);
  EXPECT_EQ(end.exit_code(), 1) << "offsets may not be stored, nothing was closed";
  let_the_thread_end();
}

// All is in the topic, but a position could not be stored, so nothing was acknowledged.
TEST_F(SupervisorTest, GivingUpIsNoSuccessEvenWhenNoRecordIsLeft) {
  drain_timeout = milliseconds(1);
  session.body = [&] {
    signals.send(SIGTERM);
    session.wait_for(session.abandoned);
    throw Failure(Errc::cancelled, "the time to drain is over");
  };
  EXPECT_EQ(supervise_it().exit_code(), 1);
  let_the_thread_end();
}

TEST_F(SupervisorTest, AStartThatIsStuckHasLeftNothingUndone) {
  drain_timeout = milliseconds(1);
  stats.phase(Phase::starting);
  session.body = [&] {
    signals.send(SIGTERM);
    session.wait_for(release);
  };
  const auto end = supervise_it();
  EXPECT_TRUE(end.thread_is_stuck);
  EXPECT_EQ(end.exit_code(), 0);
  let_the_thread_end();
}

TEST_F(SupervisorTest, WritesTheStatusLineWhileItRuns) {
  status_period = milliseconds(1);
  session.body = [&] { eventually([&] { return status_lines >= 3; }); };
  EXPECT_EQ(supervise_it().exit_code(), 0);
  EXPECT_GE(status_lines, 3);
}

}  // namespace
}  // namespace sluice::connector
