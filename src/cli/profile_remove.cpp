// SPDX-License-Identifier: Apache-2.0
#include "cli/listing.hpp"
#include "cli/profile_options.hpp"
#include "cli/verbs.hpp"

namespace sluice::cli {
namespace {

struct ProfileRemoveOptions {
  std::string name;
  ProfileFileOptions file;
  OutputOptions output;
};

}  // namespace
}  // namespace sluice::cli

template <>
struct sluice::option_table<sluice::cli::ProfileRemoveOptions> {
  using O = sluice::cli::ProfileRemoveOptions;
  static constexpr auto rows = std::tuple{
      option<&O::name>("name", "Profile that is removed.").required().positional(),
      option_group<&O::file>(),
      option_group<&O::output>(),
  };
};

namespace sluice::cli {
namespace {

int run_profile_remove(const ProfileRemoveOptions& options) {
  auto file = read_profiles(profile_path(options.file.profile));
  const auto& name = options.name;
  if (!has_profile(file, name)) static_cast<void>(find_profile(file, name));  // says what is near
  erase_profile(file, name);
  const bool was_current = file.current == name;
  if (was_current) file.current.clear();
  write_profile_file(file);
  Facts facts;
  facts.add("name", "Name", name).add("was_current", "Was current", was_current);
  print_done("profile `" + name + "` is removed" +
                 (was_current ? "; none is current now: `sluice profile use NAME`" : ""),
             facts, options.output);
  return 0;
}

}  // namespace

const Verb profile_remove = make_verb<&run_profile_remove>(
    "profile remove", "Removes a profile. The cluster is not touched.");

}  // namespace sluice::cli
