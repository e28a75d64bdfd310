// SPDX-License-Identifier: Apache-2.0
#include "client/send_engine.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/assert.hpp"
#include "base/units.hpp"

namespace sluice::client {
namespace {

// Errors after which the same batch can be accepted later.
bool is_passing(wire::Code code) {
  switch (code) {
    case wire::Code::unknown_server_error:
    case wire::Code::request_timed_out:
    case wire::Code::not_leader_for_partition:
    case wire::Code::storage_error:
    case wire::Code::partition_full:
    case wire::Code::spu_offline:
    case wire::Code::spu_not_found:
    case wire::Code::topic_pending_initialization:
    case wire::Code::partition_pending_initialization:
    case wire::Code::partition_not_leader:
      return true;
    default:
      return false;
  }
}

// What the pieces of a request look into.
struct Kept {
  std::vector<std::shared_ptr<const Batch>> batches;
  std::shared_ptr<const Bytes> smartmodules;
};

std::size_t bytes_of(const std::vector<std::shared_ptr<Batch>>& batches) {
  std::size_t bytes = 0;
  for (const auto& batch : batches) bytes += batch->bytes.size();
  return bytes;
}

}  // namespace

SendEngine::SendEngine(Settings settings, Resolved resolved)
    : settings_(std::move(settings)), resolved_(std::move(resolved)) {}

void SendEngine::add_partition(Accumulator& accumulator) {
  const auto seed = settings_.seed + partitions_.size();
  partitions_.emplace_back(accumulator, net::Backoff(settings_.backoff, seed));
}

void SendEngine::set_leader(PartitionId partition, std::optional<SpuId> leader) {
  partitions_[partition.value].leader = leader;
}

bool SendEngine::can_send(const Partition& partition, net::TimePoint now) const {
  if (partition.paused || partition.not_before > now) return false;
  if (partition.in_flight >= settings_.partition_requests_max) return false;
  if (!partition.again.empty()) return true;
  if (!partition.accumulator->maybe_due()) return false;
  const auto due = partition.accumulator->due();
  return due && *due <= now;
}

std::vector<SpuId> SendEngine::spus_with_work(net::TimePoint now) const {
  std::vector<SpuId> spus;
  for (const auto& partition : partitions_) {
    if (!partition.leader || std::ranges::find(spus, *partition.leader) != spus.end()) continue;
    const auto busy = in_flight_per_spu_.find(*partition.leader);
    const auto count = busy == in_flight_per_spu_.end() ? 0 : busy->second;
    if (count >= settings_.requests_in_flight_max || !can_send(partition, now)) continue;
    spus.push_back(*partition.leader);
  }
  return spus;
}

SendEngine::Batches SendEngine::take(std::uint32_t index, net::TimePoint now,
                                     std::size_t bytes_max) {
  auto& partition = partitions_[index];
  Batches out;
  std::size_t bytes = 0;
  while (!partition.again.empty()) {
    auto& batch = partition.again.front();
    if (!out.empty() && bytes + batch->bytes.size() > bytes_max) return out;
    const auto alone = batch->sequence <= partition.alone_until;
    bytes += batch->bytes.size();
    out.push_back(std::move(batch));
    partition.again.pop_front();
    if (alone) return out;
  }
  if (!out.empty() && bytes >= bytes_max) return out;
  auto fresh = partition.accumulator->take(now, out.empty() ? bytes_max : bytes_max - bytes);
  for (auto& batch : fresh) {
    partition.taken = batch->sequence;
    if (!batch->seal_error) {
      out.push_back(std::move(batch));
      continue;
    }
    Batches refused;
    refused.push_back(std::move(batch));
    const auto error = *refused.front()->seal_error;
    resolve(index, refused, tl::unexpected(error));
  }
  return out;
}

std::optional<SendEngine::Outgoing> SendEngine::next(SpuId spu, wire::Version version,
                                                     net::TimePoint now) {
  auto& busy = in_flight_per_spu_[spu];
  if (busy >= settings_.requests_in_flight_max) return std::nullopt;
  std::vector<Part> parts;
  std::size_t bytes = 0;
  const auto count = static_cast<std::uint32_t>(partitions_.size());
  for (std::uint32_t i = 0; i < count && bytes < settings_.request_bytes_max; ++i) {
    const auto index = (first_ + i) % count;
    auto& partition = partitions_[index];
    if (partition.leader != spu || !can_send(partition, now)) continue;
    auto batches = take(index, now, settings_.request_bytes_max - bytes);
    if (batches.empty()) continue;
    bytes += bytes_of(batches);
    ++partition.in_flight;
    parts.push_back({index, std::move(batches)});
  }
  if (parts.empty()) return std::nullopt;
  first_ = (parts.back().partition + 1) % count;
  ++busy;
  Outgoing out{.id = next_id_++, .body = encode(parts, version)};
  in_flight_.emplace(out.id, InFlight{spu, std::move(parts)});
  return out;
}

// A ProduceRequest whose batches stay where they are (reference §8.1).
net::OutBody SendEngine::encode(const std::vector<Part>& parts, wire::Version version) const {
  net::OutBody body;
  // The request may still be on its way to the socket when its batches are given up.
  const auto keep = std::make_shared<Kept>();
  body.keep = keep;
  wire::WireWriter out(body.small);
  out.boolean(false);  // no transactional id
  const auto committed = settings_.isolation == Isolation::read_committed;
  out.big_endian(static_cast<std::int16_t>(committed ? -1 : 1));
  out.big_endian(static_cast<std::int32_t>(settings_.server_timeout.count()));
  out.big_endian(std::uint32_t{1});
  out.string(settings_.topic);
  out.big_endian(static_cast<std::uint32_t>(parts.size()));
  for (const auto& part : parts) {
    out.big_endian(part.partition);
    out.big_endian(static_cast<std::int32_t>(bytes_of(part.batches)));
    for (const auto& batch : part.batches) {
      body.cuts.push_back({.small_end = body.small.size(), .bytes = batch->bytes});
      keep->batches.push_back(batch);
    }
  }
  if (version < 8) return body;
  if (has_smartmodules()) {
    keep->smartmodules = encoded_smartmodules(version);
    body.cuts.push_back({.small_end = body.small.size(), .bytes = *keep->smartmodules});
  } else {
    out.big_endian(std::uint32_t{0});
  }
  return body;
}

const std::shared_ptr<const Bytes>& SendEngine::encoded_smartmodules(wire::Version version) const {
  auto& encoded = encoded_smartmodules_[version];
  if (!encoded) {
    Bytes bytes;
    wire::WireWriter out(bytes);
    wire::put(out, *settings_.smartmodules, version);
    encoded = std::make_shared<const Bytes>(std::move(bytes));
  }
  return encoded;
}

void SendEngine::on_answer(std::uint64_t id, const Result<wire::ProduceResponse>& answer,
                           net::TimePoint now) {
  auto node = in_flight_.extract(id);
  if (!node) return;  // aborted
  auto& request = node.mapped();
  --in_flight_per_spu_[request.spu];
  if (!answer) trouble_ = answer.error();
  const Error missing{Errc::protocol, "the server's answer lacks a partition that was sent", {}};
  for (auto& part : request.parts) {
    auto& partition = partitions_[part.partition];
    --partition.in_flight;
    const wire::ProducePartitionResult* row = nullptr;
    if (answer) {
      for (const auto& topic : answer->topics) {
        for (const auto& entry : topic.partitions) {
          if (topic.name == settings_.topic && entry.partition == part.partition) row = &entry;
        }
      }
    }
    on_part(part, row, answer ? missing : answer.error(), now);
    if (partition.in_flight == 0) partition.paused = false;
  }
}

void SendEngine::on_part(Part& part, const wire::ProducePartitionResult* row, const Error& no_row,
                         net::TimePoint now) {
  if (!row) {
    if (settings_.delivery == DeliverySemantic::at_most_once) {
      return resolve(part.partition, part.batches, tl::unexpected(no_row));
    }
    trouble_ = no_row;
    return send_again(part, now);
  }
  if (!row->error_code.ok()) return on_part_error(part, row->error_code, now);
  partitions_[part.partition].backoff.reset();
  resolve(part.partition, part.batches, has_smartmodules() ? unknown_offset : row->base_offset);
}

void SendEngine::on_part_error(Part& part, const wire::ErrorCode& code, net::TimePoint now) {
  auto error =
      to_module_error(code, "writing to " + settings_.topic + "-" + std::to_string(part.partition));
  if (code.code == wire::Code::request_timed_out) {
    // The server waited for the replicas, so this is not a loop that fills the log at once; but
    // if they come back, the records are there twice: that is what at least once means.
    error.context += ": the records are written, but were not committed within " +
                     format_duration(settings_.server_timeout) +
                     "; they may still be, and sending them again writes them a second time";
  }
  const auto once = settings_.delivery == DeliverySemantic::at_most_once;
  if (!once && is_passing(code.code)) {
    trouble_ = std::move(error);
    return send_again(part, now);
  }
  if (!once && part.batches.size() > 1) {
    // One of them is to blame; alone, each gets its own answer.
    partitions_[part.partition].alone_until = part.batches.back()->sequence;
    return send_again(part, {});
  }
  resolve(part.partition, part.batches, tl::unexpected(std::move(error)));
}

void SendEngine::send_again(Part& part, net::TimePoint now) {
  auto& partition = partitions_[part.partition];
  ++retries_;
  partition.paused = true;
  if (now != net::TimePoint{}) partition.not_before = now + partition.backoff.next();
  for (auto& batch : part.batches) partition.again.push_back(std::move(batch));
  std::ranges::sort(partition.again, {}, [](const auto& batch) { return batch->sequence; });
}

void SendEngine::resolve(std::uint32_t partition, Batches& batches,
                         const Result<std::int64_t>& result) {
  auto base = result;
  for (auto& batch : batches) {
    resolved_({partition}, *batch, base);
    if (base && *base != unknown_offset) *base += batch->record_count;
  }
  batches.clear();
}

Error SendEngine::given_up(const Batch& batch) const {
  std::string text = "a batch of " + std::to_string(batch.record_count) + " records for " +
                     settings_.topic + " was not stored within " +
                     format_duration(*settings_.retry_for);
  if (trouble_) text += "; last trouble: " + trouble_->message();
  return {Errc::timed_out, std::move(text), {}};
}

void SendEngine::expire(net::TimePoint now) {
  if (!settings_.retry_for) return;
  const auto too_old = now - *settings_.retry_for;
  for (std::uint32_t i = 0; i < partitions_.size(); ++i) {
    auto& partition = partitions_[i];
    const auto give_up = [&](std::shared_ptr<Batch> batch) {
      Batches one;
      const auto error = given_up(*batch);
      one.push_back(std::move(batch));
      resolve(i, one, tl::unexpected(error));
    };
    while (!partition.again.empty() && partition.again.front()->opened <= too_old) {
      auto batch = std::move(partition.again.front());
      partition.again.pop_front();
      give_up(std::move(batch));
    }
    while (partition.again.empty() && partition.accumulator->maybe_due()) {
      const auto oldest = partition.accumulator->oldest();
      if (!oldest || *oldest > too_old) break;
      auto taken = partition.accumulator->take(now, 1);
      if (taken.empty()) break;
      partition.taken = taken.back()->sequence;
      for (auto& batch : taken) give_up(std::move(batch));
    }
  }
}

void SendEngine::abort(const Error& why) {
  auto in_flight = std::exchange(in_flight_, {});
  in_flight_per_spu_.clear();
  for (auto& [id, request] : in_flight) {
    for (auto& part : request.parts) {
      partitions_[part.partition].in_flight = 0;
      resolve(part.partition, part.batches, tl::unexpected(why));
    }
  }
  for (std::uint32_t i = 0; i < partitions_.size(); ++i) {
    auto& partition = partitions_[i];
    partition.paused = false;
    Batches again(std::move_iterator(partition.again.begin()),
                  std::move_iterator(partition.again.end()));
    partition.again.clear();
    resolve(i, again, tl::unexpected(why));
    partition.taken = std::max(partition.taken, partition.accumulator->flush());
    for (;;) {
      auto rest = partition.accumulator->take(net::TimePoint::max(), 64UL * 1024 * 1024);
      if (rest.empty()) break;
      resolve(i, rest, tl::unexpected(why));
    }
  }
}

std::optional<net::TimePoint> SendEngine::next_wake(net::TimePoint now) const {
  std::optional<net::TimePoint> wake;
  const auto consider = [&wake, now](net::TimePoint at) {
    if (at > now && (!wake || at < *wake)) wake = at;
  };
  for (const auto& partition : partitions_) {
    const auto has_again = !partition.again.empty();
    if (!has_again && !partition.accumulator->maybe_due()) continue;
    if (settings_.retry_for) {
      const auto oldest = has_again ? std::optional(partition.again.front()->opened)
                                    : partition.accumulator->oldest();
      if (oldest) consider(*oldest + *settings_.retry_for);
    }
    if (partition.paused || partition.in_flight >= settings_.partition_requests_max) continue;
    if (has_again) {
      consider(partition.not_before);
    } else if (const auto due = partition.accumulator->due()) {
      consider(std::max(*due, partition.not_before));
    }
  }
  return wake;
}

bool SendEngine::resolved_up_to(PartitionId partition, std::uint64_t sequence) const {
  const auto& state = partitions_[partition.value];
  if (state.taken < sequence) return false;
  if (!state.again.empty() && state.again.front()->sequence <= sequence) return false;
  for (const auto& [id, request] : in_flight_) {
    for (const auto& part : request.parts) {
      if (part.partition == partition.value && !part.batches.empty() &&
          part.batches.front()->sequence <= sequence) {
        return false;
      }
    }
  }
  return true;
}

}  // namespace sluice::client
