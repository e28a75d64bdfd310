// SPDX-License-Identifier: Apache-2.0
#include "cli/listing.hpp"
#include "cli/profile_options.hpp"
#include "cli/verbs.hpp"

namespace sluice::cli {
namespace {

struct ProfileCurrentOptions {
  ProfileFileOptions file;
  OutputOptions output;
};

}  // namespace
}  // namespace sluice::cli

template <>
struct sluice::option_table<sluice::cli::ProfileCurrentOptions> {
  using O = sluice::cli::ProfileCurrentOptions;
  static constexpr auto rows = std::tuple{option_group<&O::file>(), option_group<&O::output>()};
};

namespace sluice::cli {
namespace {

int run_profile_current(const ProfileCurrentOptions& options) {
  const auto file = read_profiles(profile_path(options.file.profile));
  const auto& profile = current_profile(file);
  Facts facts;
  facts.add("name", "Name", profile.name);
  print_done(profile.name, facts, options.output);
  return 0;
}

}  // namespace

const Verb profile_current =
    make_verb<&run_profile_current>("profile current", "Prints the name of the current profile.");

}  // namespace sluice::cli
