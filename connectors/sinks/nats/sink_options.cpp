// SPDX-License-Identifier: Apache-2.0
#include "sink_options.hpp"

#include "common/nats/nats_connection.hpp"

namespace sluice::nats {

void validate_sink(const SinkOptions& options, OptionProblems& problems) {
  common::validate_nats(options.server, problems);
  if (!common::is_subject(options.subject)) {
    problems.add("subject", "`" + options.subject + "` cannot be published to",
                 "write words with dots between them, without `*`, `>` and blanks");
  }
}

}  // namespace sluice::nats
