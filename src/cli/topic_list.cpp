// SPDX-License-Identifier: Apache-2.0
#include <map>

#include "cli/topic_options.hpp"
#include "cli/verbs.hpp"

namespace sluice::cli {
namespace {

struct TopicListOptions {
  std::vector<std::string> filters;
  bool system = false;
  ClusterOptions cluster;
  OutputOptions output;
};

}  // namespace
}  // namespace sluice::cli

template <>
struct sluice::option_table<sluice::cli::TopicListOptions> {
  using O = sluice::cli::TopicListOptions;
  static constexpr auto rows = std::tuple{
      option<&O::filters>("filter", "Only topics whose name contains one of these.")
          .positional()
          .value_name("TEXT"),
      option<&O::system>("system", "The cluster's own topics, in place of the users'."),
      option_group<&O::cluster>(),
      option_group<&O::output>(),
  };
};

namespace sluice::cli {
namespace {

// Over all partitions of a topic.
struct Sums {
  std::int64_t records = 0;
  std::optional<std::uint64_t> bytes;
};

std::map<std::string, Sums> sums_of(const std::vector<PartitionInfo>& partitions) {
  std::map<std::string, Sums> out;
  for (const auto& info : partitions) {
    auto& sums = out[info.topic];
    sums.records += std::max<std::int64_t>(info.leader.log_end.value - info.log_start.value, 0);
    if (info.size_bytes) sums.bytes = sums.bytes.value_or(0) + *info.size_bytes;
  }
  return out;
}

int run_topic_list(const TopicListOptions& options) {
  auto admin = connect(options.cluster).admin();
  const auto topics = admin.list_topics(options.filters, options.system);
  auto sums = sums_of(admin.list_partitions({}, options.system));
  Listing listing({{"name", "NAME"},
                   {"partition_count", "PARTITIONS"},
                   {"replication", "REPLICATION"},
                   {"records", "RECORDS"},
                   {"size_bytes", "SIZE"},
                   {"retention_seconds", "RETENTION"},
                   {"compression", "COMPRESSION"},
                   {"status", "STATUS"}},
                  "no topics");
  for (const auto& topic : topics) {
    const auto& [records, bytes] = sums[topic.name];
    const auto& config = topic.config;
    listing.add({topic.name, partition_count(config), std::int64_t{config.replication}, records,
                 bytes ? Cell{ByteCount{*bytes}} : Cell{},
                 config.retention_time ? Cell{*config.retention_time} : Cell{},
                 std::string(codec_name(config.compression)), topic.status});
  }
  print(listing, options.output);
  return 0;
}

}  // namespace

const Verb topic_list = make_verb<&run_topic_list>("topic list", "Lists topics, with their sizes.",
                                                   "sluice topic list\n"
                                                   "sluice topic list sensor --output json");

}  // namespace sluice::cli
