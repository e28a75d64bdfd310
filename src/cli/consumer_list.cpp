// SPDX-License-Identifier: Apache-2.0
#include "cli/cluster_options.hpp"
#include "cli/format.hpp"
#include "cli/listing.hpp"
#include "cli/verbs.hpp"

namespace sluice::cli {
namespace {

struct ConsumerListOptions {
  std::string id;
  ClusterOptions cluster;
  OutputOptions output;
};

}  // namespace
}  // namespace sluice::cli

template <>
struct sluice::option_table<sluice::cli::ConsumerListOptions> {
  using O = sluice::cli::ConsumerListOptions;
  static constexpr auto rows = std::tuple{
      option<&O::id>("consumer", "Only the offsets of this consumer.").positional(),
      option_group<&O::cluster>(),
      option_group<&O::output>(),
  };
};

namespace sluice::cli {
namespace {

int run_consumer_list(const ConsumerListOptions& options) {
  auto admin = connect(options.cluster).admin();
  Listing listing({{"consumer_id", "CONSUMER"},
                   {"topic", "TOPIC"},
                   {"partition", "PARTITION"},
                   {"offset", "OFFSET"},
                   {"modified", "MODIFIED"}},
                  "no consumer offsets");
  for (const auto& stored : admin.list_consumer_offsets()) {
    if (!options.id.empty() && stored.consumer_id != options.id) continue;
    listing.add({stored.consumer_id, stored.topic, std::int64_t{stored.partition.value},
                 stored.offset.value, utc_time(stored.modified)});
  }
  print(listing, options.output);
  return 0;
}

}  // namespace

const Verb consumer_list = make_verb<&run_consumer_list>(
    "consumer list", "Lists stored consumer offsets: the last records processed.",
    "sluice consumer list");

}  // namespace sluice::cli
