// SPDX-License-Identifier: Apache-2.0
#include "test_source.hpp"

#include <limits>
#include <string>

namespace sluice {

void TestSource::run(SourceContext& stream) {
  const auto count = options_.count.value_or(std::numeric_limits<std::int64_t>::max());
  while (sent_ < count && !stream.stopping()) {
    const auto text = "Hello, Fluvio! - " + std::to_string(sent_ + 1);
    stream.send({.value = text});
    ++sent_;
    if (sent_ < count && !stream.wait(options_.timeout)) return;
  }
}

}  // namespace sluice
