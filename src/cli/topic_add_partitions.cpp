// SPDX-License-Identifier: Apache-2.0
#include "cli/topic_options.hpp"
#include "cli/verbs.hpp"

namespace sluice::cli {
namespace {

struct AddPartitionsOptions {
  std::string name;
  std::uint32_t count = 1;
  ClusterOptions cluster;
  OutputOptions output;
};

}  // namespace
}  // namespace sluice::cli

template <>
struct sluice::option_table<sluice::cli::AddPartitionsOptions> {
  using O = sluice::cli::AddPartitionsOptions;
  static constexpr auto rows = std::tuple{
      option<&O::name>("topic", "Name of the topic.").required().positional(),
      option<&O::count>("count", "How many partitions are added.").short_name('c').at_least(1U),
      option_group<&O::cluster>(),
      option_group<&O::output>(),
  };
};

namespace sluice::cli {
namespace {

int run_topic_add_partitions(const AddPartitionsOptions& options) {
  auto admin = connect(options.cluster).admin();
  if (!admin.describe_topic(options.name)) fail_missing_topic(admin, options.name);
  admin.add_partitions(options.name, options.count);
  const auto now = static_cast<std::int64_t>(partitions_of(admin, options.name).size());
  Facts facts;
  facts.add("name", "Name", options.name)
      .add("added", "Added", std::int64_t{options.count})
      .add("partition_count", "Partitions", now);
  print_done("topic `" + options.name + "` has " + std::to_string(now) + " partitions", facts,
             options.output);
  return 0;
}

}  // namespace

const Verb topic_add_partitions = make_verb<&run_topic_add_partitions>(
    "topic add-partitions",
    "Adds partitions to a topic. Records with a key go to other partitions from then on.",
    "sluice topic add-partitions ticks --count 2");

}  // namespace sluice::cli
