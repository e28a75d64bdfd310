// SPDX-License-Identifier: Apache-2.0
#pragma once

// A running module: its instance with a memory of its own, and calls into it.
//
// Every pointer that the guest gives is checked against its memory, every call has a time
// limit, and its memory a limit. After a call that broke down the guest must not be called
// again: start another. One thread at a time. Calls and status codes: smartmodule.md §1 and §4.

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>

#include "smartmodule/engine.hpp"

namespace sluice::smartmodule {

struct GuestLimits {
  std::chrono::milliseconds call_timeout{5'000};
  std::uint64_t memory_bytes_max = 256U * 1024 * 1024;
};

// Which export is called.
enum class Entry : std::uint8_t { init, look_back, transform };

// What every module is run at: the only version that those of all generations understand.
inline constexpr std::int32_t abi_version = 22;
// For modules that take no version argument.
inline constexpr std::int32_t oldest_abi_version = 15;

class Guest {
 public:
  // The output looks into the guest's memory: it is good until the next call.
  struct Answer {
    std::int32_t status = 0;
    ByteView output;
  };

  [[nodiscard]] static ModuleResult<Guest> start(Engine& engine,
                                                 std::shared_ptr<const Module> module,
                                                 const GuestLimits& limits);
  Guest(Guest&&) noexcept;
  Guest& operator=(Guest&&) noexcept;
  ~Guest();

  // Copies the pieces of `input`, one after the other, into the guest and calls it.
  // Requires: the module has the entry.
  [[nodiscard]] ModuleResult<Answer> call(Entry entry, std::span<const ByteView> input);
  // The output has been read: gives its memory back to guests that never would themselves.
  void release_output();

  [[nodiscard]] std::uint64_t memory_bytes() const;

 private:
  struct State;
  explicit Guest(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace sluice::smartmodule
