// SPDX-License-Identifier: Apache-2.0
#include <map>

#include "cli/topic_options.hpp"
#include "cli/verbs.hpp"

namespace sluice::cli {
namespace {

// Repeated records that the topic drops.
struct DedupOptions {
  bool on = false;
  std::uint64_t count = 5;
  std::chrono::milliseconds age{5'000};
  std::string filter = "dedup-filter";
  std::map<std::string, std::string> params;
};

struct TopicCreateOptions {
  std::string name;
  std::uint32_t partitions = 1;
  std::uint32_t replication = 1;
  bool ignore_rack = false;
  std::optional<std::chrono::seconds> retention_time;
  std::optional<ByteSize> segment_size;
  std::optional<ByteSize> max_partition_size;
  TopicCodec compression = TopicCodec::any;
  DedupOptions dedup;
  bool if_missing = false;
  bool dry_run = false;
  ClusterOptions cluster;
  OutputOptions output;
};

}  // namespace
}  // namespace sluice::cli

template <>
struct sluice::option_table<sluice::cli::DedupOptions> {
  using O = sluice::cli::DedupOptions;
  static constexpr auto rows = std::tuple{
      option<&O::on>("dedup", "Drop records that repeat one of the newest."),
      option<&O::count>("dedup-count", "How many of the newest records count.").at_least(1U),
      option<&O::age>("dedup-age", "How old a record may be to count."),
      option<&O::filter>("dedup-filter",
                         "SmartModule that knows repeated records; it must be in the cluster."),
      option<&O::params>("dedup-params",
                         "Parameter of that SmartModule; may be given more than once.")
          .value_name("KEY=VALUE"),
  };
};

template <>
struct sluice::option_table<sluice::cli::TopicCreateOptions> {
  using O = sluice::cli::TopicCreateOptions;
  static constexpr auto rows = std::tuple{
      option<&O::name>("name", "Name of the topic: lower-case letters, digits and dashes.")
          .required()
          .positional(),
      option<&O::partitions>("partitions", "Number of partitions.").short_name('p').at_least(1U),
      option<&O::replication>("replication", "Number of copies of each partition.")
          .short_name('r')
          .at_least(1U),
      option<&O::ignore_rack>("ignore-rack-assignment", "Place copies without regard to racks."),
      option<&O::retention_time>("retention-time", "Age at which records are removed."),
      option<&O::segment_size>("segment-size", "Size of one file of the log."),
      option<&O::max_partition_size>("max-partition-size",
                                     "Size of a partition at which its oldest records are "
                                     "removed."),
      option<&O::compression>("compression", "Codec that producers must use.")
          .alias("compression-type"),
      option_group<&O::dedup>(),
      option<&O::if_missing>("if-missing", "A topic that exists already is no error."),
      option<&O::dry_run>("dry-run", "Check whether it could be created, and do not."),
      option_group<&O::cluster>(),
      option_group<&O::output>(),
  };
};

namespace sluice::cli {
namespace {

TopicConfig config_of(const TopicCreateOptions& options) {
  TopicConfig config{.partitions = options.partitions,
                     .replication = options.replication,
                     .ignore_rack_assignment = options.ignore_rack,
                     .retention_time = options.retention_time,
                     .compression = options.compression};
  if (options.segment_size) {
    if (options.segment_size->bytes > UINT32_MAX) {
      throw Failure(Errc::usage, "--segment-size: the largest is 4 GiB - 1 B");
    }
    config.segment_bytes = static_cast<std::uint32_t>(options.segment_size->bytes);
  }
  if (options.max_partition_size) config.partition_bytes_max = options.max_partition_size->bytes;
  const auto& dedup = options.dedup;
  if (dedup.on) {
    config.deduplication = DeduplicationConfig{dedup.count, dedup.age, dedup.filter, dedup.params};
  } else if (!dedup.params.empty()) {
    throw Failure(Errc::usage, "--dedup-params: needs --dedup");
  }
  return config;
}

int run_topic_create(const TopicCreateOptions& options) {
  const auto config = config_of(options);
  auto admin = connect(options.cluster).admin();
  const auto created = admin.create_topic(options.name, config, options.dry_run);
  const bool existed = created == Created::existed_already;
  if (existed && !options.if_missing) {
    throw Failure(Errc::topic_exists, "topic `" + options.name + "` exists already");
  }
  Facts facts;
  facts.add("name", "Name", options.name)
      .add("created", "Created", !existed && !options.dry_run)
      .add("dry_run", "Dry run", options.dry_run);
  const std::string sentence = existed           ? "topic `" + options.name + "` exists already"
                               : options.dry_run ? "topic `" + options.name + "` could be created"
                                                 : "topic `" + options.name + "` is ready";
  print_done(sentence, facts, options.output);
  return 0;
}

}  // namespace

const Verb topic_create = make_verb<&run_topic_create>(
    "topic create", "Creates a topic, and waits until it can be used.",
    "sluice topic create ticks --partitions 3\n"
    "sluice topic create logs --retention-time 7d --max-partition-size '10 GB' --compression zstd\n"
    "sluice topic create orders --dedup --dedup-count 1000 --dedup-age 1h");

}  // namespace sluice::cli
