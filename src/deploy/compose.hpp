// SPDX-License-Identifier: Apache-2.0
#pragma once

// A Compose project of connectors: one `compose.yaml`, and a folder of files for each. Pure.
//
// The files stand beside the compose.yaml, in a folder named as the service; the compose.yaml names
// them relative to itself, so that the whole may be moved. Nothing of a secret is in it.

#include <span>
#include <string>
#include <vector>

#include "deploy/deployment.hpp"

namespace sluice::deploy {

struct ComposeFile {
  std::string path;  // relative to the folder of the compose.yaml
  std::string content;
  bool secret = false;  // for its owner only
};

// As whom the containers run. The files of a secret must be readable for it.
struct ComposeUser {
  unsigned id = 1000;
  unsigned group = 1000;
};

[[nodiscard]] std::string compose_yaml(std::span<const Applied> all, const ComposeUser& user);
// What the compose.yaml refers to for one connector; the folders `<service>/state` besides.
[[nodiscard]] std::vector<ComposeFile> compose_files(const Applied& applied);
[[nodiscard]] std::string compose_service(const std::string& name);

}  // namespace sluice::deploy
