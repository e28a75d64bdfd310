// SPDX-License-Identifier: Apache-2.0
#pragma once

// Stands for the stream while the source is only checked: nothing is sent, and everything that
// waits is told to stop when the time for the check is over.

#include <cerrno>
#include <cstring>
#include <string>

#include <sys/timerfd.h>
#include <unistd.h>

#include <sluice/connector/source.hpp>

namespace sluice::http {

class CheckStream final : public SourceContext {
 public:
  // Throws: `io`.
  explicit CheckStream(CheckContext& check)
      : check_(check), timer_(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)) {
    const auto left = check.time_left().count();
    itimerspec once{};
    once.it_value = {.tv_sec = left / 1000, .tv_nsec = (left % 1000) * 1'000'000 + 1};
    if (timer_ < 0 || ::timerfd_settime(timer_, 0, &once, nullptr) != 0) {
      const int number = errno;
      if (timer_ >= 0) ::close(timer_);
      throw Failure(Errc::io, std::string("cannot make a timer: ") + std::strerror(number));
    }
  }
  ~CheckStream() override { ::close(timer_); }
  CheckStream(const CheckStream&) = delete;
  CheckStream& operator=(const CheckStream&) = delete;

  void send(const RecordRef&, std::optional<Position>) override {
    throw Failure(Errc::cancelled, "a check sends nothing");
  }
  [[nodiscard]] bool has_room() const override { return false; }
  void flush() override {}
  bool wait(std::chrono::milliseconds) override { return false; }
  [[nodiscard]] int wake_fd() const override { return timer_; }
  bool dispatch() override { return !stopping(); }
  [[nodiscard]] bool stopping() const override { return check_.time_left().count() == 0; }
  [[nodiscard]] const std::string& name() const override { return check_.name(); }
  [[nodiscard]] const std::optional<Position>& resume_from() const override { return none_; }
  void connected() override {}
  void disconnected(const Error&) override {}
  void filtered(std::string_view) override {}
  void refuse(const RecordRef&, const Error&, std::optional<Position>) override {}
  [[nodiscard]] std::chrono::milliseconds next_retry_delay() override { return {}; }

 private:
  CheckContext& check_;
  std::optional<Position> none_;
  int timer_;
};

}  // namespace sluice::http
