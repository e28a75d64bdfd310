// SPDX-License-Identifier: Apache-2.0
#include "source_options.hpp"

namespace sluice::nats {

void validate_source(const SourceOptions& options, OptionProblems& problems) {
  common::validate_nats(options.server, problems);
  if (options.subject.empty() || options.subject.find_first_of(" \t\r\n") != std::string::npos) {
    problems.add("subject", "`" + options.subject + "` is not a subject",
                 "write for example a.*.b");
  }
  if (options.durable.find_first_of(" .*>/\\\t") != std::string::npos) {
    problems.add("durable", "`" + options.durable + "` is not a name of a consumer",
                 "leave out blanks, dots, slashes and wildcards");
  }
  if (!options.queue_group.empty() && !options.stream.empty()) {
    problems.add("queue-group", "a stream shares by its durable consumer",
                 "give several instances the same --durable");
  }
}

}  // namespace sluice::nats
