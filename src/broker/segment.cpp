// SPDX-License-Identifier: Apache-2.0
#include "broker/segment.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include <fcntl.h>
#include <sys/stat.h>

#include "base/log.hpp"
#include "broker/segment_scan.hpp"

namespace sluice::broker {
namespace {

std::string name_of(std::int64_t base_offset, const char* extension) {
  std::array<char, 32> digits{};
  std::snprintf(digits.data(), digits.size(), "%020lld", static_cast<long long>(base_offset));
  return std::string(digits.data()) + extension;
}

}  // namespace

Segment::Segment(const fs::path& directory, std::int64_t base_offset, const SegmentOptions& options)
    : base_offset_(base_offset),
      log_path_(directory / name_of(base_offset, ".log")),
      index_path_(directory / name_of(base_offset, ".index")),
      options_(options),
      end_{base_offset, 0},
      committed_{base_offset, 0},
      index_(index_path_, options.index_interval_bytes) {}

Result<std::shared_ptr<Segment>> Segment::create(const fs::path& directory,
                                                 std::int64_t base_offset,
                                                 const SegmentOptions& options,
                                                 const StorageEnv& env) {
  std::shared_ptr<Segment> segment(new Segment(directory, base_offset, options));
  if (auto done = remove_file(segment->index_path_); !done) return tl::unexpected(done.error());
  auto file = File::open(segment->log_path_, O_CREAT | O_TRUNC | O_RDWR);
  if (!file) return tl::unexpected(std::move(file).error());
  segment->active_file_ = std::make_shared<File>(*std::move(file));
  env.pass("roll.after-create");
  if (auto done = sync_directory(directory, env); !done) return tl::unexpected(done.error());
  return segment;
}

Result<std::shared_ptr<Segment>> Segment::open_sealed(const fs::path& directory,
                                                      std::int64_t base_offset,
                                                      std::int64_t end_offset,
                                                      const SegmentOptions& options) {
  std::shared_ptr<Segment> segment(new Segment(directory, base_offset, options));
  std::error_code error;
  const auto bytes = fs::file_size(segment->log_path_, error);
  if (error) return tl::unexpected(errno_error(error.value(), segment->log_path_.string()));
  segment->index_.assume_sealed();
  segment->note_times();
  if (auto done = segment->find_sealed_end(end_offset, bytes); !done) {
    return tl::unexpected(std::move(done).error());
  }
  return segment;
}

// Headers only, from the last index entry on. What lies behind the end is no part of the log.
Result<> Segment::find_sealed_end(std::int64_t end_offset, std::uint64_t file_bytes) {
  const auto opened = file();
  if (!opened) return tl::unexpected(opened.error());
  const auto last = static_cast<std::uint32_t>(std::max<std::uint64_t>(file_bytes, 1) - 1);
  const auto entry = index_.floor_position(last);
  Place at{base_offset_ + entry.offset_delta, entry.position};
  if (at.offset >= end_offset || !is_batch_start(**opened, at)) at = {base_offset_, 0};
  std::string why = "its last batch is not whole";
  while (at.offset < end_offset) {
    const auto next = step(**opened, at);
    if (!next) why = next.error().context;
    const bool is_whole = next && next->position > at.position && next->position <= file_bytes;
    if (!is_whole || next->offset > end_offset) break;
    at = *next;
  }
  end_ = committed_ = at;
  if (at.offset == end_offset) return {};
  damage_ = Error{Errc::data_corrupt,
                  log_path_.string() + " is damaged, offsets " + std::to_string(at.offset) +
                      " to " + std::to_string(end_offset - 1) + " cannot be read (" + why +
                      "); restore the file from a backup and start "
                      "again, or read on from offset " +
                      std::to_string(end_offset),
                  {}};
  return {};
}

Result<std::shared_ptr<Segment>> Segment::recover(const fs::path& directory,
                                                  std::int64_t base_offset,
                                                  const SegmentOptions& options,
                                                  const StorageEnv& env, std::uint64_t& cut_bytes) {
  std::shared_ptr<Segment> segment(new Segment(directory, base_offset, options));
  auto file = File::open(segment->log_path_, O_RDWR);
  if (!file) return tl::unexpected(std::move(file).error());
  segment->active_file_ = std::make_shared<File>(*std::move(file));
  segment->note_times();
  if (auto done = segment->scan(env, cut_bytes); !done) return tl::unexpected(done.error());
  return segment;
}

void Segment::note_times() {
  struct stat info{};
  if (::stat(log_path_.c_str(), &info) != 0 || info.st_size == 0) return;
  // When the first batch came is not recorded; the last change is the best that is known.
  last_append_ms = info.st_mtim.tv_sec * 1000 + info.st_mtim.tv_nsec / 1'000'000;
  first_append_ms = last_append_ms;
}

// The last index entry that points at a whole batch: all before it was synced.
Place Segment::known_start(const File& file, std::uint64_t file_bytes) {
  if (auto loaded = index_.load(file_bytes); !loaded) {
    log::warn("broker.storage", "index not readable, scanning the whole segment",
              {{"file", index_path_.string()}, {"error", loaded.error().message()}});
  }
  while (!index_.entries().empty()) {
    const auto entry = index_.entries().back();
    const Place place{base_offset_ + entry.offset_delta, entry.position};
    if (is_whole_batch(file, place, file_bytes, options_.batch_bytes_max)) return place;
    index_.cut(entry.position);
  }
  return {base_offset_, 0};
}

Result<> Segment::scan(const StorageEnv& env, std::uint64_t& cut_bytes) {
  const auto& file = *active_file_;
  const auto bytes = file.size();
  if (!bytes) return tl::unexpected(bytes.error());
  const auto note = [&](Place batch) {
    index_.add({static_cast<std::uint32_t>(batch.offset - base_offset_), batch.position});
  };
  const auto start = known_start(file, *bytes);
  const auto end = scan_batches(file, start, *bytes, options_.batch_bytes_max, note);
  if (!end) return tl::unexpected(end.error());
  end_ = committed_ = *end;
  cut_bytes = *bytes - end_.position;
  if (cut_bytes > 0) {
    if (auto done = file.truncate(end_.position, env); !done) return done;
  }
  if (auto done = file.sync_data(env); !done) return done;
  return index_.persist(end_.position, env);
}

Place Segment::end() const {
  const std::lock_guard lock(mutex_);
  return end_;
}

Place Segment::readable_end(Isolation isolation) const {
  const std::lock_guard lock(mutex_);
  return isolation == Isolation::read_committed ? committed_ : end_;
}

TakenBack Segment::taken_back() const {
  const std::lock_guard lock(mutex_);
  return taken_back_;
}

Result<> Segment::write(std::span<iovec> parts, const StorageEnv& env) {
  return active_file_->write_at(parts, end().position, env);
}

void Segment::publish(std::span<const Place> batches, Place end) {
  const std::lock_guard lock(mutex_);
  for (const auto& batch : batches) {
    index_.add({static_cast<std::uint32_t>(batch.offset - base_offset_), batch.position});
  }
  end_ = end;
}

Result<> Segment::cut_to_end(const StorageEnv& env) {
  return active_file_->truncate(end().position, env);
}

Result<> Segment::commit(const StorageEnv& env) {
  auto synced = active_file_->sync_data(env);
  const std::lock_guard lock(mutex_);
  if (!synced) {
    end_ = committed_;
    taken_back_ = {taken_back_.count + 1, end_.offset};
    index_.cut(end_.position);
    return tl::unexpected(in_context(log_path_.string(), std::move(synced).error()));
  }
  committed_ = end_;
  // Without sync the entries would promise more than the disk holds.
  if (!env.sync) return {};
  if (auto done = index_.persist(committed_.position, env); !done) {
    log::warn("broker.storage", "index not written, a restart will scan more",
              {{"file", index_path_.string()}, {"error", done.error().message()}});
  }
  return {};
}

Result<> Segment::seal(const StorageEnv& env) {
  const std::lock_guard lock(mutex_);
  auto sealed = index_.seal(env);
  if (!sealed) return sealed;
  shared_file_ = active_file_;
  active_file_.reset();
  return {};
}

Result<> Segment::persist_index(const StorageEnv& env) {
  const StorageEnv durable{.sync = true, .faults = env.faults};
  if (auto done = active_file_->sync_data(durable); !done) return done;
  const std::lock_guard lock(mutex_);
  return index_.persist(committed_.position, env);
}

Result<> Segment::remove() {
  if (auto done = remove_file(log_path_); !done) return done;
  return remove_file(index_path_);
}

Result<std::shared_ptr<const File>> Segment::file() const {
  const std::lock_guard lock(mutex_);
  if (active_file_) return active_file_;
  if (auto open = shared_file_.lock()) return open;
  auto file = File::open(log_path_, O_RDONLY);
  if (!file) return tl::unexpected(std::move(file).error());
  std::shared_ptr<const File> shared = std::make_shared<File>(*std::move(file));
  shared_file_ = shared;
  return shared;
}

Result<Place> Segment::step(const File& file, Place at) const {
  std::array<std::byte, wire::batch_header_bytes> bytes{};
  const auto count = file.read_at(bytes, at.position);
  if (!count) return tl::unexpected(count.error());
  const auto header = wire::decode_batch_header(std::span(bytes).first(*count));
  if (!header || header->base_offset != at.offset) {
    return fail(Errc::data_corrupt, log_path_.string() + ": no batch with offset " +
                                        std::to_string(at.offset) + " at byte " +
                                        std::to_string(at.position));
  }
  return Place{header->next_offset(),
               at.position + static_cast<std::uint32_t>(header->size_bytes())};
}

bool Segment::is_batch_start(const File& file, Place at) const {
  return step(file, at).has_value();
}

Result<Place> Segment::find(std::int64_t offset) const {
  const auto opened = file();
  if (!opened) return tl::unexpected(opened.error());
  Place at{base_offset_, 0};
  {
    const std::lock_guard lock(mutex_);
    const auto entry = index_.floor_offset(static_cast<std::uint32_t>(offset - base_offset_));
    at = {base_offset_ + entry.offset_delta, entry.position};
  }
  if (!is_batch_start(**opened, at)) at = {base_offset_, 0};
  while (true) {
    const auto next = step(**opened, at);
    if (!next) return tl::unexpected(next.error());
    if (next->offset > offset) return at;
    at = *next;
  }
}

Result<Place> Segment::last_fit(const File& file, Place begin, Place limit,
                                std::uint32_t bytes_max) const {
  const auto furthest = std::uint64_t{begin.position} + bytes_max;
  if (limit.position <= furthest) return limit;
  Place at = begin;
  {
    const std::lock_guard lock(mutex_);
    const auto entry = index_.floor_position(static_cast<std::uint32_t>(furthest));
    if (entry.position > begin.position) {
      at = {base_offset_ + entry.offset_delta, entry.position};
    }
  }
  if (at != begin && is_batch_start(file, at)) return at;
  at = begin;
  while (at.position < limit.position) {
    const auto next = step(file, at);
    if (!next) return tl::unexpected(next.error());
    if (next->position > furthest && at != begin) break;
    at = *next;
  }
  return at;
}

Result<LogSlice> Segment::slice(Place begin, Place limit, std::uint32_t bytes_max) const {
  auto opened = file();
  if (!opened) return tl::unexpected(std::move(opened).error());
  const auto end = last_fit(**opened, begin, limit, bytes_max);
  if (!end) return tl::unexpected(end.error());
  return LogSlice{*std::move(opened), begin, *end};
}

}  // namespace sluice::broker
