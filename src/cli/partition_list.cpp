// SPDX-License-Identifier: Apache-2.0
#include "cli/topic_options.hpp"
#include "cli/verbs.hpp"

namespace sluice::cli {
namespace {

struct PartitionListOptions {
  std::string topic;
  bool system = false;
  ClusterOptions cluster;
  OutputOptions output;
};

}  // namespace
}  // namespace sluice::cli

template <>
struct sluice::option_table<sluice::cli::PartitionListOptions> {
  using O = sluice::cli::PartitionListOptions;
  static constexpr auto rows = std::tuple{
      option<&O::topic>("topic", "Only the partitions of this topic.").positional(),
      option<&O::system>("system", "Those of the cluster's own topics, in place of the users'."),
      option_group<&O::cluster>(),
      option_group<&O::output>(),
  };
};

namespace sluice::cli {
namespace {

int run_partition_list(const PartitionListOptions& options) {
  auto admin = connect(options.cluster).admin();
  const auto partitions = options.topic.empty() ? admin.list_partitions({}, options.system)
                                                : partitions_of(admin, options.topic);
  print(partition_listing(partitions, "no partitions"), options.output);
  return 0;
}

}  // namespace

const Verb partition_list = make_verb<&run_partition_list>(
    "partition list", "Lists partitions, with their offsets and sizes.",
    "sluice partition list\n"
    "sluice partition list ticks --output json");

}  // namespace sluice::cli
