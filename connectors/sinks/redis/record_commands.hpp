// SPDX-License-Identifier: Apache-2.0
#pragma once

// The Redis commands that a record becomes. Pure.

#include <string>
#include <string_view>
#include <vector>

#include <sluice/connector/sink.hpp>
#include <sluice/outcome.hpp>

#include "common/text_template/text_template.hpp"
#include "sink_options.hpp"

namespace sluice::redis {

using Command = std::vector<std::string>;

// The key of the hash that has the offsets; no record may write to it.
[[nodiscard]] std::string offsets_key(const SinkOptions& options);

class RecordCommands {
 public:
  // Requires: `validate_options` found nothing.
  RecordCommands(const SinkOptions& options, std::string topic);

  // One or more commands, to be executed in this order. The first word of each is its name.
  // Errors: `malformed` when the value is not what the operation takes, or a field of the key is
  // missing; `outside_rejected` when the key would be the one of the offsets.
  [[nodiscard]] Outcome<std::vector<Command>> commands(const SinkRecord& record) const;

 private:
  [[nodiscard]] Outcome<std::string> key_of(const SinkRecord& record) const;
  [[nodiscard]] Outcome<std::vector<Command>> json_set(const SinkRecord& record,
                                                       std::string key) const;
  [[nodiscard]] Outcome<std::vector<Command>> hset(const SinkRecord& record, std::string key) const;
  [[nodiscard]] Outcome<std::vector<Command>> ts_add(const SinkRecord& record) const;
  [[nodiscard]] Outcome<std::vector<Command>> xadd(const SinkRecord& record, std::string key) const;
  [[nodiscard]] std::vector<Command> push(const SinkRecord& record, std::string key) const;
  [[nodiscard]] std::vector<Command> set(const SinkRecord& record, std::string key) const;

  const SinkOptions& options_;
  std::string topic_;
  std::string offsets_key_;
  common::TextTemplate key_;
};

}  // namespace sluice::redis
