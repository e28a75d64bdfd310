// SPDX-License-Identifier: Apache-2.0
#include "connector/common_options.hpp"

namespace sluice::connector {

void validate_options(const SourceOptions& options, OptionProblems& problems) {
  const auto& producer = options.producer;
  const auto& flow = options.flow;
  const auto* const help = "they are the same setting; give one of them";
  if (flow.batch_bytes && producer.batch_size) {
    problems.add("producer-batch-size", "`--batch-bytes` is given, too", help);
  }
  if (flow.batch_age && producer.linger) {
    problems.add("producer-linger", "`--batch-age` is given, too", help);
  }
}

}  // namespace sluice::connector
