// SPDX-License-Identifier: Apache-2.0
#pragma once

// The real `Cluster`: the Fluvio client.

#include <chrono>
#include <memory>

#include "connector/cluster.hpp"
#include "sluice/client.hpp"

namespace sluice::connector {

// Throws: as `Client::connect`.
[[nodiscard]] std::unique_ptr<Cluster> connect_cluster(const ClusterProfile& profile,
                                                       const ClientOptions& options);

}  // namespace sluice::connector
