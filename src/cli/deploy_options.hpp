// SPDX-License-Identifier: Apache-2.0
#pragma once

// The options of `sluice deploy plan` and `apply`: which files, where they are to run, and how.

#include <filesystem>
#include <string>
#include <vector>

#include "deploy/prepare.hpp"
#include "deploy/store.hpp"
#include "sluice/options/table.hpp"

namespace sluice::cli {

enum class UnitChoice : std::uint8_t { automatic, always, never };

struct DeployInput {
  std::vector<std::string> files;
  deploy::Target target = deploy::Target::local;
  std::optional<std::string> secrets;
  std::vector<std::string> connectors;
  std::string cluster, profile_name, profile;
  std::chrono::seconds drain_timeout{30};
  std::string log;
  UnitChoice systemd = UnitChoice::automatic;
  std::string image;
  std::string compose_file = "compose.yaml";
  std::string context, name_space;
  std::string profile_map = "fluvio-config-map";
  std::string state_volume;
  std::string cpu = "50m", memory = "64Mi";
};

// All files are read and checked before anything is done. Warnings go to standard error. Throws:
// `invalid_config` and the like after reporting every problem, `usage` when two files have one
// name.
[[nodiscard]] std::vector<deploy::Applied> prepare_all(const DeployInput& input);

// The new ones, and what else is in the Compose file by now.
[[nodiscard]] std::vector<deploy::Applied> with_others_of_file(
    const deploy::Store& store, const std::vector<deploy::Applied>& applied);

}  // namespace sluice::cli

template <>
struct sluice::enum_names<sluice::deploy::Target> {
  using T = sluice::deploy::Target;
  static constexpr std::array rows{EnumName{T::local, "local"}, EnumName{T::compose, "compose"},
                                   EnumName{T::kubernetes, "kubernetes"}};
};
template <>
struct sluice::enum_names<sluice::cli::UnitChoice> {
  using U = sluice::cli::UnitChoice;
  static constexpr std::array rows{EnumName{U::automatic, "auto"}, EnumName{U::always, "always"},
                                   EnumName{U::never, "never"}};
};

template <>
struct sluice::option_table<sluice::cli::DeployInput> {
  using O = sluice::cli::DeployInput;
  static constexpr auto rows = std::tuple{
      option<&O::files>("file", "YAML files of the connectors.").required().positional(),
      option<&O::target>("target",
                         "Where they run: on this machine, in containers of Compose, or in "
                         "a Kubernetes cluster."),
      option<&O::secrets>("secrets",
                          "File with a `NAME=value` on each line. Without it, the secrets "
                          "that the files name are taken from the environment.")
          .value_name("FILE"),
      option<&O::connectors>("connectors", "Folder to look for the connectors' programs in.")
          .value_name("DIR"),
      option<&O::cluster>("cluster", "Address of the Fluvio cluster, without a profile.")
          .value_name("HOST:PORT"),
      option<&O::profile_name>("profile-name", "Profile of the cluster. Else the current one."),
      option<&O::profile>("profile",
                          "Profile file, for local and compose. Else FLV_PROFILE_PATH, "
                          "else ~/.fluvio/config.")
          .env("FLV_PROFILE_PATH")
          .value_name("FILE"),
      option<&O::drain_timeout>("drain-timeout",
                                "How long a connector may finish what is half done when it stops."),
      option<&O::log>("log", "Which log lines the connectors write: `info`, `warn,client=debug`.")
          .alias("rust-log")
          .env("RUST_LOG")
          .value_name("FILTER"),
      option<&O::systemd>("systemd",
                          "local: whether a systemd unit starts it, so that it survives "
                          "a reboot. `auto`: if systemd runs."),
      option<&O::image>("image",
                        "compose, kubernetes: image of the container. Else "
                        "sluice/TYPE:VERSION."),
      option<&O::compose_file>("compose-file", "compose: the file that is written, or its folder.")
          .value_name("FILE|DIR"),
      option<&O::context>("context", "kubernetes: context of kubectl."),
      option<&O::name_space>("namespace", "kubernetes: namespace of the objects."),
      option<&O::profile_map>("profile-config-map",
                              "kubernetes: ConfigMap with the profile, under the key "
                              "fluvioClientConfig. Not used with --cluster."),
      option<&O::state_volume>("state-volume",
                               "kubernetes: size of a lasting volume for the "
                               "connector's state, as `1Gi`. Without it the place "
                               "in the outside system is kept in the cluster.")
          .value_name("SIZE"),
      option<&O::cpu>("cpu", "kubernetes: processor time that is reserved."),
      option<&O::memory>("memory", "kubernetes: memory that is reserved."),
  };

  static void validate(const O& options, OptionProblems& problems) {
    if (options.target != deploy::Target::kubernetes && !options.state_volume.empty()) {
      problems.add("state-volume", "it is for --target kubernetes", "leave it out");
    }
    if (!options.cluster.empty() && !options.profile_name.empty()) {
      problems.add("profile-name", "--cluster names the cluster already", "give one of the two");
    }
  }
};
