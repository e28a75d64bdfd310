// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the container of a connector has to look like, wherever it runs: contract of our images.
//
// The program is the entry point and runs as user 1000. It finds the YAML file at `config_path`,
// the secrets at `secrets_path`, and the Fluvio profile in its home; what must last is in
// `state_path`.

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "deploy/deployment.hpp"

namespace sluice::deploy {

inline constexpr std::int64_t container_user = 1000;
inline constexpr std::string_view config_folder = "/etc/sluice";
inline constexpr std::string_view config_path = "/etc/sluice/config.yaml";
inline constexpr std::string_view secrets_path = "/etc/sluice/secrets";
inline constexpr std::string_view state_path = "/var/lib/sluice";
inline constexpr std::string_view profile_folder = "/home/fluvio/.fluvio";
inline constexpr std::string_view profile_path = "/home/fluvio/.fluvio/config";
inline constexpr std::uint16_t metrics_port = 8080;

// Arguments of a connector of the kit. `lasting_state`: the state folder outlives the container, so
// the place in the outside system is kept there and not in a topic.
[[nodiscard]] std::vector<std::string> kit_container_args(const Applied& applied,
                                                          bool lasting_state);
// `sluice/<type>:<version>`; `latest` without a version.
[[nodiscard]] std::string default_image(const std::string& type, const std::string& version);
// From the signal to the kill: longer than the time to drain.
[[nodiscard]] std::chrono::seconds stop_grace(const Running& running);

}  // namespace sluice::deploy
