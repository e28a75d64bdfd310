// SPDX-License-Identifier: Apache-2.0
#include "cli/topic_options.hpp"
#include "cli/verbs.hpp"

namespace sluice::cli {
namespace {

struct TopicDescribeOptions {
  std::string name;
  ClusterOptions cluster;
  OutputOptions output;
};

}  // namespace
}  // namespace sluice::cli

template <>
struct sluice::option_table<sluice::cli::TopicDescribeOptions> {
  using O = sluice::cli::TopicDescribeOptions;
  static constexpr auto rows = std::tuple{
      option<&O::name>("topic", "Name of the topic.").required().positional(),
      option_group<&O::cluster>(),
      option_group<&O::output>(),
  };
};

namespace sluice::cli {
namespace {

int run_topic_describe(const TopicDescribeOptions& options) {
  auto admin = connect(options.cluster).admin();
  const auto topic = admin.describe_topic(options.name);
  if (!topic) fail_missing_topic(admin, options.name);
  print(topic_facts(*topic, admin.list_partitions(topic->name, topic->system)), options.output);
  return 0;
}

}  // namespace

const Verb topic_describe = make_verb<&run_topic_describe>(
    "topic describe", "Shows one topic and its partitions.", "sluice topic describe ticks");

}  // namespace sluice::cli
