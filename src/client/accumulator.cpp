// SPDX-License-Identifier: Apache-2.0
#include "client/accumulator.hpp"

#include <utility>

namespace sluice::client {
namespace {

std::optional<ByteView> key_bytes(const RecordRef& record) {
  if (!record.key) return std::nullopt;
  return as_bytes(*record.key);
}

}  // namespace

void Accumulator::seal(wire::BatchBuilder& builder, Batch& batch) const {
  auto sealed = builder.finish(settings_.compression);
  if (sealed) {
    batch.bytes = *std::move(sealed);
  } else {
    batch.seal_error = std::move(sealed).error();
  }
}

void Accumulator::open_batch(net::TimePoint now) {
  open_.emplace();
  open_->batch = std::make_shared<Batch>();
  open_->batch->sequence = ++last_sequence_;
  open_->batch->opened = now;
}

void Accumulator::add_to_open(const RecordRef& record, std::size_t queued_bytes,
                              std::int64_t timestamp_ms, Callback<Delivered> done) {
  auto& batch = *open_->batch;
  open_->builder.add(key_bytes(record), as_bytes(record.value), timestamp_ms);
  if (done) batch.callbacks.emplace_back(batch.record_count, std::move(done));
  ++batch.record_count;
  batch.payload_bytes += record.value.size() + (record.key ? record.key->size() : 0);
  batch.queued_bytes += queued_bytes;
}

std::pair<Accumulator::Open, Accumulator::Entry*> Accumulator::close_open() {
  const auto bytes = open_->builder.size_bytes();
  auto& entry = entries_.emplace_back(std::make_unique<Entry>(nullptr, bytes));
  std::pair<Open, Entry*> out{std::move(*open_), entry.get()};
  open_.reset();
  return out;
}

void Accumulator::seal_entry(std::pair<Open, Entry*> closed) {
  auto& [open, entry] = closed;
  seal(open.builder, *open.batch);
  const std::lock_guard lock(mutex_);
  entry->bytes = open.batch->bytes.size();
  entry->batch = std::move(open.batch);
}

bool Accumulator::append(const RecordRef& record, std::size_t queued_bytes,
                         std::int64_t timestamp_ms, net::TimePoint now, Callback<Delivered> done) {
  std::optional<std::pair<Open, Entry*>> left_behind;  // the record did not fit
  std::optional<std::pair<Open, Entry*>> filled;       // the record was the last that fits
  bool news = false;
  {
    const std::lock_guard lock(mutex_);
    if (open_) {
      const auto size =
          open_->builder.size_of(key_bytes(record), as_bytes(record.value), timestamp_ms);
      if (open_->builder.size_bytes() + size > settings_.batch_bytes) left_behind = close_open();
    }
    if (!open_) {
      open_batch(now);
      news = true;
    }
    add_to_open(record, queued_bytes, timestamp_ms, std::move(done));
    if (open_->builder.size_bytes() >= settings_.batch_bytes) filled = close_open();
    pending_.store(true, std::memory_order_release);
  }
  const bool sealed = left_behind || filled;
  if (left_behind) seal_entry(*std::move(left_behind));
  if (filled) seal_entry(*std::move(filled));
  return news || sealed;
}

bool Accumulator::open_is_due(net::TimePoint now) const {
  if (!open_) return false;
  return open_->batch->sequence <= flushed_sequence_ ||
         open_->batch->opened + settings_.linger <= now;
}

std::vector<std::shared_ptr<Batch>> Accumulator::take(net::TimePoint now, std::size_t bytes_max) {
  std::vector<std::shared_ptr<Batch>> out;
  std::size_t bytes = 0;
  std::unique_lock lock(mutex_);
  for (;;) {
    if (entries_.empty()) {
      if (!open_is_due(now)) break;
      if (!out.empty() && bytes + open_->builder.size_bytes() > bytes_max) break;
      auto closed = close_open();
      lock.unlock();
      seal_entry(std::move(closed));
      lock.lock();
    }
    auto& entry = *entries_.front();
    if (!entry.batch) break;
    if (!out.empty() && bytes + entry.bytes > bytes_max) break;
    bytes += entry.bytes;
    out.push_back(std::move(entry.batch));
    entries_.pop_front();
  }
  pending_.store(open_.has_value() || !entries_.empty(), std::memory_order_release);
  return out;
}

std::optional<net::TimePoint> Accumulator::due() const {
  const std::lock_guard lock(mutex_);
  if (!entries_.empty()) {
    if (!entries_.front()->batch) return std::nullopt;  // whoever seals it will tell
    return net::TimePoint{};
  }
  if (!open_) return std::nullopt;
  if (open_->batch->sequence <= flushed_sequence_) return net::TimePoint{};
  return open_->batch->opened + settings_.linger;
}

std::optional<net::TimePoint> Accumulator::oldest() const {
  const std::lock_guard lock(mutex_);
  if (!entries_.empty()) {
    const auto& batch = entries_.front()->batch;
    return batch ? std::optional(batch->opened) : std::nullopt;
  }
  return open_ ? std::optional(open_->batch->opened) : std::nullopt;
}

std::uint64_t Accumulator::flush() {
  const std::lock_guard lock(mutex_);
  flushed_sequence_ = last_sequence_;
  return last_sequence_;
}

}  // namespace sluice::client
