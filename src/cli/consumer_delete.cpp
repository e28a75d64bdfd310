// SPDX-License-Identifier: Apache-2.0
#include "base/text.hpp"
#include "cli/cluster_options.hpp"
#include "cli/failure.hpp"
#include "cli/listing.hpp"
#include "cli/verbs.hpp"

namespace sluice::cli {
namespace {

struct ConsumerDeleteOptions {
  std::string id;
  std::string topic;
  std::optional<std::uint32_t> partition;
  ClusterOptions cluster;
  OutputOptions output;
};

}  // namespace
}  // namespace sluice::cli

template <>
struct sluice::option_table<sluice::cli::ConsumerDeleteOptions> {
  using O = sluice::cli::ConsumerDeleteOptions;
  static constexpr auto rows = std::tuple{
      option<&O::id>("consumer", "Consumer whose offsets are deleted.").required().positional(),
      option<&O::topic>("topic", "Only the offsets in this topic."),
      option<&O::partition>("partition", "Only the offset of this partition.").short_name('p'),
      option_group<&O::cluster>(),
      option_group<&O::output>(),
  };
};

namespace sluice::cli {
namespace {

bool is_meant(const ConsumerOffsetInfo& stored, const ConsumerDeleteOptions& options) {
  return stored.consumer_id == options.id &&
         (options.topic.empty() || stored.topic == options.topic) &&
         (!options.partition || stored.partition.value == *options.partition);
}

int run_consumer_delete(const ConsumerDeleteOptions& options) {
  auto admin = connect(options.cluster).admin();
  std::int64_t deleted = 0;
  for (const auto& stored : admin.list_consumer_offsets()) {
    if (!is_meant(stored, options)) continue;
    const auto outcome =
        admin.delete_consumer_offset(stored.consumer_id, stored.topic, stored.partition);
    if (outcome == Deleted::deleted) ++deleted;
  }
  if (deleted == 0) {
    throw HintedFailure(Errc::invalid_argument,
                        "no offset is stored for consumer " + quote_if_needed(options.id) +
                            (options.topic.empty() ? "" : " in topic `" + options.topic + "`"),
                        "`sluice consumer list` lists them");
  }
  Facts facts;
  facts.add("consumer_id", "Consumer", options.id).add("deleted", "Deleted", deleted);
  print_done("consumer `" + options.id + "`: deleted offsets: " + std::to_string(deleted), facts,
             options.output);
  return 0;
}

}  // namespace

const Verb consumer_delete = make_verb<&run_consumer_delete>(
    "consumer delete", "Deletes stored consumer offsets. The consumer then starts anew.",
    "sluice consumer delete billing --topic orders");

}  // namespace sluice::cli
