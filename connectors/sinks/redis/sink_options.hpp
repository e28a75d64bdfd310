// SPDX-License-Identifier: Apache-2.0
#pragma once

// What users can set on the redis sink.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include <sluice/options.hpp>

#include "common/redis/server_options.hpp"

namespace sluice::redis {

enum class Operation : std::uint8_t { json_set, set, hset, ts_add, xadd, lpush, rpush, publish };
// What an entry of a stream is made of.
enum class Entry : std::uint8_t { value, json };
enum class OffsetKeeper : std::uint8_t { redis, cluster };

struct SinkOptions {
  ServerOptions server;
  std::string prefix;
  Operation operation = Operation::json_set;
  std::string key;
  Entry entry = Entry::value;
  std::optional<std::uint64_t> max_length;
  std::optional<std::chrono::milliseconds> ttl;
  bool delete_empty = false;
  OffsetKeeper offsets = OffsetKeeper::redis;
  std::uint32_t wait_replicas = 0;
  std::chrono::milliseconds wait_timeout{5'000};
};

// The record's key is part of the Redis key; with the others all records go to one place.
[[nodiscard]] bool is_keyed(Operation operation);
void validate_options(const SinkOptions& options, OptionProblems& problems);

}  // namespace sluice::redis

template <>
struct sluice::enum_names<sluice::redis::Operation> {
  using O = redis::Operation;
  static constexpr std::array rows{EnumName{O::json_set, "JSON"}, EnumName{O::set, "SET"},
                                   EnumName{O::hset, "HSET"},     EnumName{O::ts_add, "TS.ADD"},
                                   EnumName{O::xadd, "XADD"},     EnumName{O::lpush, "LPUSH"},
                                   EnumName{O::rpush, "RPUSH"},   EnumName{O::publish, "PUBLISH"}};
};
template <>
struct sluice::enum_names<sluice::redis::Entry> {
  using E = redis::Entry;
  static constexpr std::array rows{EnumName{E::value, "value"}, EnumName{E::json, "json"}};
};
template <>
struct sluice::enum_names<sluice::redis::OffsetKeeper> {
  using K = redis::OffsetKeeper;
  static constexpr std::array rows{EnumName{K::redis, "redis"}, EnumName{K::cluster, "cluster"}};
};

template <>
struct sluice::option_table<sluice::redis::SinkOptions> {
  using O = redis::SinkOptions;
  static constexpr auto rows = std::tuple{
      option_group<&O::server>(),
      option<&O::prefix>("prefix",
                         "How the keys begin: `<prefix>:<record key>`. With XADD, LPUSH, RPUSH and "
                         "PUBLISH the name of the stream, list or channel.")
          .required(),
      option<&O::operation>(
          "operation",
          "What is done with a record: `JSON` (JSON.SET), `SET`, `HSET` of a JSON "
          "object, `TS.ADD`, `XADD`, `LPUSH`, `RPUSH` or `PUBLISH`."),
      option<&O::key>("key",
                      "The key, in place of what prefix and record key make: a text with places "
                      "such as `{@key}`, `{@topic}`, `{field}`, `{field.inner}`."),
      option<&O::entry>("entry",
                        "The fields of a stream's entry, with XADD: `value` (and `key`), or the "
                        "members of the JSON object (`json`)."),
      option<&O::max_length>("max-length",
                             "XADD, LPUSH, RPUSH: number of entries that are kept (of a stream: "
                             "about so many); the oldest go.")
          .at_least(1),
      option<&O::ttl>("ttl", "JSON, SET, HSET: how long a key lives after it is written.")
          .at_least(std::chrono::milliseconds{1}),
      option<&O::delete_empty>("delete-empty",
                               "JSON, SET, HSET: a record with an empty value deletes its key."),
      option<&O::offsets>("offsets",
                          "Where the offsets are kept: in `redis`, in one script with the data, so "
                          "that each record counts once; or in the `cluster`, for servers without "
                          "scripts: at least once."),
      option<&O::wait_replicas>(
          "wait-replicas", "Number of replicas that must have a batch before it counts (WAIT)."),
      option<&O::wait_timeout>("wait-timeout", "Longest wait for the replicas.")
          .bare_number_unit(std::chrono::seconds{1})
          .at_least(std::chrono::milliseconds{1}),
  };

  static void validate(const O& options, OptionProblems& problems) {
    redis::validate_options(options, problems);
  }
};
