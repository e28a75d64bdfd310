// SPDX-License-Identifier: Apache-2.0
#include "sluice/consumer.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio.hpp>

#include "base/assert.hpp"
#include "base/log.hpp"
#include "client/consumer_impl.hpp"

namespace sluice {

using boost::system::error_code;
using client::ConsumerQueue;
namespace {

// An official server loses what its SmartModules made of a stored batch when that is more than
// the client asks for.
constexpr std::int32_t processed_bytes_min = 16'777'216;

std::int32_t fetch_bytes_of(const ConsumerOptions& options) {
  if (options.smartmodules.empty()) return options.fetch_bytes_max;
  return std::max(options.fetch_bytes_max, processed_bytes_min);
}

}  // namespace

Consumer::Impl::Impl(std::shared_ptr<Client::Impl> client, std::string topic,
                     ConsumerOptions options, const std::vector<PartitionId>& partitions,
                     client::ModuleChain smartmodules)
    : client_(std::move(client)),
      core_(client_->core),
      topic_(std::move(topic)),
      options_(std::move(options)),
      smartmodules_(std::move(smartmodules)),
      queue_(std::make_shared<ConsumerQueue>(options_.buffer_bytes_max, partitions.size())),
      takes_new_partitions_(options_.partitions.empty() && !options_.until_end),
      flush_timer_(core_->io()) {
  for (const auto partition : partitions) add_reader(partition, options_.start);
}

Consumer::Impl::Reader Consumer::Impl::add_reader(PartitionId partition, StartAt start) {
  client::FetchSettings settings{.topic = topic_,
                                 .partition = partition,
                                 .start = start,
                                 .isolation = options_.isolation,
                                 .fetch_bytes_max = fetch_bytes_of(options_),
                                 .until_end = options_.until_end,
                                 .consumer_id = options_.consumer_id,
                                 .smartmodules = smartmodules_,
                                 .silence_max = options_.silence_max};
  auto reader = std::make_shared<client::PartitionReader>(core_, queue_, std::move(settings));
  readers_.emplace(partition, reader);
  progress_.emplace(partition, Progress{});
  return reader;
}

void Consumer::Impl::start() {
  queue_->set_on_room([weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self) return;
    self->core_->post([self] {
      for (const auto& [partition, reader] : self->readers_) reader->room();
    });
  });
  core_->post([self = shared_from_this()] {
    self->listener_ = self->core_->on_change([weak = std::weak_ptr(self)] {
      const auto consumer = weak.lock();
      if (!consumer) return;
      for (const auto& [partition, reader] : consumer->readers_) reader->on_metadata();
      consumer->take_new_partitions();
    });
    for (const auto& [partition, reader] : self->readers_) reader->start();
    self->take_new_partitions();
    if (self->options_.strategy != OffsetStrategy::none) self->arm_flush();
  });
}

void Consumer::Impl::take_new_partitions() {
  const auto& metadata = core_->metadata();
  if (!takes_new_partitions_ || !metadata.complete(topic_)) return;
  const auto count = *metadata.partition_count(topic_);
  for (auto i = static_cast<std::uint32_t>(readers_.size()); i < count; ++i) {
    Reader added;
    {
      const std::lock_guard lock(mutex_);
      if (closed_) return;  // and `close` has stopped, or will stop, all that are in the map
      queue_->add_partition();
      added = add_reader({i}, StartAt::beginning());
    }
    log::info("client.consumer", "reading a partition that was added",
              {{"partition", client::partition_name(topic_, {i})}});
    added->start();
  }
}

client::PartitionReader& Consumer::Impl::reader(PartitionId partition) const {
  const std::lock_guard lock(mutex_);
  const auto found = readers_.find(partition);
  if (found == readers_.end()) {
    throw Failure(Errc::invalid_argument, "this consumer does not read partition " +
                                              std::to_string(partition.value) + " of " + topic_);
  }
  return *found->second;
}

std::optional<Next> Consumer::Impl::deliver(client::Chunk chunk) {
  auto [records, error] = client::decode_chunk(chunk);
  if (error) {
    queue_->fail(chunk.partition, chunk.generation, in_context("reading " + topic_, *error));
    core_->post([self = shared_from_this(), at = chunk.partition, generation = chunk.generation] {
      self->reader(at).halt(generation);
    });
  }
  std::uint64_t bytes = 0;
  for (const auto& record : records) {
    bytes += record.value.size() + (record.key ? record.key->size() : 0);
  }
  bytes_.fetch_add(bytes, std::memory_order_relaxed);
  records_.fetch_add(records.size(), std::memory_order_relaxed);
  {
    const std::lock_guard lock(mutex_);
    remember(chunk, records, !error);
  }
  if (records.empty()) return std::nullopt;
  return Next{Next::State::records, std::move(records)};
}

void Consumer::Impl::remember(const client::Chunk& chunk, const Records& records, bool is_whole) {
  auto& progress = progress_[chunk.partition];
  progress.high_watermark = chunk.high_watermark;
  if (is_whole) progress.position = chunk.next;
  if (!records.empty()) {
    if (!is_whole) progress.position = records.back().offset.value + 1;
    handed_out_.emplace(chunk.partition, records.through());
  } else if (options_.strategy == OffsetStrategy::auto_after_processing && is_whole &&
             !chunk.ends_early) {
    // Left out by SmartModules, and everything before it is processed.
    progress.committed = std::max(progress.committed, std::min(chunk.next, chunk.until) - 1);
  }
}

Next Consumer::Impl::next(std::optional<net::TimePoint> until) {
  if (options_.strategy == OffsetStrategy::auto_after_processing) {
    std::optional<std::pair<PartitionId, Offset>> processed;
    {
      const std::lock_guard lock(mutex_);
      processed = std::exchange(handed_out_, std::nullopt);
    }
    if (processed) commit(processed->first, processed->second);
  }
  for (;;) {
    auto item = queue_->pop(until);
    if (!item) return {Next::State::idle, {}};
    if (auto* error = std::get_if<Error>(&*item)) throw Failure(std::move(*error));
    auto* chunk = std::get_if<client::Chunk>(&*item);
    if (!chunk) return {Next::State::ended, {}};
    if (auto next = deliver(std::move(*chunk))) return *std::move(next);
  }
}

Next Consumer::Impl::wait_next(std::optional<net::TimePoint> until) {
  if (client_->thread.is_current()) {
    throw Failure(Errc::invalid_argument,
                  "next: a call that waits must not be made from a callback; use next_async");
  }
  return next(until);
}

void Consumer::Impl::next_async(Callback<Next> done) {
  core_->post([self = shared_from_this(), done = std::move(done)]() mutable {
    self->try_next_async(std::move(done));
  });
}

void Consumer::Impl::try_next_async(Callback<Next> done) {
  std::optional<Outcome<Next>> outcome;
  try {
    outcome.emplace(next(net::TimePoint{}));
  } catch (const Failure& failure) {
    outcome.emplace(failure.error());
  }
  if (!outcome->ok() || outcome->value().state != Next::State::idle) {
    return done(*std::move(outcome));
  }
  queue_->when_ready([self = shared_from_this(), done = std::move(done)]() mutable {
    self->next_async(std::move(done));
  });
}

void Consumer::Impl::seek(PartitionId partition, Offset offset) {
  if (offset.value < 0) throw Failure(Errc::invalid_argument, "seek to a negative offset");
  static_cast<void>(reader(partition));
  const auto generation = queue_->restart(partition);
  {
    const std::lock_guard lock(mutex_);
    auto& progress = progress_[partition];
    progress.position = offset.value;
    progress.sought = true;
    if (handed_out_ && handed_out_->first == partition) handed_out_.reset();
  }
  core_->post([self = shared_from_this(), partition, offset, generation] {
    self->reader(partition).seek(offset, generation);
  });
}

void Consumer::Impl::require_managed() const {
  if (options_.strategy != OffsetStrategy::none) return;
  throw Failure(Errc::invalid_argument,
                "this consumer does not store offsets; give it a consumer_id and a strategy");
}

void Consumer::Impl::commit(PartitionId partition, Offset last) {
  require_managed();
  static_cast<void>(reader(partition));
  const std::lock_guard lock(mutex_);
  auto& progress = progress_[partition];
  if (std::exchange(progress.sought, false) && last.value < progress.committed) {
    progress.committed = last.value;
    progress.flushed = -1;
    ++progress.turns;
  }
  progress.committed = std::max(progress.committed, last.value);
}

auto Consumer::Impl::unflushed() const -> std::map<PartitionId, Unflushed> {
  const std::lock_guard lock(mutex_);
  std::map<PartitionId, Unflushed> out;
  for (const auto& [partition, progress] : progress_) {
    if (progress.committed <= progress.flushed) continue;
    out.emplace(partition, Unflushed{{progress.committed}, progress.turns});
  }
  return out;
}

void Consumer::Impl::on_flushed(PartitionId partition, const Unflushed& stored) {
  const std::lock_guard lock(mutex_);
  auto& progress = progress_[partition];
  if (stored.turn != progress.turns) return;
  progress.flushed = std::max(progress.flushed, stored.offset.value);
}

void Consumer::Impl::flush_committed(client::Handler<Done> done) {
  struct Waiting {
    std::size_t count;
    Result<Done> result = Done{};
    client::Handler<Done> done;
  };
  const auto offsets = unflushed();
  if (offsets.empty()) return done(Done{});
  const auto waiting = std::make_shared<Waiting>(offsets.size(), Done{}, std::move(done));
  for (const auto& [partition, unflushed] : offsets) {
    reader(partition).store(unflushed.offset, [weak = weak_from_this(), waiting, partition,
                                               unflushed](Result<Done> stored) {
      const auto self = weak.lock();
      if (stored && self) self->on_flushed(partition, unflushed);
      if (!stored && waiting->result) waiting->result = std::move(stored);
      if (--waiting->count == 0) waiting->done(std::move(waiting->result));
    });
  }
}

void Consumer::Impl::arm_flush() {
  flush_timer_.expires_after(options_.flush_period);
  flush_timer_.async_wait([weak = weak_from_this()](error_code code) {
    const auto self = weak.lock();
    if (code || !self || self->closed_) return;
    self->flush_committed([topic = self->topic_](Result<Done> stored) {
      if (stored || stored.error().code == Errc::cancelled) return;
      log::warn("client.consumer", "consumer offsets are not stored; trying again",
                {{"topic", topic}, {"reason", stored.error().message()}});
    });
    self->arm_flush();
  });
}

void Consumer::Impl::flush(std::chrono::milliseconds deadline) {
  require_managed();
  client::wait_for<Done>(client_->thread, deadline, "storing consumer offsets",
                         [self = shared_from_this()](client::Handler<Done> done) {
                           self->flush_committed(std::move(done));
                         });
}

bool Consumer::Impl::close(std::chrono::milliseconds deadline) {
  if (closed_.exchange(true)) return unflushed().empty();
  const auto until = net::in_time(deadline);
  queue_->close();
  if (!unflushed().empty() && !client_->thread.is_current()) {
    try {
      flush(client::remaining(until));
    } catch (const Failure& failure) {
      log::warn("client.consumer", "consumer offsets are not stored at close",
                {{"topic", topic_}, {"reason", failure.what()}});
    }
  }
  std::vector<Reader> readers;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [partition, reader] : readers_) readers.push_back(reader);
  }
  core_->post([readers = std::move(readers)] {
    for (const auto& reader : readers) reader->stop();
  });
  return unflushed().empty();
}

ConsumerStats Consumer::Impl::stats() const {
  ConsumerStats stats{.records = records_, .bytes = bytes_};
  const std::lock_guard lock(mutex_);
  for (const auto& [partition, reader] : readers_) {
    stats.reconnects += reader->reconnect_count();
    if (reader->is_away()) ++stats.partitions_away;
  }
  for (const auto& [partition, progress] : progress_) {
    stats.lag += std::max<std::int64_t>(progress.high_watermark - progress.position, 0);
  }
  return stats;
}

// ---- the public face ---------------------------------------------------------------------

Next Consumer::next(std::chrono::milliseconds wait) {
  return impl_->wait_next(net::in_time(wait));
}

std::optional<Records> Consumer::next() {
  auto next = impl_->wait_next(std::nullopt);
  if (next.state == Next::State::ended) return std::nullopt;
  return std::move(next.records);
}

void Consumer::next_async(Callback<Next> done) {
  impl_->next_async(std::move(done));
}
void Consumer::seek(PartitionId partition, Offset offset) {
  impl_->seek(partition, offset);
}
void Consumer::commit(PartitionId partition, Offset last) {
  impl_->commit(partition, last);
}
void Consumer::commit(const Records& records) {
  if (!records.empty()) impl_->commit(records.partition(), records.through());
}
void Consumer::flush_offsets(std::chrono::milliseconds deadline) {
  impl_->flush(deadline);
}
bool Consumer::close(std::chrono::milliseconds deadline) {
  return impl_->close(deadline);
}
ConsumerStats Consumer::stats() const {
  return impl_->stats();
}

Consumer Client::consumer(const std::string& topic, ConsumerOptions options) const {
  if (options.strategy != OffsetStrategy::none && options.consumer_id.empty()) {
    throw Failure(Errc::invalid_argument, "an offset strategy needs a consumer_id");
  }
  if (options.start.count < 0) {
    throw Failure(Errc::invalid_argument,
                  "the start " + std::to_string(options.start.count) + " is negative");
  }
  if (options.fetch_bytes_max <= 0 || options.buffer_bytes_max == 0) {
    throw Failure(Errc::invalid_argument, "fetch_bytes_max and buffer_bytes_max must not be 0");
  }
  auto smartmodules = or_throw(client::to_chain(options.smartmodules));
  const auto count = client::wait_for<std::uint32_t>(
      impl_->thread, impl_->call_deadline(), "opening a consumer",
      [core = impl_->core, topic](client::Handler<std::uint32_t> done) {
        const auto deadline = net::Clock::now() + core->options().request_timeout;
        core->find_topic(topic, deadline,
                         [core, topic, done = std::move(done)](Result<Done> found) mutable {
                           if (!found) return done(tl::unexpected(found.error()));
                           done(core->metadata().partition_count(topic).value_or(0));
                         });
      });
  auto partitions = options.partitions;
  if (partitions.empty()) {
    for (std::uint32_t i = 0; i < count; ++i) partitions.push_back({i});
  }
  std::ranges::sort(partitions);
  partitions.erase(std::ranges::unique(partitions).begin(), partitions.end());
  if (partitions.back().value >= count) {
    throw Failure(Errc::partition_not_found,
                  "topic `" + topic + "` has " + std::to_string(count) +
                      " partitions, counted from 0; there is no partition " +
                      std::to_string(partitions.back().value));
  }
  auto impl = std::make_shared<Consumer::Impl>(impl_, topic, std::move(options), partitions,
                                               std::move(smartmodules));
  impl_->add(impl);
  impl->start();
  return Consumer(client::make_handle(std::move(impl)));
}

}  // namespace sluice
