// SPDX-License-Identifier: Apache-2.0
#pragma once

// Stands in for the kit in the tests of sources that follow files.
//
// It has each record at once, and hands its position out at the next `flush`, which also becomes
// what the next run resumes from. One thread.

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <sluice/connector/source.hpp>

namespace sluice::common::fakes {

class Stream final : public SourceContext {
 public:
  void send(const RecordRef& record, std::optional<Position> position) override {
    values.emplace_back(record.value);
    if (position) reached_ = std::move(position);
  }
  void refuse(const RecordRef&, const Error& error, std::optional<Position> position) override {
    refused.push_back(error.code);
    if (position) reached_ = std::move(position);
  }
  [[nodiscard]] bool has_room() const override { return true; }
  void flush() override {
    if (before_acknowledged) before_acknowledged();
    if (!reached_) return;
    resume_ = std::exchange(reached_, std::nullopt);
    if (source != nullptr) source->acknowledged(*resume_);
  }
  bool wait(std::chrono::milliseconds) override { return dispatch(); }
  [[nodiscard]] int wake_fd() const override { return -1; }
  bool dispatch() override { return !on_dispatch || on_dispatch(); }
  [[nodiscard]] bool stopping() const override { return false; }
  [[nodiscard]] const std::string& name() const override { return name_; }
  [[nodiscard]] const std::optional<Position>& resume_from() const override { return resume_; }
  void connected() override {}
  void disconnected(const Error&) override {}
  void filtered(std::string_view) override {}
  void passed(Position position) override { reached_ = std::move(position); }
  [[nodiscard]] std::chrono::milliseconds next_retry_delay() override { return {}; }

  Source* source = nullptr;           // hears what is acknowledged
  std::function<bool()> on_dispatch;  // false: the source should stop
  std::function<void()> before_acknowledged;
  std::vector<std::string> values;
  std::vector<Errc> refused;

 private:
  std::string name_ = "test";
  std::optional<Position> reached_, resume_;
};

}  // namespace sluice::common::fakes
