// SPDX-License-Identifier: Apache-2.0
#include "cli/terminal.hpp"
#include "cli/topic_options.hpp"
#include "cli/verbs.hpp"

namespace sluice::cli {
namespace {

struct TopicDeleteOptions {
  std::vector<std::string> names;
  bool force = false;
  ClusterOptions cluster;
  OutputOptions output;
};

}  // namespace
}  // namespace sluice::cli

template <>
struct sluice::option_table<sluice::cli::TopicDeleteOptions> {
  using O = sluice::cli::TopicDeleteOptions;
  static constexpr auto rows = std::tuple{
      option<&O::names>("topic", "Names of the topics.").required().positional(),
      option<&O::force>("force", "Delete system topics, too."),
      option_group<&O::cluster>(),
      option_group<&O::output>(),
  };
};

namespace sluice::cli {
namespace {

// All are looked for before the first is deleted, so that a typing error deletes nothing.
int run_topic_delete(const TopicDeleteOptions& options) {
  auto admin = connect(options.cluster).admin();
  for (const auto& name : options.names) {
    if (!admin.describe_topic(name)) fail_missing_topic(admin, name);
  }
  Listing listing({{"name", "NAME"}, {"deleted", "DELETED"}}, "");
  for (const auto& name : options.names) {
    const bool deleted = admin.delete_topic(name, options.force) == Deleted::deleted;
    listing.add({name, deleted});
    if (options.output.output == OutputFormat::table) {
      print("topic `" + name + (deleted ? "` is deleted\n" : "` was gone already\n"));
    }
  }
  if (options.output.output == OutputFormat::json) print(listing, options.output);
  return 0;
}

}  // namespace

const Verb topic_delete = make_verb<&run_topic_delete>(
    "topic delete", "Deletes topics and all their records.", "sluice topic delete ticks logs");

}  // namespace sluice::cli
