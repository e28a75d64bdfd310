// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the profile verbs, and `cluster start`, share: the file as it is or an empty one, and
// changes to it that keep the other profiles.

#include <string>

#include "sluice/options/table.hpp"
#include "sluice/profile.hpp"

namespace sluice::cli {

struct ProfileFileOptions {
  std::string profile;
};

[[nodiscard]] std::filesystem::path profile_path(const std::string& given);
// A file that does not exist has no profiles. Throws: as `read_profile_file`.
[[nodiscard]] ProfileFile read_profiles(const std::filesystem::path& path);
// Broken ones count, too.
[[nodiscard]] bool has_profile(const ProfileFile& file, const std::string& name);
void erase_profile(ProfileFile& file, const std::string& name);
// Adds the profile, or replaces the one of the same name.
void put_profile(ProfileFile& file, ClusterProfile profile);
// Throws: `invalid_argument` with the nearest name; `invalid_config` when it is broken.
[[nodiscard]] const ClusterProfile& find_profile(const ProfileFile& file, const std::string& name);
// Throws: `invalid_config` when no profile is current.
[[nodiscard]] const ClusterProfile& current_profile(const ProfileFile& file);
[[nodiscard]] std::string_view policy_name(TlsPolicy policy);

}  // namespace sluice::cli

template <>
struct sluice::option_table<sluice::cli::ProfileFileOptions> {
  using O = sluice::cli::ProfileFileOptions;
  static constexpr auto rows = std::tuple{
      option<&O::profile>("profile", "Profile file. Else FLV_PROFILE_PATH, else ~/.fluvio/config.")
          .value_name("FILE"),
  };
};
