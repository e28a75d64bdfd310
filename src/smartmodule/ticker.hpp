// SPDX-License-Identifier: Apache-2.0
#pragma once

// The engine's clock for time limits: counts the epoch up while guests run, and sleeps when
// none does. Thread-safe.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "smartmodule/handles.hpp"

namespace sluice::smartmodule {

class Ticker {
 public:
  static constexpr std::chrono::milliseconds period{10};

  // `engine` outlives it.
  explicit Ticker(wasm_engine_t* engine);
  ~Ticker();
  Ticker(const Ticker&) = delete;
  Ticker& operator=(const Ticker&) = delete;

  // While one exists the epoch moves.
  class Running {
   public:
    explicit Running(Ticker& ticker) : ticker_(ticker) { ticker_.enter(); }
    ~Running() { ticker_.active_.fetch_sub(1); }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

   private:
    Ticker& ticker_;
  };

 private:
  void enter();
  void run();

  wasm_engine_t* const engine_;
  std::atomic<std::uint64_t> active_{0};
  std::atomic<bool> asleep_{false};
  std::mutex mutex_;
  std::condition_variable wanted_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace sluice::smartmodule
