// SPDX-License-Identifier: Apache-2.0
#pragma once

// What `sluice doctor` looks at. Each look only looks: it changes nothing, and ends within its
// limits of time. None throws.

#include <chrono>
#include <string>
#include <vector>

namespace sluice::cli {

struct Finding {
  enum class State : std::uint8_t { ok, warning, problem };
  std::string check;  // `cluster`, `disk space`
  State state = State::ok;
  std::string found;
  std::string help;  // what to do
};
using Findings = std::vector<Finding>;

struct DoctorLimits {
  std::chrono::milliseconds cluster{5'000};      // for each cluster
  std::chrono::milliseconds connectors{10'000};  // for the metadata of each program
};

struct DoctorWanted {
  std::string profile;        // file
  bool all_profiles = false;  // else the current one
  std::string data;
  std::vector<std::string> connectors;
  DoctorLimits limits;
};

// The profile file, each cluster with its protocol version, certificates.
[[nodiscard]] Findings look_at_clusters(const DoctorWanted& wanted);
// Clock, descriptors, disk, runtime folder, cache, other programs.
[[nodiscard]] Findings look_at_machine(const DoctorWanted& wanted);
// Which connectors are found, and whether they say what they are.
[[nodiscard]] Findings look_at_connectors(const DoctorWanted& wanted);

}  // namespace sluice::cli
