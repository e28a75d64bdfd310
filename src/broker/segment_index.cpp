// SPDX-License-Identifier: Apache-2.0
#include "broker/segment_index.hpp"

#include <algorithm>
#include <span>

#include <fcntl.h>

namespace sluice::broker {
namespace {

static_assert(sizeof(IndexEntry) == 8);
constexpr std::uint64_t index_bytes_max = 64U * 1024 * 1024;

std::span<std::byte> bytes_of(IndexEntry& entry) {
  return std::as_writable_bytes(std::span(&entry, 1));
}

// Binary search in the file; 15 reads for a full segment. What cannot be read is not found.
template <typename Before>
IndexEntry floor_in_file(const fs::path& path, Before at_or_before) {
  IndexEntry best;
  const auto file = File::open(path, O_RDONLY);
  if (!file) return best;
  const auto size = file->size();
  std::uint64_t low = 0;
  std::uint64_t high = size ? *size / sizeof(IndexEntry) : 0;
  while (low < high) {
    const auto middle = low + (high - low) / 2;
    IndexEntry entry;
    const auto count = file->read_at(bytes_of(entry), middle * sizeof(IndexEntry));
    if (!count || *count != sizeof entry) return best;
    if (at_or_before(entry)) {
      best = entry;
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return best;
}

}  // namespace

SegmentIndex::SegmentIndex(fs::path path, std::uint32_t interval_bytes)
    : path_(std::move(path)), interval_bytes_(interval_bytes) {}

Result<> SegmentIndex::load(std::uint64_t log_bytes) {
  entries_.clear();
  persisted_count_ = 0;
  std::error_code error;
  if (!fs::exists(path_, error) && !error) return {};
  const auto content = read_file(path_, index_bytes_max);
  if (!content) return tl::unexpected(content.error());
  for (std::size_t at = 0; at + sizeof(IndexEntry) <= content->size(); at += sizeof(IndexEntry)) {
    IndexEntry entry;
    std::copy_n(content->begin() + static_cast<std::ptrdiff_t>(at), sizeof entry,
                bytes_of(entry).begin());
    const auto last = entries_.empty() ? IndexEntry{} : entries_.back();
    if (entry.position <= last.position || entry.offset_delta <= last.offset_delta) break;
    if (entry.position >= log_bytes) break;
    entries_.push_back(entry);
  }
  persisted_count_ = entries_.size();
  return {};
}

void SegmentIndex::add(IndexEntry batch) {
  const auto last = entries_.empty() ? IndexEntry{} : entries_.back();
  if (batch.position - last.position >= interval_bytes_) entries_.push_back(batch);
}

void SegmentIndex::cut(std::uint32_t position) {
  while (!entries_.empty() && entries_.back().position >= position) entries_.pop_back();
  persisted_count_ = std::min(persisted_count_, entries_.size());
}

template <typename Before>
IndexEntry SegmentIndex::floor(Before at_or_before) const {
  if (sealed_) return floor_in_file(path_, at_or_before);
  const auto after = std::partition_point(entries_.begin(), entries_.end(), at_or_before);
  return after == entries_.begin() ? IndexEntry{} : *std::prev(after);
}

IndexEntry SegmentIndex::floor_offset(std::uint32_t offset_delta) const {
  return floor([=](const IndexEntry& entry) { return entry.offset_delta <= offset_delta; });
}

IndexEntry SegmentIndex::floor_position(std::uint32_t position) const {
  return floor([=](const IndexEntry& entry) { return entry.position <= position; });
}

Result<> SegmentIndex::persist(std::uint32_t synced_bytes, const StorageEnv& env) {
  auto last = persisted_count_;
  while (last < entries_.size() && entries_[last].position < synced_bytes) ++last;
  if (last == persisted_count_) return {};
  const auto file = File::open(path_, O_CREAT | O_WRONLY);
  if (!file) return tl::unexpected(file.error());
  const auto fresh = std::span(entries_).subspan(persisted_count_, last - persisted_count_);
  const auto position = persisted_count_ * sizeof(IndexEntry);
  if (auto done = file->write_at(std::as_bytes(fresh), position, env); !done) return done;
  persisted_count_ = last;
  return file->truncate(last * sizeof(IndexEntry), env);
}

Result<> SegmentIndex::seal(const StorageEnv& env) {
  if (auto done = persist(UINT32_MAX, env); !done) return done;
  if (!entries_.empty()) {
    const auto file = File::open(path_, O_WRONLY);
    if (!file) return tl::unexpected(file.error());
    if (auto done = file->sync_data(env); !done) return done;
  }
  entries_ = {};
  sealed_ = true;
  return {};
}

}  // namespace sluice::broker
