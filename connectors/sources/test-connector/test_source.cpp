// SPDX-License-Identifier: Apache-2.0
#include "test_source.hpp"

#include <string>

namespace sluice {

void TestSource::run(SourceContext& stream) {
  while (sent_ < options_.count && !stream.stopping()) {
    const auto text = "Hello, Fluvio! - " + std::to_string(sent_ + 1);
    stream.send({.value = text});
    ++sent_;
    if (sent_ < options_.count && !stream.wait(options_.timeout)) return;
  }
}

}  // namespace sluice
