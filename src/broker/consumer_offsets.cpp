// SPDX-License-Identifier: Apache-2.0
#include "broker/consumer_offsets.hpp"

#include <utility>

#include "base/log.hpp"

namespace sluice::broker {
namespace {

constexpr std::uint32_t replay_bytes_max = 4U * 1024 * 1024;
constexpr std::size_t changes_per_batch = 4096;

}  // namespace

ConsumerOffsets::ConsumerOffsets(std::shared_ptr<Partition> partition, LogWriter& writer,
                                 WallClock now, std::size_t entries_max)
    : partition_(std::move(partition)),
      writer_(writer),
      now_(std::move(now)),
      entries_max_(entries_max) {}

// A record's key names the entry; its value is the entry, empty when it was removed.
Bytes ConsumerOffsets::encode(std::span<const Change> changes, std::int64_t now_ms) {
  wire::BatchBuilder batch;
  for (const auto& [key, value] : changes) {
    const wire::ConsumerOffset entry{.consumer_id = key.consumer_id,
                                     .topic = key.topic,
                                     .partition = key.partition,
                                     .offset = value ? value->offset : 0,
                                     .modified_time_s = value ? value->modified_time_s : 0};
    const wire::ConsumerOffset name{key.consumer_id, key.topic, key.partition, 0, 0};
    batch.add(wire::encode(name, 0), value ? wire::encode(entry, 0) : Bytes{}, now_ms);
  }
  auto bytes = batch.finish(Compression::none);
  SLUICE_ASSERT(bytes);  // nothing is compressed
  return *std::move(bytes);
}

std::optional<ConsumerOffsets::Change> ConsumerOffsets::decode(const wire::RecordView& record) {
  if (!record.key) return std::nullopt;
  const auto name = wire::decode<wire::ConsumerOffset>(*record.key, 0, "consumer offset key");
  if (!name) return std::nullopt;
  Change change{{name->consumer_id, name->topic, name->partition}, std::nullopt};
  if (record.value.empty()) return change;
  const auto entry = wire::decode<wire::ConsumerOffset>(record.value, 0, "consumer offset");
  if (!entry) return std::nullopt;
  change.value = Value{entry->offset, entry->modified_time_s};
  return change;
}

Result<> ConsumerOffsets::load() {
  ReadCursor cursor{.next = partition_->log().offsets().start};
  while (true) {
    const auto slice = partition_->log().read(cursor, Isolation::read_committed, replay_bytes_max);
    if (!slice) {
      // Without them, consumers would go on somewhere else without a word.
      return tl::unexpected(in_context(
          "reading consumer offsets (to start without those of a damaged file, remove it and the "
          "files before it)",
          slice.error()));
    }
    if (!slice->file) return {};
    if (auto done = replay(*slice); !done) return done;
  }
}

Result<> ConsumerOffsets::replay(const LogSlice& slice) {
  Bytes content(slice.size_bytes());
  const auto count = slice.file->read_at(content, slice.begin.position);
  if (!count) return tl::unexpected(count.error());
  const auto batches = wire::split_batches(content);
  if (!batches) return tl::unexpected(batches.error());
  Bytes scratch;
  for (const auto& batch : batches->batches) {
    // Anyone may produce to the topic; what is not ours is not an offset. Ours is never
    // compressed, so nothing is inflated on a stranger's word.
    if (wire::codec_of(batch.header) != Compression::none) continue;
    auto records = wire::RecordCursor::open(batch, scratch);
    if (!records) continue;
    while (const auto record = records->next()) {
      if (const auto change = decode(*record)) apply(*change);
    }
  }
  return {};
}

void ConsumerOffsets::apply(const Change& change) {
  const std::lock_guard lock(mutex_);
  if (change.value) {
    offsets_.insert_or_assign(change.key, *change.value);
  } else {
    offsets_.erase(change.key);
  }
}

void ConsumerOffsets::store(Change change, Done done, std::shared_ptr<const Partition> about) {
  const auto now_ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(now_().time_since_epoch()).count();
  const auto bytes = std::make_shared<Bytes>(encode(std::span(&change, 1), now_ms));
  AppendJob job{.partition = partition_, .about = std::move(about)};
  job.append.batches.push_back({*bytes, 0});
  job.done = [this, bytes, change = std::move(change),
              done = std::move(done)](const Result<std::int64_t>& stored) {
    if (!stored) return done(tl::unexpected(stored.error()));
    apply(change);
    done({});
  };
  writer_.submit(std::move(job));
}

Result<> ConsumerOffsets::check_limits(const ConsumerKey& key) const {
  if (key.consumer_id.size() > consumer_id_bytes_max) {
    return fail(Errc::too_large, "a consumer id of " + std::to_string(key.consumer_id.size()) +
                                     " bytes; at most " + std::to_string(consumer_id_bytes_max));
  }
  const std::lock_guard lock(mutex_);
  if (offsets_.size() < entries_max_ || offsets_.contains(key)) return {};
  return fail(Errc::too_large, "this server keeps " + std::to_string(entries_max_) +
                                   " consumer offsets; delete some that are not needed");
}

void ConsumerOffsets::update(const ConsumerKey& key, std::int64_t offset, Done done,
                             std::shared_ptr<const Partition> about) {
  if (const auto refused = check_limits(key); !refused) return done(refused);
  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(now_().time_since_epoch()).count();
  store({key, Value{offset, static_cast<std::uint64_t>(seconds)}}, std::move(done),
        std::move(about));
}

void ConsumerOffsets::remove(const ConsumerKey& key, Done done) {
  store({key, std::nullopt}, std::move(done), nullptr);
}

// On the writer's thread, where no update is under way.
void ConsumerOffsets::forget_topics(std::function<bool(const std::string& topic)> is_gone,
                                    Done done) {
  writer_.run([this, is_gone = std::move(is_gone), done = std::move(done)] {
    std::vector<Change> changes;
    {
      const std::lock_guard lock(mutex_);
      for (const auto& [key, value] : offsets_) {
        if (is_gone(key.topic)) changes.push_back({key, std::nullopt});
      }
    }
    const auto written = changes.empty() ? Result<>{} : write(changes);
    for (const auto& change : changes) apply(change);
    done(written);
  });
}

// On the writer's thread, so nothing is appended meanwhile.
Result<> ConsumerOffsets::write(std::span<const Change> changes) {
  auto& log = partition_->log();
  while (!changes.empty()) {
    const auto some = changes.first(std::min(changes.size(), changes_per_batch));
    auto bytes = encode(some, 0);
    Append append{.batches = {{bytes, static_cast<std::int32_t>(some.size()) - 1}}};
    std::array appends{&append};
    log.append(appends);
    if (!append.base_offset) return tl::unexpected(append.base_offset.error());
    changes = changes.subspan(some.size());
  }
  return log.commit();
}

std::optional<std::int64_t> ConsumerOffsets::find(const ConsumerKey& key) const {
  const std::lock_guard lock(mutex_);
  const auto found = offsets_.find(key);
  return found == offsets_.end() ? std::nullopt : std::optional(found->second.offset);
}

std::vector<wire::ConsumerOffset> ConsumerOffsets::list(
    const std::optional<wire::ConsumerOffsetFilter>& filter) const {
  const auto wanted = [&](const ConsumerKey& key) {
    if (!filter) return true;
    if (filter->consumer_id && *filter->consumer_id != key.consumer_id) return false;
    if (!filter->replica) return true;
    return filter->replica->topic == key.topic && filter->replica->partition == key.partition;
  };
  std::vector<wire::ConsumerOffset> found;
  const std::lock_guard lock(mutex_);
  for (const auto& [key, value] : offsets_) {
    if (!wanted(key)) continue;
    found.push_back(
        {key.consumer_id, key.topic, key.partition, value.offset, value.modified_time_s});
  }
  return found;
}

void ConsumerOffsets::compact_if_worth(std::uint64_t log_bytes_min) {
  writer_.run([this, log_bytes_min] {
    constexpr std::uint64_t entry_bytes_about = 512;
    const auto size = partition_->log().offsets().size_bytes;
    {
      const std::lock_guard lock(mutex_);
      if (size < log_bytes_min || size < offsets_.size() * entry_bytes_about) return;
    }
    if (const auto done = compact(); !done) {
      log::warn("broker.offsets", "consumer offsets not compacted",
                {{"error", done.error().message()}});
    }
  });
}

Result<> ConsumerOffsets::compact() {
  auto& log = partition_->log();
  if (auto done = log.roll(); !done) return done;
  const auto snapshot_start = log.offsets().end;
  std::vector<Change> changes;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [key, value] : offsets_) changes.push_back({key, value});
  }
  if (auto done = write(changes); !done) return done;
  log.drop_before(snapshot_start);
  return {};
}

}  // namespace sluice::broker
