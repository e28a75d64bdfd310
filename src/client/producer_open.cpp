// SPDX-License-Identifier: Apache-2.0

// `Client::producer`: what a producer needs to know of its topic before the first record.

#include <algorithm>
#include <chrono>
#include <limits>
#include <optional>
#include <utility>

#include "client/producer_impl.hpp"

namespace sluice {
namespace {

using wire::TopicCompression;

std::optional<Compression> codec_of(TopicCompression topic) {
  switch (topic) {
    case TopicCompression::none:
      return Compression::none;
    case TopicCompression::gzip:
      return Compression::gzip;
    case TopicCompression::snappy:
      return Compression::snappy;
    case TopicCompression::lz4:
      return Compression::lz4;
    case TopicCompression::zstd:
      return Compression::zstd;
    case TopicCompression::any:
      return std::nullopt;
  }
  return std::nullopt;
}

// What the topic asks for, and what the program asks for (reference §13.3).
Result<Compression> choose_codec(const std::string& topic, TopicCompression wants,
                                 std::optional<Compression> ours) {
  const auto fixed = codec_of(wants);
  if (!fixed) return ours.value_or(Compression::none);
  if (!ours || *ours == *fixed) return *fixed;
  return fail(Errc::compression, "the topic `" + topic + "` takes only the codec `" +
                                     std::string(wire::name_of(wants)) +
                                     "`; leave the producer's compression unset");
}

struct TopicFacts {
  Compression compression = Compression::none;
  std::uint32_t partition_count = 0;
};

Result<TopicFacts> facts_of(const client::Metadata& metadata, const std::string& topic,
                            const ProducerOptions& options) {
  const auto* object = metadata.topics.find(topic);
  if (!object) return fail(Errc::topic_not_found, "the topic `" + topic + "` was deleted");
  auto codec = choose_codec(topic, object->spec.compression, options.compression);
  if (!codec) return tl::unexpected(codec.error());
  const TopicFacts facts{*codec, client::partition_count_of(object->spec)};
  if (options.partition && options.partition->value >= facts.partition_count) {
    return fail(Errc::partition_not_found,
                "topic `" + topic + "` has " + std::to_string(facts.partition_count) +
                    " partitions, counted from 0; there is no partition " +
                    std::to_string(options.partition->value));
  }
  return facts;
}

void check(const ProducerOptions& options) {
  // A data node refuses a batch above this (reference §8.4).
  constexpr std::size_t batch_bytes_limit = 33'554'432;
  const auto refuse = [](const char* what) { throw Failure(Errc::invalid_argument, what); };
  if (options.request_bytes_max > batch_bytes_limit) {
    refuse("request_bytes_max is over 33554432 bytes, which no server takes");
  }
  if (options.requests_in_flight_max == 0 || options.partition_requests_in_flight_max == 0) {
    refuse("at least one request must be allowed in flight");
  }
  constexpr std::chrono::milliseconds most(std::numeric_limits<std::int32_t>::max());
  if (options.linger.count() < 0 || options.request_timeout.count() < 0 || options.linger > most ||
      options.request_timeout > most) {
    refuse("linger and request_timeout must not be negative, nor above 24 days");
  }
}

}  // namespace

Producer Client::producer(const std::string& topic, ProducerOptions options) const {
  check(options);
  // So long is for ever, and would overflow when added to a time.
  if (options.retry_for > std::chrono::years(100)) options.retry_for.reset();
  options.batch_bytes = std::min(options.batch_bytes, options.request_bytes_max);
  auto smartmodules = or_throw(client::to_chain(options.smartmodules));
  const auto facts = client::wait_for<TopicFacts>(
      impl_->thread, impl_->call_deadline(), "opening a producer",
      [core = impl_->core, topic, options](client::Handler<TopicFacts> done) {
        const auto deadline = net::Clock::now() + core->options().request_timeout;
        core->find_topic(
            topic, deadline,
            [core, topic, options, done = std::move(done)](Result<Done> found) mutable {
              if (!found) return done(tl::unexpected(found.error()));
              done(facts_of(core->metadata(), topic, options));
            });
      });
  auto impl = std::make_shared<Producer::Impl>(impl_, topic, std::move(options), facts.compression,
                                               facts.partition_count, std::move(smartmodules));
  impl_->add(impl);
  impl->start();
  return Producer(client::make_handle(std::move(impl)));
}

}  // namespace sluice
