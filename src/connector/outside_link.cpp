// SPDX-License-Identifier: Apache-2.0
#include "connector/outside_link.hpp"

#include <string>
#include <utility>

#include "base/log.hpp"

namespace sluice::connector {

void OutsideLink::connected() {
  recovered();
  if (last_ == Outside::connected) return;
  last_ = Outside::connected;
  stats_.outside(last_);
  log::info("connector", "connected to the outside");
}

void OutsideLink::disconnected(const Error& error) {
  last_ = Outside::disconnected;
  stats_.outside(last_);
  stats_.error(error);
  warn("not connected to the outside", error);
}

std::chrono::milliseconds OutsideLink::pause_after(std::string_view what, const Error& error) {
  failing_ = true;
  stats_.outside(Outside::disconnected);
  stats_.error(error);
  warn(what, error);
  return next_pause();
}

std::chrono::milliseconds OutsideLink::next_pause() {
  stats_.retry();
  return at_least_as_asked(backoff_.next());
}

void OutsideLink::recovered() {
  works();
  backoff_.reset();
  asked_ = {};
  limiter_.reset();
}

void OutsideLink::works() {
  if (!std::exchange(failing_, false)) return;
  stats_.outside(last_);
}

void OutsideLink::warn(std::string_view text, const Error& error) {
  const auto kept_back = limiter_.allow(error.code, clock_.now());
  if (!kept_back) return;
  log::warn("connector", text,
            {{"error", error.message()},
             {"code", std::string(describe(error.code).name)},
             {"tries", std::to_string(backoff_.count() + 1)},
             {"not_logged", std::to_string(*kept_back)}});
}

}  // namespace sluice::connector
