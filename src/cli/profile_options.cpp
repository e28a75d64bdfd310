// SPDX-License-Identifier: Apache-2.0
#include "cli/profile_options.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "cli/failure.hpp"

namespace sluice::cli {

std::filesystem::path profile_path(const std::string& given) {
  return given.empty() ? default_profile_path() : std::filesystem::path(given);
}

ProfileFile read_profiles(const std::filesystem::path& path) {
  std::error_code failed;
  const auto status = std::filesystem::status(path, failed);
  if (status.type() == std::filesystem::file_type::not_found) return {.path = path};
  return read_profile_file(path);
}

bool has_profile(const ProfileFile& file, const std::string& name) {
  return std::ranges::find(file.profiles, name, &ClusterProfile::name) != file.profiles.end() ||
         std::ranges::find(file.broken, name, &BrokenProfile::name) != file.broken.end();
}

void erase_profile(ProfileFile& file, const std::string& name) {
  std::erase_if(file.profiles, [&](const auto& profile) { return profile.name == name; });
  std::erase_if(file.broken, [&](const auto& profile) { return profile.name == name; });
}

void put_profile(ProfileFile& file, ClusterProfile profile) {
  std::erase_if(file.broken, [&](const auto& broken) { return broken.name == profile.name; });
  const auto old = std::ranges::find(file.profiles, profile.name, &ClusterProfile::name);
  if (old != file.profiles.end()) {
    *old = std::move(profile);
  } else {
    file.profiles.push_back(std::move(profile));
  }
}

const ClusterProfile& find_profile(const ProfileFile& file, const std::string& name) {
  const auto found = std::ranges::find(file.profiles, name, &ClusterProfile::name);
  if (found != file.profiles.end()) return *found;
  const auto broken = std::ranges::find(file.broken, name, &BrokenProfile::name);
  if (broken != file.broken.end()) {
    throw HintedFailure(Errc::invalid_config, broken->reason,
                        "`sluice profile remove " + quote_if_needed(name) + "` removes it");
  }
  std::vector<std::string> names;
  for (const auto& profile : file.profiles) names.push_back(profile.name);
  const auto near = nearest(name, names);
  throw HintedFailure(
      Errc::invalid_argument,
      "there is no profile " + quote_if_needed(name) + " in " + file.path.string(),
      near ? "did you mean `" + *near + "`?" : "`sluice profile list` lists the profiles");
}

const ClusterProfile& current_profile(const ProfileFile& file) {
  if (file.current.empty()) {
    throw HintedFailure(Errc::invalid_config, "no profile is current in " + file.path.string(),
                        "`sluice profile use NAME` chooses one, `sluice profile add` makes one");
  }
  return find_profile(file, file.current);
}

std::string_view policy_name(TlsPolicy policy) {
  switch (policy) {
    case TlsPolicy::disabled:
      return "disabled";
    case TlsPolicy::anonymous:
      return "anonymous";
    case TlsPolicy::verified:
      break;
  }
  return "verified";
}

}  // namespace sluice::cli
