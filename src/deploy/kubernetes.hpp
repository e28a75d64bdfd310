// SPDX-License-Identifier: Apache-2.0
#pragma once

// The Kubernetes objects of a connector: ConfigMap, Secret, PersistentVolumeClaim, Deployment.
// Pure.
//
// One replica with strategy Recreate, so that one name runs once. The pods keep the labels of the
// official runner (`app: fluvio-connector`, `connectorName`), and take the profile from its
// ConfigMap. A changed configuration changes an annotation of the pods, which rolls them.

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "deploy/deployment.hpp"

namespace sluice::deploy {

// In the order in which they are to be made. A connector that is not running has no replica.
[[nodiscard]] std::vector<nlohmann::ordered_json> kubernetes_objects(const Applied& applied);

// The same with `***` for each secret, to be looked at.
[[nodiscard]] std::vector<nlohmann::ordered_json> kubernetes_objects_shown(const Applied& applied);

// The name of the Deployment, and the first part of the others': a valid one for each name.
[[nodiscard]] std::string kubernetes_name(const std::string& name);
// Of `connectorName`: the name itself when it can be a label.
[[nodiscard]] std::string label_value(const std::string& text);

}  // namespace sluice::deploy
