// SPDX-License-Identifier: Apache-2.0
#include "cli/listing.hpp"
#include "cli/profile_options.hpp"
#include "cli/verbs.hpp"

namespace sluice::cli {
namespace {

struct ProfileListOptions {
  ProfileFileOptions file;
  OutputOptions output;
};

}  // namespace
}  // namespace sluice::cli

template <>
struct sluice::option_table<sluice::cli::ProfileListOptions> {
  using O = sluice::cli::ProfileListOptions;
  static constexpr auto rows = std::tuple{option_group<&O::file>(), option_group<&O::output>()};
};

namespace sluice::cli {
namespace {

int run_profile_list(const ProfileListOptions& options) {
  const auto file = read_profiles(profile_path(options.file.profile));
  Listing listing(
      {{"name", "NAME"}, {"endpoint", "ENDPOINT"}, {"tls", "TLS"}, {"current", "CURRENT"}},
      "no profiles in " + file.path.string());
  for (const auto& profile : file.profiles) {
    listing.add({profile.name, profile.endpoint, std::string(policy_name(profile.tls.policy)),
                 profile.name == file.current});
  }
  for (const auto& profile : file.broken) {
    listing.add({profile.name, Cell{}, std::string("broken"), profile.name == file.current});
  }
  print(listing, options.output);
  return 0;
}

}  // namespace

const Verb profile_list = make_verb<&run_profile_list>(
    "profile list", "Lists the profiles: the clusters that you know by name.");

}  // namespace sluice::cli
