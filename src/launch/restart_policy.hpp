// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the end of a connector's program means, and whether and when it is started again. Pure:
// the caller has the clock.

#include <chrono>
#include <cstdint>
#include <optional>
#include <random>
#include <string>

namespace sluice::launch {

struct ChildEnd {
  int exit_code = 0;
  int signal = 0;  // that ended it, or 0

  // As a shell says it: 128+n after signal n.
  [[nodiscard]] int code() const noexcept { return signal != 0 ? 128 + signal : exit_code; }
  friend bool operator==(const ChildEnd&, const ChildEnd&) = default;
};

enum class EndKind : std::uint8_t {
  finished,       // 0: there is no more to do
  configuration,  // 2: wrong options, which no restart puts right
  environment,    // 3: something that it needs is away
  runtime,        // anything else, and signals
};

[[nodiscard]] EndKind kind_of(const ChildEnd& end) noexcept;
// `exit code 3 (environment)`, `signal 11 (Segmentation fault)`
[[nodiscard]] std::string describe_end(const ChildEnd& end);

struct RestartLimits {
  std::chrono::milliseconds first{1'000};     // bound of the first pause; it doubles
  std::chrono::milliseconds most{60'000};     // bound of the longest
  std::chrono::milliseconds stable{60'000};   // a run that lasts so long makes the next pause short
  std::optional<std::uint64_t> restarts_max;  // in a row, without a stable run between
};

class RestartPolicy {
 public:
  RestartPolicy(RestartLimits limits, std::uint64_t seed) : limits_(limits), random_(seed) {}

  struct Decision {
    bool restarts = false;
    std::chrono::milliseconds pause{0};  // between half of its bound and all of it
  };
  // A program ended that was not asked to, `ran` after its start. Counts the restart.
  [[nodiscard]] Decision ended(const ChildEnd& end, std::chrono::milliseconds ran);

  // All that were decided.
  [[nodiscard]] std::uint64_t restarts() const noexcept { return restarts_; }

 private:
  RestartLimits limits_;
  std::mt19937_64 random_;
  std::chrono::milliseconds bound_{0};
  std::uint64_t in_a_row_ = 0;
  std::uint64_t restarts_ = 0;
};

}  // namespace sluice::launch
