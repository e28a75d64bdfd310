// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the topic verbs share: the codec's names, and a topic as facts.

#include "cli/cluster_options.hpp"
#include "cli/listing.hpp"

namespace sluice::cli {

[[nodiscard]] std::string_view codec_name(TopicCodec codec);
[[nodiscard]] Listing partition_listing(const std::vector<PartitionInfo>& partitions,
                                        std::string when_empty);
[[nodiscard]] Facts topic_facts(const TopicInfo& topic,
                                const std::vector<PartitionInfo>& partitions);
// `partitions` of the topic as the server counts them.
[[nodiscard]] std::int64_t partition_count(const TopicConfig& config);

}  // namespace sluice::cli

template <>
struct sluice::enum_names<sluice::TopicCodec> {
  using C = TopicCodec;
  static constexpr std::array rows{EnumName{C::any, "any"},   EnumName{C::none, "none"},
                                   EnumName{C::gzip, "gzip"}, EnumName{C::snappy, "snappy"},
                                   EnumName{C::lz4, "lz4"},   EnumName{C::zstd, "zstd"}};
};
