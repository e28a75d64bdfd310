// SPDX-License-Identifier: Apache-2.0
#pragma once

// Deployments in a Compose project: its files on disk, and the program that runs it.

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "deploy/compose.hpp"

namespace sluice::deploy {

// `docker compose`, `podman compose` or `docker-compose`: the first that answers.
[[nodiscard]] std::optional<std::vector<std::string>> compose_program();

// `--output`: a file that ends in .yaml or .yml, else a folder for a `compose.yaml`. Absolute.
[[nodiscard]] std::filesystem::path compose_path(const std::string& output);

// As whom the containers run, so that they can read the files: user 1000 when these can be given to
// it, else who runs this.
[[nodiscard]] ComposeUser compose_user();

// All that the compose.yaml refers to, and then itself. `all`: every connector of the file.
void write_compose(const std::filesystem::path& file, std::span<const Applied> all);
// The files of one that is gone; its state, too, unless it is to be kept.
void remove_compose_files(const std::filesystem::path& file, const std::string& name,
                          bool keep_state);

// `PROGRAM -f FILE WORDS... SERVICE`
[[nodiscard]] std::vector<std::string> compose_words(const std::vector<std::string>& program,
                                                     const Deployment& deployment,
                                                     std::span<const std::string> words);

// How the container is, in Compose's own word (`running`, `exited`, `paused`); `unknown` when it
// cannot be asked, `absent` when there is none.
[[nodiscard]] std::string compose_state(const Deployment& deployment);

}  // namespace sluice::deploy
