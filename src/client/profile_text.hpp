// SPDX-License-Identifier: Apache-2.0
#pragma once

// The text of a profile file: TOML in, profiles out, and back. Pure.
// Format: shared/reference/fluvio-protocol.md §15.1.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "sluice/profile.hpp"

namespace sluice::client {

struct ParsedProfile {
  ClusterProfile profile;
  std::optional<Error> fault;  // the first mistake; nothing but the name counts then
};
struct ParsedProfiles {
  std::string current;
  std::vector<ParsedProfile> profiles;
};

// `file` is only for messages: `file:line:column: what`. Error: `invalid_config`, for what
// concerns all of the file; what is wrong in one profile is that one's fault.
[[nodiscard]] Result<ParsedProfiles> parse_profiles(std::string_view text, std::string_view file);
// `existing` with the profiles of `file` in place of its own. What a profile does not know
// (the installer's metadata, clusters without a profile) and profiles that did not change are
// left as they are. Comments are lost.
[[nodiscard]] Result<std::string> format_profiles(const ProfileFile& file,
                                                  std::string_view existing = {});

}  // namespace sluice::client
