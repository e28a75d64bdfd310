// SPDX-License-Identifier: Apache-2.0
#include "cli/topic_options.hpp"
#include "cli/verbs.hpp"

namespace sluice::cli {
namespace {

struct TopicCreateOptions {
  std::string name;
  std::uint32_t partitions = 1;
  std::uint32_t replication = 1;
  bool ignore_rack = false;
  std::optional<std::chrono::seconds> retention_time;
  std::optional<ByteSize> segment_size;
  std::optional<ByteSize> max_partition_size;
  TopicCodec compression = TopicCodec::any;
  bool if_missing = false;
  bool dry_run = false;
  ClusterOptions cluster;
  OutputOptions output;
};

}  // namespace
}  // namespace sluice::cli

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
  return config;
}

int run(const TopicCreateOptions& options) {
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

const Verb topic_create = make_verb<&run>(
    "topic create", "Creates a topic, and waits until it can be used.",
    "sluice topic create ticks --partitions 3\n"
    "sluice topic create logs --retention-time 7d --max-partition-size '10 GB' --compression zstd");

}  // namespace sluice::cli
