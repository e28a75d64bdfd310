// SPDX-License-Identifier: Apache-2.0
#include "source_options.hpp"

#include <algorithm>

namespace sluice::redis {

void validate_options(const SourceOptions& options, OptionProblems& problems) {
  validate_server(options.server, problems);
  auto streams = options.streams;
  std::ranges::sort(streams);
  if (std::ranges::adjacent_find(streams) != streams.end()) {
    problems.add("stream", "one is given twice", "give each once");
  }
  if (std::ranges::find(streams, "") != streams.end()) {
    problems.add("stream", "it is empty", "give the key of a stream");
  }
  if (!options.group.empty()) return;
  if (!options.consumer.empty()) {
    problems.add("consumer", "without a group there are no consumers", "give --group");
  }
  if (options.claim_idle) {
    problems.add("claim-idle", "without a group there is nothing to take over", "give --group");
  }
}

}  // namespace sluice::redis
