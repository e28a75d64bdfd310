// SPDX-License-Identifier: Apache-2.0

// The half of a producer that runs on the I/O thread: it follows the metadata, sends what the
// engine gives, and reports what the engine learned.

#include <utility>

#include <boost/asio.hpp>

#include "client/producer_impl.hpp"

namespace sluice {

using boost::system::error_code;

void Producer::Impl::grow(std::uint32_t partition_count) {
  while (accumulators_.size() < partition_count) {
    engine_.add_partition(accumulators_.emplace_back(accumulator_settings_));
  }
  auto table = std::make_unique<Table>();
  for (auto& accumulator : accumulators_) table->push_back(&accumulator);
  table_.store(table.get(), std::memory_order_release);
  tables_.push_back(std::move(table));
}

void Producer::Impl::on_metadata() {
  if (aborted_) return;
  const auto& metadata = core_->metadata();
  if (metadata.topics.known() && !metadata.topics.find(topic_)) {
    if (std::exchange(confirming_, true)) return;
    core_->confirm_gone(topic_, [weak = weak_from_this()](bool gone) {
      const auto self = weak.lock();
      if (!self) return;
      self->confirming_ = false;
      if (!gone) return self->on_metadata();  // which asks again, when it is still missing
      self->abort({Errc::topic_not_found, "the topic `" + self->topic_ + "` was deleted", {}});
    });
    return;
  }
  confirming_ = false;
  const auto wanted = metadata.partition_count(topic_).value_or(0);
  if (wanted > partition_count() && metadata.complete(topic_)) grow(wanted);
  std::vector<PartitionId> online;
  for (std::uint32_t i = 0; i < partition_count(); ++i) {
    engine_.set_leader({i}, metadata.leader(topic_, {i}));
    if (metadata.online(topic_, {i})) online.push_back({i});
  }
  all_online_ = online.size() == partition_count();
  {
    const std::lock_guard lock(mutex_);
    online_ = std::move(online);
  }
  pump();
}

void Producer::Impl::pump() {
  if (aborted_) {
    engine_.abort(*aborted_);
    return check_flushes();
  }
  const auto now = net::Clock::now();
  engine_.expire(now);
  for (const auto spu : engine_.spus_with_work(now)) send_to(spu, now);
  check_flushes();
  arm_timer(now);
}

void Producer::Impl::send_to(SpuId spu, net::TimePoint now) {
  const auto connection = core_->current_spu(spu);
  if (!connection) return acquire(spu);
  constexpr auto key = static_cast<std::uint16_t>(wire::SpuApi::produce);
  const auto version =
      connection->versions().choose_or_ours(key, client::versions_of(wire::SpuApi::produce));
  while (auto request = engine_.next(spu, version, now)) {
    connection->call({key, version, std::move(request->body)}, core_->options().request_timeout,
                     [weak = weak_from_this(), id = request->id,
                      connection = std::weak_ptr(connection)](Result<net::Answer> answer) {
                       Result<wire::ProduceResponse> response = tl::unexpected(Error{});
                       if (answer) {
                         response = client::decode_answer<wire::ProduceResponse>(*answer,
                                                                                 "produce answer");
                         const auto open = connection.lock();
                         if (!response && open) open->close(response.error());
                       } else {
                         response = tl::unexpected(answer.error());
                       }
                       const auto self = weak.lock();
                       if (!self) return;  // closed: all has its result
                       self->engine_.on_answer(id, response, net::Clock::now());
                       self->retries_ = self->engine_.retry_count();
                       self->pump();
                     });
  }
}

void Producer::Impl::acquire(SpuId spu) {
  if (std::exchange(acquiring_[spu], true)) return;
  core_->acquire_spu(
      spu, [weak = weak_from_this(), spu](Result<std::shared_ptr<net::Connection>> connection) {
        const auto self = weak.lock();
        if (!self) return;
        self->acquiring_[spu] = false;
        if (!connection) {
          if (self->core_->is_shut_down()) return self->abort(connection.error());
          self->engine_.note_trouble(connection.error());
        }
        self->pump();
      });
}

// `now` is the time at which was sent what was due: what became due since is still to be sent.
void Producer::Impl::arm_timer(net::TimePoint now) {
  const auto wake_at = engine_.next_wake(now);
  if (!wake_at || (armed_for_ && *armed_for_ <= *wake_at)) return;
  armed_for_ = wake_at;
  timer_.expires_at(*wake_at);
  timer_.async_wait([weak = weak_from_this()](error_code code) {
    const auto self = weak.lock();
    if (code || !self) return;
    self->armed_for_.reset();
    self->pump();
  });
}

void Producer::Impl::on_resolved(PartitionId partition, client::Batch& batch,
                                 Result<std::int64_t> base) {
  budget_.give_back(batch.queued_bytes);
  if (base) {
    records_acked_ += batch.record_count;
    bytes_acked_ += batch.payload_bytes;
    ++batches_acked_;
  } else {
    records_failed_ += batch.record_count;
    const std::lock_guard lock(mutex_);
    if (!first_error_) first_error_ = base.error();
    if (options_.delivery == DeliverySemantic::at_least_once) {
      errors_.try_emplace(partition, base.error());
      has_errors_ = true;
    }
  }
  auto callbacks = std::exchange(batch.callbacks, {});
  for (auto& [index, callback] : callbacks) {
    if (muted_) return;
    if (base) {
      callback(Delivered{partition, client::offset_in(*base, index)});
    } else {
      callback(base.error());
    }
  }
}

void Producer::Impl::abort(const Error& why) {
  aborted_ = why;
  budget_.close();
  engine_.abort(why);
  check_flushes();
}

}  // namespace sluice
