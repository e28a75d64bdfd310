// SPDX-License-Identifier: Apache-2.0
#include "broker/partition_log.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/log.hpp"

namespace sluice::broker {
namespace {

// Base offsets of the segments in a directory, rising.
Result<std::vector<std::int64_t>> list_segments(const fs::path& directory) {
  const auto paths = list_directory(directory);
  if (!paths) return tl::unexpected(paths.error());
  std::vector<std::int64_t> bases;
  for (const auto& path : *paths) {
    const auto stem = path.stem().string();
    if (path.extension() != ".log") continue;
    std::int64_t base = -1;
    const auto parsed = std::from_chars(stem.data(), stem.data() + stem.size(), base);
    if (parsed.ptr == stem.data() + stem.size() && base >= 0) bases.push_back(base);
  }
  std::sort(bases.begin(), bases.end());
  return bases;
}

}  // namespace

std::uint64_t Append::size_bytes() const noexcept {
  std::uint64_t total = 0;
  for (const auto& batch : batches) total += batch.bytes.size();
  return total;
}

PartitionLog::PartitionLog(fs::path directory, LogOptions options, StorageEnv env)
    : directory_(std::move(directory)), options_(std::move(options)), env_(env) {}

Result<std::unique_ptr<PartitionLog>> PartitionLog::open(fs::path directory, LogOptions options,
                                                         StorageEnv env) {
  std::unique_ptr<PartitionLog> log(
      new PartitionLog(std::move(directory), std::move(options), env));
  if (auto done = log->load(); !done) return tl::unexpected(std::move(done).error());
  return log;
}

Result<bool> PartitionLog::is_in(const fs::path& directory) {
  const auto bases = list_segments(directory);
  if (!bases) return tl::unexpected(bases.error());
  return !bases->empty();
}

Result<> PartitionLog::load() {
  if (auto done = make_directories(directory_); !done) return done;
  const auto bases = list_segments(directory_);
  if (!bases) return tl::unexpected(bases.error());
  if (!bases->empty()) {
    if (auto done = load_segments(*bases); !done) return done;
  } else {
    auto first = Segment::create(directory_, 0, options_.segment, env_);
    if (!first) return tl::unexpected(std::move(first).error());
    segments_.push_back(*std::move(first));
    if (auto done = sync_directory(directory_.parent_path(), env_); !done) return done;
  }
  staged_end_ = active()->end();
  return {};
}

Result<> PartitionLog::load_segments(std::span<const std::int64_t> bases) {
  for (std::size_t i = 0; i + 1 < bases.size(); ++i) {
    auto sealed = Segment::open_sealed(directory_, bases[i], bases[i + 1], options_.segment);
    if (!sealed) return tl::unexpected(std::move(sealed).error());
    if (const auto& damage = (*sealed)->damage()) {
      log::error("broker.storage", "records are lost, reads of them get a storage error",
                 {{"error", damage->message()}});
    }
    sealed_bytes_ += (*sealed)->end().position;
    segments_.push_back(*std::move(sealed));
  }
  std::uint64_t cut_bytes = 0;
  auto last = Segment::recover(directory_, bases.back(), options_.segment, env_, cut_bytes);
  if (!last) return tl::unexpected(std::move(last).error());
  segments_.push_back(*std::move(last));
  if (cut_bytes > 0) {
    log::warn("broker.storage", "cut a torn tail off the log",
              {{"directory", directory_.string()},
               {"bytes", std::to_string(cut_bytes)},
               {"next_offset", std::to_string(segments_.back()->end().offset)}});
  }
  return {};
}

std::shared_ptr<Segment> PartitionLog::active() const {
  const std::lock_guard lock(mutex_);
  return segments_.back();
}

std::int64_t PartitionLog::now_ms() const {
  return std::chrono::duration_cast<std::chrono::milliseconds>(options_.now().time_since_epoch())
      .count();
}

// Requires room for the position and the offset delta in the index as well.
bool PartitionLog::fits(std::uint64_t bytes, std::int64_t offsets) const {
  if (roll_begun_) return false;
  const auto segment = active();
  if (staged_end_.position == 0) return true;
  return staged_end_.position + bytes <= options_.segment_bytes_max &&
         staged_end_.offset + offsets - segment->base_offset() <= std::int64_t{INT32_MAX};
}

void PartitionLog::append(std::span<Append* const> appends) {
  for (auto* append : appends) append_one(*append);
  if (auto done = flush(); !done) return;  // the appends have the error
}

void PartitionLog::append_one(Append& append) {
  const auto bytes = append.size_bytes();
  auto done = Result<>{};
  // Rolling first keeps all of it in one write, so that it cannot be stored by halves. Only
  // what is larger than a whole segment must be split.
  if (bytes <= options_.segment_bytes_max && !fits(bytes, 0)) done = roll();
  append.base_offset = staged_end_.offset;
  for (const auto& batch : append.batches) {
    if (done) done = stage(append, batch);
  }
  if (!done) {
    append.base_offset = tl::unexpected(done.error());
    std::erase(staged_appends_, &append);
  }
}

Result<> PartitionLog::stage(Append& append, const BatchSlot& batch) {
  if (!fits(batch.bytes.size(), std::int64_t{batch.last_offset_delta} + 1)) {
    if (auto done = roll(); !done) return done;
  }
  wire::set_base_offset(batch.bytes, staged_end_.offset);
  staged_parts_.push_back({batch.bytes.data(), batch.bytes.size()});
  staged_batches_.push_back(staged_end_);
  if (staged_appends_.empty() || staged_appends_.back() != &append) {
    staged_appends_.push_back(&append);
  }
  staged_end_.offset += std::int64_t{batch.last_offset_delta} + 1;
  staged_end_.position += static_cast<std::uint32_t>(batch.bytes.size());
  return {};
}

// Writes what is staged. On an error the file is cut back and every append in it has the error.
Result<> PartitionLog::flush() {
  const auto segment = active();
  auto done = write_staged(*segment);
  if (done && !staged_batches_.empty()) {
    segment->last_append_ms = now_ms();
    if (segment->first_append_ms == 0) segment->first_append_ms = segment->last_append_ms;
    segment->publish(staged_batches_, staged_end_);
  }
  if (!done) {
    done = tl::unexpected(in_context(directory_.string(), std::move(done).error()));
    cut_needed_ = true;
    static_cast<void>(cut_if_needed(*segment));
    for (auto* append : staged_appends_) append->base_offset = tl::unexpected(done.error());
    staged_end_ = segment->end();
  }
  staged_parts_.clear();
  staged_batches_.clear();
  staged_appends_.clear();
  return done;
}

Result<> PartitionLog::write_staged(Segment& segment) {
  if (staged_parts_.empty()) return {};
  if (auto done = cut_if_needed(segment); !done) return done;
  env_.pass("append.before-write");
  auto done = segment.write(staged_parts_, env_);
  if (done) env_.pass("append.after-write");
  return done;
}

// Bytes behind the end may be whole batches, which a restart would take for records.
Result<> PartitionLog::cut_if_needed(Segment& segment) {
  if (!cut_needed_) return {};
  auto done = segment.cut_to_end(env_);
  cut_needed_ = !done;
  return done;
}

Result<> PartitionLog::commit() {
  if (auto lost = std::exchange(lost_, std::nullopt)) return tl::unexpected(*std::move(lost));
  return commit_active();
}

Result<> PartitionLog::commit_active() {
  const auto segment = active();
  if (segment->end() == segment->readable_end(Isolation::read_committed)) {
    return cut_if_needed(*segment);
  }
  auto done = segment->commit(env_);
  staged_end_ = segment->end();
  if (!done) {
    cut_needed_ = true;
    static_cast<void>(cut_if_needed(*segment));
  }
  if (done) env_.pass("commit.after-sync");
  return done;
}

Result<> PartitionLog::roll() {
  if (auto done = flush(); !done) return done;
  const auto full = active();
  if (full->end().position == 0) return {};
  if (auto done = commit_active(); !done) {
    lost_ = done.error();  // the next commit() has to say so
    return done;
  }
  roll_begun_ = true;
  auto fresh = Segment::create(directory_, full->end().offset, options_.segment, env_);
  if (!fresh) return tl::unexpected(std::move(fresh).error());
  if (auto done = full->seal(env_); !done) return done;
  roll_begun_ = false;
  {
    const std::lock_guard lock(mutex_);
    sealed_bytes_ += full->end().position;
    segments_.push_back(*std::move(fresh));
  }
  staged_end_ = active()->end();
  // By size at once, not at the next check: a fast producer fills a disk in less than that.
  return drop_old(INT64_MIN);
}

LogOffsets PartitionLog::offsets() const {
  const std::lock_guard lock(mutex_);
  LogOffsets result;
  result.start = segments_.front()->base_offset();
  result.committed = segments_.back()->readable_end(Isolation::read_committed).offset;
  const auto end = segments_.back()->end();
  result.end = end.offset;
  result.size_bytes = sealed_bytes_ + end.position;
  return result;
}

void PartitionLog::drop_front() {
  std::shared_ptr<Segment> oldest;
  {
    const std::lock_guard lock(mutex_);
    oldest = segments_.front();
    sealed_bytes_ -= oldest->end().position;
    segments_.erase(segments_.begin());
  }
  if (auto done = oldest->remove(); !done) {
    log::warn("broker.storage", "old segment not removed", {{"error", done.error().message()}});
  }
}

Result<> PartitionLog::apply_retention() {
  const auto oldest_ms = now_ms() - options_.retention.count();
  const bool by_age = options_.retention.count() > 0;
  const auto growing = active();
  if (by_age && growing->first_append_ms != 0 && growing->first_append_ms < oldest_ms) {
    if (auto done = roll(); !done) return done;
  }
  return drop_old(by_age ? oldest_ms : INT64_MIN);
}

// Sealed segments that are older, or too much for the size.
Result<> PartitionLog::drop_old(std::int64_t oldest_ms) {
  auto dropped = false;
  while (segments_.size() > 1) {
    const bool old = segments_.front()->last_append_ms < oldest_ms;
    if (!old && offsets().size_bytes <= options_.log_bytes_max) break;
    drop_front();
    dropped = true;
  }
  return dropped ? sync_directory(directory_, env_) : Result<>{};
}

void PartitionLog::drop_before(std::int64_t offset) {
  while (segments_.size() > 1 && segments_[1]->base_offset() <= offset) drop_front();
}

Result<> PartitionLog::close() {
  if (auto done = commit(); !done) return done;
  return active()->persist_index(env_);
}

}  // namespace sluice::broker
