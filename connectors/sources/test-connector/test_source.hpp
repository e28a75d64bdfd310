// SPDX-License-Identifier: Apache-2.0
#pragma once

// A source without an outside: it sends `Hello, Fluvio! - 1`, `- 2`, ... and ends.
//
// The smallest source there is; what it sends is known, so a whole set-up can be tried with it.

#include <chrono>
#include <cstdint>
#include <optional>
#include <tuple>

#include <sluice/connector.hpp>

namespace sluice {

struct TestConnectorOptions {
  std::optional<std::int64_t> count;
  std::chrono::milliseconds timeout{1'000};
};

template <>
struct option_table<TestConnectorOptions> {
  using O = TestConnectorOptions;
  static constexpr auto rows = std::tuple{
      option<&O::count>("count", "Number of records to send. Without it, they never end.")
          .at_least(0),
      option<&O::timeout>("timeout", "Pause after each record.")
          .bare_number_unit(std::chrono::milliseconds(1)),
  };
};

class TestSource final : public Source {
 public:
  explicit TestSource(TestConnectorOptions options) : options_(options) {}

  void run(SourceContext& stream) override;
  void check(CheckContext& check) override { check.found("there is no outside to reach"); }

 private:
  TestConnectorOptions options_;
  std::int64_t sent_ = 0;
};

}  // namespace sluice
