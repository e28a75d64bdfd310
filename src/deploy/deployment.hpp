// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a deployment is: one connector under one name, where it runs, and what is wanted of it.
//
// A `Deployment` is all of it but the connector's own files, which go with it in an `Applied`:
// its YAML and its secrets. Plain values; `deployment_json` and `parse_deployment` are inverse.
// The secrets are never part of a message, a plan or `deployment.json`, which has their hash.

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace sluice::deploy {

enum class Target : std::uint8_t { local, compose, kubernetes };
enum class Desired : std::uint8_t { running, paused, stopped };

[[nodiscard]] std::string_view name_of(Target target);
[[nodiscard]] std::string_view name_of(Desired desired);

// How its processes end and begin again; for all targets.
struct Running {
  std::chrono::seconds drain_timeout{30};
  std::string cluster;       // `host:port` instead of a profile
  std::string profile_name;  // of the profile file; empty: its current one
  friend bool operator==(const Running&, const Running&) = default;
};

struct LocalPlace {
  std::string program;       // absolute
  bool unit = false;         // a systemd unit starts it
  std::string profile_file;  // absolute, or empty: the default one of the user
  std::string folder;        // absolute: where `apply` was, which relative paths mean
  friend bool operator==(const LocalPlace&, const LocalPlace&) = default;
};

struct ContainerPlace {
  std::string image;
  std::vector<std::string> args;
  // Compose.
  std::string file;          // the compose.yaml, absolute
  std::string profile_file;  // of this machine, absolute; empty: none is mounted
  // Kubernetes.
  std::string context;                // of kubectl; empty: the current one
  std::string name_space;             // empty: the context's
  std::string profile_map;            // ConfigMap with the profile; empty: none is mounted
  std::string state_size;             // of the volume for the state folder; empty: it does not last
  std::string cpu = "50m";            // requested
  std::string memory = "64Mi";        // requested
  std::string pull = "IfNotPresent";  // of the image
  friend bool operator==(const ContainerPlace&, const ContainerPlace&) = default;
};

struct Deployment {
  std::string name;
  std::string type;     // `http-source`
  std::string version;  // of the connector, for people and labels
  std::string topic;
  std::string direction;  // `source` or `sink`
  bool kit = true;        // made with this kit: it has probes, a control socket, a state folder
  Target target = Target::local;
  Desired desired = Desired::running;
  std::uint64_t generation = 1;  // counts what was applied
  std::string config_sha256;
  std::string secrets_sha256;  // empty: it has none
  std::map<std::string, std::string> environment;
  Running running;
  LocalPlace local;
  ContainerPlace container;

  friend bool operator==(const Deployment&, const Deployment&) = default;
};

struct Applied {
  Deployment deployment;
  std::string config;   // the YAML, as it was given
  std::string secrets;  // `NAME=value` lines; empty: none
};

// The hashes of both files, into the deployment.
void seal(Applied& applied);

// `NAME=***` for each line: what is there, and nothing of it.
[[nodiscard]] std::string hidden_secrets(std::string_view secrets);

[[nodiscard]] std::string deployment_json(const Deployment& deployment);
// `data_corrupt` with what is wrong; `unsupported` for a format that is newer than this program.
[[nodiscard]] Result<Deployment> parse_deployment(std::string_view text);

}  // namespace sluice::deploy
