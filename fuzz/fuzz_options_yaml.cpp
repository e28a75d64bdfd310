// SPDX-License-Identifier: Apache-2.0
// Any text as a connector's YAML file: it is read or refused with places, and nothing else.

#include <cstddef>
#include <cstdint>

#include "options/sample_options.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  sluice::options::SampleRun run;
  run.environment["KEY"] = "value";
  run.files["c.yaml"] = text;
  run.parse({"--config=c.yaml"});
  for (const auto& problem : run.outcome.problems) {
    if (problem.place.empty() || problem.problem.empty()) __builtin_trap();
  }
  (void)sluice::parse_connector_config(text, "c.yaml", nullptr);
  return 0;
}
