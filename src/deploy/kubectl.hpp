// SPDX-License-Identifier: Apache-2.0
#pragma once

// Deployments in a Kubernetes cluster, through kubectl. All throw `io` with what kubectl says.

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "deploy/deployment.hpp"

namespace sluice::deploy {

// Where in which cluster; empty: kubectl's own choice.
struct Cluster {
  std::string context;
  std::string name_space;
};
[[nodiscard]] Cluster cluster_of(const Deployment& deployment);

// What the cluster says about one connector.
struct ClusterEntry {
  std::string name, type, topic, version, name_space;
  std::string state;  // `running`, `starting`, `stopped`, `absent`, or `unknown`
  std::int64_t restarts = 0;
  std::string created;
};

// `kubectl [--context C] [--namespace N] WORDS...`
[[nodiscard]] std::vector<std::string> kubectl_words(const Cluster& cluster,
                                                     std::vector<std::string> words);

// Sends the objects, by server-side apply. `scratch`: an own folder, for a file that lives as long
// as this takes.
void kubectl_apply(const Applied& applied, const std::filesystem::path& scratch);
// Waits for the roll-out; what kubectl says when that fails or takes too long, else nothing.
[[nodiscard]] std::string kubectl_rollout(const Deployment& deployment,
                                          std::chrono::seconds timeout);
// 0 or 1.
void kubectl_scale(const Deployment& deployment, int replicas);
// Returns when its last pod is gone. Throws: `timed_out`, too.
void kubectl_wait_gone(const Deployment& deployment);
void kubectl_restart(const Deployment& deployment);
// All objects of the connector; the volume with its state, too, unless it is to be kept.
void kubectl_delete(const Deployment& deployment, bool keep_state);

// The connectors that this tool made in the namespace.
[[nodiscard]] std::vector<ClusterEntry> kubectl_list(const Cluster& cluster);
// `absent` when it is not there, `unknown` when kubectl cannot be asked.
[[nodiscard]] ClusterEntry kubectl_state(const Deployment& deployment);
// Words of `kubectl logs` for it.
[[nodiscard]] std::vector<std::string> kubectl_logs(const Deployment& deployment, bool follow,
                                                    std::int64_t lines);

}  // namespace sluice::deploy
