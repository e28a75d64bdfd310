// SPDX-License-Identifier: Apache-2.0
#include "sink_options.hpp"

#include "common/text_template/text_template.hpp"

namespace sluice::redis {

bool is_keyed(Operation operation) {
  return operation == Operation::json_set || operation == Operation::set ||
         operation == Operation::hset;
}

void validate_options(const SinkOptions& options, OptionProblems& problems) {
  validate_server(options.server, problems);
  const auto operation = options.operation;
  if (options.prefix.empty()) problems.add("prefix", "it is empty", "write a word, such as orders");
  std::string problem;
  if (!common::TextTemplate::parse(options.key, problem)) {
    problems.add("key", "`" + options.key + "`: " + problem);
  }
  if (!is_keyed(operation) && options.ttl) {
    problems.add("ttl", "it is for the operations JSON, SET and HSET", "leave it out");
  }
  if (!is_keyed(operation) && options.delete_empty) {
    problems.add("delete-empty", "it is for the operations JSON, SET and HSET", "leave it out");
  }
  const bool grows = operation == Operation::xadd || operation == Operation::lpush ||
                     operation == Operation::rpush;
  if (!grows && options.max_length) {
    problems.add("max-length", "it is for the operations XADD, LPUSH and RPUSH", "leave it out");
  }
  if (operation != Operation::xadd && options.entry == Entry::json) {
    problems.add("entry", "it is for the operation XADD", "leave it out");
  }
  if (options.wait_replicas > 0 && options.wait_timeout >= options.server.timeout) {
    problems.add("wait-timeout", "it is not shorter than --timeout, the wait for any answer",
                 "raise --timeout");
  }
}

}  // namespace sluice::redis
