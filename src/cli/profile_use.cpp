// SPDX-License-Identifier: Apache-2.0
#include "cli/listing.hpp"
#include "cli/profile_options.hpp"
#include "cli/verbs.hpp"

namespace sluice::cli {
namespace {

struct ProfileUseOptions {
  std::string name;
  ProfileFileOptions file;
  OutputOptions output;
};

}  // namespace
}  // namespace sluice::cli

template <>
struct sluice::option_table<sluice::cli::ProfileUseOptions> {
  using O = sluice::cli::ProfileUseOptions;
  static constexpr auto rows = std::tuple{
      option<&O::name>("name", "Profile that becomes the current one.").required().positional(),
      option_group<&O::file>(),
      option_group<&O::output>(),
  };
};

namespace sluice::cli {
namespace {

int run_profile_use(const ProfileUseOptions& options) {
  auto file = read_profiles(profile_path(options.file.profile));
  const auto& profile = find_profile(file, options.name);
  file.current = profile.name;
  write_profile_file(file);
  Facts facts;
  facts.add("name", "Name", profile.name).add("endpoint", "Endpoint", profile.endpoint);
  print_done("profile `" + profile.name + "` (" + profile.endpoint + ") is current", facts,
             options.output);
  return 0;
}

}  // namespace

const Verb profile_use = make_verb<&run_profile_use>(
    "profile use", "Makes a profile the current one.", "sluice profile use local");

}  // namespace sluice::cli
