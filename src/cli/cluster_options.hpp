// SPDX-License-Identifier: Apache-2.0
#pragma once

// The option group of every verb that talks to a cluster, and the connection it describes.

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "cli/addresses.hpp"
#include "sluice/client.hpp"
#include "sluice/options/table.hpp"

namespace sluice::cli {

using namespace std::chrono_literals;

struct ClusterOptions {
  std::optional<net::Endpoint> cluster;
  std::string profile_name;
  std::string profile;
  std::chrono::milliseconds timeout = 10s;
  std::string log = "error";
};

// Sets the log up and connects. Throws: as `Client::connect`.
[[nodiscard]] Client connect(const ClusterOptions& options);
// Throws: `usage` for a log filter that is wrong.
void configure_log(const std::string& filter);
// The path, or nothing when it is empty: how `load_profile` wants it.
[[nodiscard]] std::optional<std::string> given(const std::string& text);

// `topic_not_found` with the nearest name that exists as hint.
[[noreturn]] void fail_missing_topic(Admin& admin, const std::string& topic);

// All of a topic, system topic or not. Throws: as `fail_missing_topic`.
[[nodiscard]] std::vector<PartitionInfo> partitions_of(Admin& admin, const std::string& topic);

}  // namespace sluice::cli

template <>
struct sluice::option_table<sluice::cli::ClusterOptions> {
  using O = sluice::cli::ClusterOptions;
  static constexpr auto rows = std::tuple{
      option<&O::cluster>("cluster",
                          "Control plane of the cluster, without TLS. Else the profile says it.")
          .value_name("HOST:PORT")
          .env("SLUICE_CLUSTER")
          .excludes_group("cluster"),
      option<&O::profile_name>("profile-name", "Profile to use in place of the current one.")
          .value_name("NAME")
          .excludes_group("cluster"),
      option<&O::profile>("profile", "Profile file. Else FLV_PROFILE_PATH, else ~/.fluvio/config.")
          .value_name("FILE"),
      option<&O::timeout>("timeout", "Longest wait for a connection.")
          .at_least(std::chrono::milliseconds(1)),
      option<&O::log>("log", "Which log lines are shown: `debug`, `warn,client=debug`, `off`.")
          .alias("rust-log")
          .value_name("FILTER")
          .env("SLUICE_LOG"),
  };
};
