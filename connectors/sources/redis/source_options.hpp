// SPDX-License-Identifier: Apache-2.0
#pragma once

// What users can set on the redis source.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <sluice/options.hpp>

#include "common/redis/server_options.hpp"

namespace sluice::redis {

enum class Start : std::uint8_t { beginning, end };

struct SourceOptions {
  ServerOptions server;
  std::vector<std::string> streams;
  std::string group;
  std::string consumer;
  Start start = Start::beginning;
  std::string field;
  std::string key_field;
  std::uint32_t read_count = 100;
  std::uint32_t max_pending = 10'000;
  std::optional<std::chrono::milliseconds> claim_idle;
};

void validate_options(const SourceOptions& options, OptionProblems& problems);

}  // namespace sluice::redis

template <>
struct sluice::enum_names<sluice::redis::Start> {
  using S = redis::Start;
  static constexpr std::array rows{EnumName{S::beginning, "beginning"}, EnumName{S::end, "end"}};
};

template <>
struct sluice::option_table<sluice::redis::SourceOptions> {
  using O = redis::SourceOptions;
  static constexpr auto rows = std::tuple{
      option_group<&O::server>(),
      option<&O::streams>("stream", "Key of a stream that is read.")
          .required()
          .repeatable()
          .alias("streams"),
      option<&O::group>(
          "group",
          "Consumer group to read as: Redis keeps the place, and several sources "
          "share the entries. Without it this source reads alone, and keeps the place "
          "itself."),
      option<&O::consumer>("consumer",
                           "Name in the group; by default the name of this instance. No two "
                           "running sources may have the same."),
      option<&O::start>("start",
                        "Where a new group, or a source without one, begins: at the `beginning` of "
                        "the stream, or at its `end`, with what comes from now on."),
      option<&O::field>("field",
                        "The record is the bare value of this field of the entry, in place of a "
                        "JSON object with all."),
      option<&O::key_field>("key-field", "The record's key is the value of this field."),
      option<&O::read_count>("read-count", "Most entries of a stream that are asked for at once.")
          .at_least(1)
          .at_most(100'000),
      option<&O::max_pending>("max-pending",
                              "Most entries that are read and not acknowledged yet, with a group.")
          .at_least(1),
      option<&O::claim_idle>("claim-idle",
                             "Take over entries of the group that some consumer has read and not "
                             "acknowledged for so long, because it died; by default never.")
          .at_least(std::chrono::seconds{1}),
  };

  static void validate(const O& options, OptionProblems& problems) {
    redis::validate_options(options, problems);
  }
};
