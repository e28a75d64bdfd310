// SPDX-License-Identifier: Apache-2.0
#include "smartmodule/ticker.hpp"

namespace sluice::smartmodule {
namespace {

// Kept awake for a second after the last call: a stream of calls wakes nobody.
constexpr int idle_ticks_max = 100;

}  // namespace

Ticker::Ticker(wasm_engine_t* engine) : engine_(engine), thread_([this] { run(); }) {}

Ticker::~Ticker() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wanted_.notify_one();
  thread_.join();
}

void Ticker::enter() {
  active_.fetch_add(1);
  if (!asleep_.load()) return;
  const std::lock_guard lock(mutex_);
  wanted_.notify_one();
}

void Ticker::run() {
  std::unique_lock lock(mutex_);
  int idle = 0;
  while (!stopping_) {
    if (idle >= idle_ticks_max) {
      // First asleep, then the look at who is active: `enter` does it the other way round.
      asleep_ = true;
      wanted_.wait(lock, [this] { return stopping_ || active_.load() > 0; });
      asleep_ = false;
      idle = 0;
    }
    wanted_.wait_for(lock, period, [this] { return stopping_; });
    wasmtime_engine_increment_epoch(engine_);
    idle = active_.load() > 0 ? 0 : idle + 1;
  }
}

}  // namespace sluice::smartmodule
