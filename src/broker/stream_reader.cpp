// SPDX-License-Identifier: Apache-2.0
#include "broker/stream_reader.hpp"

#include <utility>

#include "broker/smartmodule_errors.hpp"
#include "broker/stored_records.hpp"
#include "broker/stream.hpp"

namespace sluice::broker {
namespace {

constexpr std::uint32_t read_bytes_max = 1U << 20;
// What a chain is given at once: small enough to look at the clock in between.
constexpr std::size_t piece_bytes_max = 256U * 1024;
// Of a step that has not filled a frame.
constexpr std::size_t step_bytes_max = 4U << 20;
constexpr auto step_time_max = std::chrono::milliseconds(100);

}  // namespace

StreamReader::StreamReader(SmartModules& modules, std::shared_ptr<SmartModules::StreamPlace> place,
                           StreamReaderOptions options)
    : modules_(modules),
      place_(std::move(place)),
      options_(std::move(options)),
      batches_(options_.partition->log(), options_.isolation, read_bytes_max),
      frames_(options_.frame_bytes_max),
      next_(options_.start) {
  restart(options_.start);
}

void StreamReader::restart(std::int64_t offset) {
  next_ = offset;
  inside_batch_ok_ = true;
  uncovered_bytes_ = 0;
  rest_ = {};
  batches_.seek(offset);
  frames_.restart(offset);
}

StreamReader::Step StreamReader::step(bool cover_all) {
  if (auto done = advance(); !done) {
    chain_.reset();  // of no use any more
    frames_.finish(std::move(done).error());
  } else if (cover_all || !frames_.only_covers() || uncovered_bytes_ >= step_bytes_max) {
    frames_.finish();
  }
  Step result{frames_.take(), next_};
  if (!result.frames.empty()) uncovered_bytes_ = 0;
  return result;
}

StreamReader::Done StreamReader::advance() {
  if (!chain_) {
    auto chain = modules_.make_chain(options_.invocations, options_.partition->log());
    if (!chain) return tl::unexpected(std::move(chain).error());
    chain_.emplace(*std::move(chain));
  }
  const auto until = std::chrono::steady_clock::now() + step_time_max;
  const auto bytes_before = uncovered_bytes_;
  const auto enough = [&] {
    return frames_.size_bytes() >= options_.frame_bytes_max ||
           uncovered_bytes_ - bytes_before >= step_bytes_max || modules_.stopping() ||
           options_.partition->deleted() || std::chrono::steady_clock::now() > until;
  };
  while (!enough()) {
    if (rest_.count == 0) {
      const auto more = next_batch();
      if (!more) return tl::unexpected(more.error());
      if (!*more) return {};
    } else {
      const auto piece = cut_bytes(rest_, piece_bytes_max);
      if (!piece) return tl::unexpected(unreadable(piece.error()));
      rest_ = piece->tail;
      if (auto done = process(piece->head); !done) return done;
    }
  }
  return {};
}

tl::expected<bool, wire::ErrorCode> StreamReader::next_batch() {
  const auto batch = batches_.next();
  if (!batch) return tl::unexpected(read_code(batch.error(), *options_.partition, next_));
  if (!*batch) {
    next_ = std::min(next_, batches_.position());
    return false;
  }
  uncovered_bytes_ += (*batch)->bytes.size();
  const auto base = (*batch)->header.base_offset;
  if (base < next_ && !inside_batch_ok_) {
    // What was read uncommitted is gone, and other records have its offsets.
    frames_.finish();
    frames_.restart(base);
    next_ = base;
  }
  inside_batch_ok_ = false;
  if (auto done = take_batch(**batch); !done) return tl::unexpected(std::move(done).error());
  return true;
}

StreamReader::Done StreamReader::take_batch(const wire::BatchView& batch) {
  header_ = batch.header;
  const auto records = wire::records_of(batch, inflated_);
  if (!records) return tl::unexpected(unreadable(records.error()));
  const auto skip = static_cast<std::uint32_t>(
      std::clamp<std::int64_t>(next_ - header_.base_offset, 0, records->count));
  const auto rest = numbered_records(*records, skip, renumbered_);
  if (!rest) return tl::unexpected(unreadable(rest.error()));
  rest_ = *rest;
  if (rest_.count == 0) {
    next_ = header_.next_offset();
    frames_.cover(next_);
  }
  return {};
}

StreamReader::Done StreamReader::process(wire::RecordList piece) {
  const auto output = chain_->process({.base_offset = header_.base_offset,
                                       .base_timestamp = header_.first_timestamp,
                                       .records = piece});
  if (!output) return tl::unexpected(breakdown_code(output.error()));
  // A compressed batch may have more records than offsets: those share the last one.
  const auto batch_end = header_.next_offset();
  const auto begin = std::min(next_, batch_end - 1);
  next_ = rest_.count == 0 ? batch_end : std::min(begin + piece.count, batch_end);
  if (auto added = frames_.add(header_, output->records, begin, next_); !added) {
    frames_.cover(begin);
    return tl::unexpected(
        wire::ErrorCode(wire::Code::other, {"SmartModule err " + added.error().message()}));
  }
  frames_.cover(next_);
  if (!output->stopped) return {};
  const auto& fault = output->faults.back();
  frames_.cover(std::clamp(fault.offset, begin, next_ - 1));
  return tl::unexpected(record_code(fault));
}

wire::ErrorCode StreamReader::unreadable(const Error& error) const {
  if (error.code == Errc::compression) return wire::Code::compression_error;
  return {wire::Code::other,
          {"the batch at offset " + std::to_string(header_.base_offset) +
           " cannot be read: " + error.message()}};
}

}  // namespace sluice::broker
