// SPDX-License-Identifier: Apache-2.0
#include "sluice/producer.hpp"

#include <future>
#include <utility>

#include <boost/asio.hpp>

#include "base/log.hpp"
#include "client/producer_impl.hpp"
#include "client/record_size.hpp"
#include "client/siphash.hpp"

namespace sluice {
namespace {

using client::record_overhead_bytes;

// How long `close` may go past its deadline for the I/O thread to come to it.
constexpr std::chrono::milliseconds abort_grace{500};

std::size_t queued_bytes_of(const RecordRef& record) {
  return record.value.size() + (record.key ? record.key->size() : 0) + record_overhead_bytes;
}

std::int64_t wall_clock_ms() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

client::SendEngine::Settings engine_settings(const ProducerOptions& options,
                                             const std::string& topic, client::Core& core,
                                             client::ModuleChain smartmodules) {
  return {.topic = topic,
          .isolation = options.isolation,
          .server_timeout = options.request_timeout,
          .delivery = options.delivery,
          .retry_for = options.retry_for,
          .request_bytes_max = options.request_bytes_max,
          .requests_in_flight_max = options.requests_in_flight_max,
          .partition_requests_max = options.partition_requests_in_flight_max,
          .backoff = {core.options().reconnect_delay_min, core.options().reconnect_delay_max},
          .seed = core.seed(),
          .smartmodules = std::move(smartmodules)};
}

}  // namespace

Producer::Impl::Impl(std::shared_ptr<Client::Impl> client, std::string topic,
                     ProducerOptions options, Compression compression,
                     std::uint32_t partition_count, client::ModuleChain smartmodules)
    : client_(std::move(client)),
      core_(client_->core),
      topic_(std::move(topic)),
      options_(std::move(options)),
      accumulator_settings_{options_.batch_bytes, options_.linger, compression},
      budget_(options_.queue_bytes_max),
      engine_(engine_settings(options_, topic_, *core_, std::move(smartmodules)),
              [this](PartitionId partition, client::Batch& batch, Result<std::int64_t> base) {
                on_resolved(partition, batch, std::move(base));
              }),
      timer_(core_->io()) {
  grow(partition_count);
}

void Producer::Impl::start() {
  core_->post([self = shared_from_this()] {
    self->listener_ = self->core_->on_change([weak = std::weak_ptr(self)] {
      if (const auto producer = weak.lock()) producer->on_metadata();
    });
    self->on_metadata();
  });
}

// ---- senders -----------------------------------------------------------------------------

PartitionId Producer::Impl::next_online(std::uint32_t count) {
  const auto turn = round_robin_.fetch_add(1, std::memory_order_relaxed);
  if (!all_online_.load(std::memory_order_relaxed)) {
    const std::lock_guard lock(mutex_);
    if (!online_.empty()) return online_[turn % online_.size()];
  }
  return {static_cast<std::uint32_t>(turn % count)};
}

PartitionId Producer::Impl::choose_partition(const RecordRef& record) {
  const auto count = partition_count();
  if (options_.partition) return *options_.partition;
  if (options_.partitioner) return options_.partitioner(record, count);
  if (!record.key) return count == 1 ? PartitionId{0} : next_online(count);
  return partition_for_key(*record.key, count);
}

void Producer::Impl::check_sendable(const RecordRef& record, PartitionId partition) const {
  if (closed_.load(std::memory_order_relaxed)) {
    throw Failure(Errc::cancelled, "the producer for " + topic_ + " was closed");
  }
  if (auto error = client::check_record_size(record, options_.request_bytes_max)) {
    throw Failure(*std::move(error));
  }
  if (partition.value >= partition_count()) {
    throw Failure(Errc::partition_not_found,
                  "topic `" + topic_ + "` has " + std::to_string(partition_count()) +
                      " partitions; there is no partition " + std::to_string(partition.value));
  }
  if (!has_errors_.load(std::memory_order_relaxed)) return;
  const std::lock_guard lock(mutex_);
  const auto error = errors_.find(partition);
  if (error != errors_.end()) throw Failure(error->second);
}

bool Producer::Impl::send(const RecordRef& record, Callback<Delivered>& done, bool wait) {
  const auto partition = choose_partition(record);
  check_sendable(record, partition);
  const auto bytes = queued_bytes_of(record);
  if (!budget_.try_take(bytes)) {
    if (!wait) return false;
    if (client_->thread.is_current()) {
      throw Failure(Errc::invalid_argument,
                    "the queue is full: a send that waits must not be made from a callback");
    }
    if (!budget_.take(bytes)) {
      throw Failure(Errc::cancelled, "the producer for " + topic_ + " was closed");
    }
  }
  records_sent_.fetch_add(1, std::memory_order_relaxed);
  auto& accumulator = *(*table())[partition.value];
  if (accumulator.append(record, bytes, wall_clock_ms(), net::Clock::now(), std::move(done))) {
    wake();
  }
  return true;
}

Delivered Producer::Impl::send_and_wait(const RecordRef& record) {
  if (client_->thread.is_current()) {
    throw Failure(Errc::invalid_argument,
                  "send_and_wait: a call that waits must not be made from a callback");
  }
  const auto promise = std::make_shared<std::promise<Outcome<Delivered>>>();
  auto future = promise->get_future();
  Callback<Delivered> done = [promise](Outcome<Delivered> outcome) {
    promise->set_value(std::move(outcome));
  };
  send(record, done, true);
  for (auto* accumulator : *table()) {
    if (accumulator->maybe_due()) accumulator->flush();
  }
  wake();
  auto outcome = client::get(client_->thread, std::move(future), std::nullopt, "sending a record");
  return outcome.value();
}

void Producer::Impl::wake() {
  if (wake_posted_.exchange(true, std::memory_order_acq_rel)) return;
  core_->post([self = shared_from_this()] {
    self->wake_posted_.store(false, std::memory_order_release);
    self->pump();
  });
}

// ---- flush and close ---------------------------------------------------------------------

void Producer::Impl::flush_async(client::Handler<Done> done) {
  FlushWaiter waiter{.until = {}, .done = std::move(done)};
  for (std::uint32_t i = 0; i < accumulators_.size(); ++i) {
    waiter.until.emplace_back(PartitionId{i}, accumulators_[i].flush());
  }
  flushes_.push_back(std::move(waiter));
  pump();
}

void Producer::Impl::start_flush(Callback<Done> done) {
  core_->post([self = shared_from_this(), done = std::move(done)]() mutable {
    self->flush_async([done = std::move(done)](Result<Done> result) mutable {
      if (result) return done(Done{});
      done(std::move(result).error());
    });
  });
}

void Producer::Impl::check_flushes() {
  std::list<FlushWaiter> ready;  // called when all are off the list: one may close the producer
  for (auto it = flushes_.begin(); it != flushes_.end();) {
    const auto current = it++;
    std::erase_if(current->until, [this](const auto& one) {
      return engine_.resolved_up_to(one.first, one.second);
    });
    if (current->until.empty()) ready.splice(ready.end(), flushes_, current);
  }
  if (ready.empty()) return;
  Result<Done> result = Done{};  // the same for all: none of them may miss the failure
  {
    const std::lock_guard lock(mutex_);
    if (first_error_) result = tl::unexpected(*std::exchange(first_error_, std::nullopt));
  }
  for (auto& waiter : ready) waiter.done(result);
}

void Producer::Impl::flush(std::chrono::milliseconds deadline) {
  client::wait_for<Done>(client_->thread, deadline, "flushing",
                         [self = shared_from_this()](client::Handler<Done> done) {
                           self->flush_async(std::move(done));
                         });
}

bool Producer::Impl::close(std::chrono::milliseconds deadline) {
  if (closed_.exchange(true)) return records_acked_ == records_sent_;
  const auto until = net::in_time(deadline);
  const Error why{Errc::cancelled, "the producer for " + topic_ + " was closed", {}};
  budget_.close();
  if (client_->thread.is_current()) {
    abort(why);
    return records_acked_ == records_sent_;
  }
  try {
    if (records_acked_ + records_failed_ != records_sent_) flush(client::remaining(until));
  } catch (const Failure& failure) {
    log::debug("client.producer", "not everything was stored at close",
               {{"topic", topic_}, {"reason", failure.what()}});
  }
  try {
    // The I/O thread never waits, so this is at once unless a callback blocks it or the machine is
    // busy.
    const auto grace = std::max(client::remaining(until), abort_grace);
    client::wait_for<Done>(client_->thread, grace, "closing a producer",
                           [self = shared_from_this(), why](client::Handler<Done> done) {
                             self->timer_.cancel();
                             self->listener_.reset();
                             self->abort(why);
                             done(Done{});
                           });
  } catch (const Failure&) {
    muted_ = true;
  }
  return records_acked_ == records_sent_;
}

void Producer::Impl::release() {
  if (closed_ || close(client::destructor_deadline)) return;
  log::warn("client.producer", "records were not stored when their producer went",
            {{"topic", topic_}, {"count", std::to_string(records_sent_ - records_acked_)}});
}

void Producer::Impl::clear_errors() {
  const std::lock_guard lock(mutex_);
  errors_.clear();
  first_error_.reset();
  has_errors_ = false;
}

ProducerStats Producer::Impl::stats() const {
  return {.records_sent = records_sent_,
          .records_acked = records_acked_,
          .records_failed = records_failed_,
          .bytes_acked = bytes_acked_,
          .batches_acked = batches_acked_,
          .retries = retries_,
          .queued_bytes = budget_.used()};
}

// ---- the public face ---------------------------------------------------------------------

void Producer::send(const RecordRef& record, Callback<Delivered> done) {
  impl_->send(record, done, true);
}
bool Producer::try_send(const RecordRef& record, Callback<Delivered> done) {
  return impl_->send(record, done, false);
}
Delivered Producer::send_and_wait(const RecordRef& record) {
  return impl_->send_and_wait(record);
}
void Producer::flush(std::chrono::milliseconds deadline) {
  impl_->flush(deadline);
}
void Producer::flush_async(Callback<Done> done) {
  impl_->start_flush(std::move(done));
}
bool Producer::close(std::chrono::milliseconds deadline) {
  return impl_->close(deadline);
}
void Producer::clear_errors() {
  impl_->clear_errors();
}
ProducerStats Producer::stats() const {
  return impl_->stats();
}
std::uint32_t Producer::partition_count() const {
  return impl_->partition_count();
}

}  // namespace sluice
