// SPDX-License-Identifier: Apache-2.0
#include "broker/produce.hpp"

#include <utility>

#include <boost/asio/post.hpp>

#include "broker/deduplicator.hpp"
#include "broker/produce_check.hpp"
#include "broker/produce_transform.hpp"

namespace sluice::broker {

std::shared_ptr<TaskLane> ProduceLanes::busy(const Partition& partition) {
  const auto found = lanes_.find(&partition);
  if (found == lanes_.end() || found->second->idle()) return nullptr;
  return found->second;
}

std::shared_ptr<TaskLane> ProduceLanes::get(const Partition& partition) {
  if (auto lane = busy(partition)) return lane;
  std::erase_if(lanes_, [](const auto& one) { return one.second->idle(); });
  return lanes_[&partition] = std::make_shared<TaskLane>(workers_);
}

ProduceOp::ProduceOp(std::shared_ptr<Connection> connection, Request request,
                     wire::ProduceRequest body)
    : connection_(std::move(connection)), request_(std::move(request)), body_(std::move(body)) {}

void ProduceOp::run(const Services& services) {
  connection_->begin_pending();
  response_.topics.reserve(body_.topics.size());
  for (const auto& topic : body_.topics) {
    auto& result = response_.topics.emplace_back();
    result.name = topic.name;
    check(services.partitions, topic, result);
  }
  left_ += parts_.size();
  for (const auto& part : std::exchange(parts_, {})) start(part, services);
  part_done();
}

void ProduceOp::check(PartitionTable& partitions, const wire::ProduceTopic& topic,
                      wire::ProduceTopicResult& result) {
  result.partitions.resize(topic.partitions.size());  // not moved from here on
  for (std::size_t i = 0; i < topic.partitions.size(); ++i) {
    const auto& wanted = topic.partitions[i];
    auto& part = result.partitions[i];
    part.partition = wanted.partition;
    if (request_.fault) {
      part.error_code = *request_.fault;
    } else {
      check_partition(partitions, topic.name, wanted, part);
    }
  }
}

void ProduceOp::check_partition(PartitionTable& partitions, const std::string& topic,
                                const wire::ProducePartition& wanted,
                                wire::ProducePartitionResult& part) {
  auto partition = partitions.find(topic, wanted.partition);
  if (!partition) {
    part.error_code = wire::Code::not_leader_for_partition;
    return;
  }
  const auto at = wanted.records.bytes.empty()
                      ? std::ptrdiff_t{0}
                      : wanted.records.bytes.data() - request_.frame->bytes.get();
  const auto records =
      request_.frame->span().subspan(static_cast<std::size_t>(at), wanted.records.bytes.size());
  auto batches = check_records(records, *partition);
  if (!batches) {
    part.error_code = std::move(batches).error();
  } else if (!batches->empty()) {
    parts_.push_back(std::make_shared<Part>(
        Part{std::move(partition), *std::move(batches), {}, &part, std::nullopt}));
  }
}

void ProduceOp::start(const SharedPart& part, const Services& services) {
  auto& writer = services.writer;
  if (!body_.smartmodules.empty()) {
    services.lanes.get(*part->partition)
        ->push([self = shared_from_this(), part, &modules = services.smartmodules, &writer] {
          self->transform(part, modules, writer);
        });
  } else if (const auto lane = services.lanes.busy(*part->partition)) {
    lane->push([self = shared_from_this(), part, &writer] { self->deduplicate(part, writer); });
  } else {
    deduplicate(part, writer);
  }
}

void ProduceOp::transform(const SharedPart& part, SmartModules& modules, LogWriter& writer) {
  const auto& log = part->partition->log();
  auto chain = modules.make_chain(body_.smartmodules, log);
  if (!chain) return part_failed(*part, std::move(chain).error());
  auto made = transform_batches(*chain, part->batches, log.batch_bytes_max());
  if (!made) return part_failed(*part, std::move(made).error());
  if (!made->unchanged) {
    if (made->records_out == 0) return part_done();  // as for an empty record set
    part->owned = std::move(made->bytes);
    part->batches = {{part->owned, made->last_offset_delta}};
  }
  deduplicate(part, writer);
}

void ProduceOp::deduplicate(const SharedPart& part, LogWriter& writer) {
  auto* deduplicator = part->partition->deduplicator();
  if (!deduplicator) return submit(part, writer);
  deduplicator->lane()->push(
      [self = shared_from_this(), part, &writer] { self->leave_out_copies(part, writer); });
}

void ProduceOp::leave_out_copies(const SharedPart& part, LogWriter& writer) {
  auto unique = part->partition->deduplicator()->filter(part->batches, part->partition->log());
  if (!unique) return part_failed(*part, std::move(unique).error());
  if (!unique->batch) return submit(part, writer);
  part->compared_with = unique->generation;
  part->owned = *std::move(unique->batch);
  part->batches = {{part->owned, unique->last_offset_delta}};
  if (part->owned.empty()) return answer_copies_only(part, writer);
  submit(part, writer);
}

void ProduceOp::submit(const SharedPart& part, LogWriter& writer) {
  AppendJob job{part->partition, Append{part->batches}, {}};
  job.done = [self = shared_from_this(), part](const Result<std::int64_t>& stored) {
    self->part_stored(*part, stored);
  };
  writer.submit(std::move(job));
}

// They are stored when those are that they are copies of.
void ProduceOp::answer_copies_only(const SharedPart& part, LogWriter& writer) {
  writer.run([self = shared_from_this(), part] {
    self->part_stored(*part, part->partition->log().offsets().committed);
  });
}

// On the writer's thread.
void ProduceOp::part_stored(Part& part, const Result<std::int64_t>& stored) {
  auto* deduplicator = part.partition->deduplicator();
  if (!stored) {
    if (deduplicator) deduplicator->lost();
    part.result->error_code = storage_code(stored.error(), *part.partition);
  } else if (part.compared_with && *part.compared_with != deduplicator->generation()) {
    // What it was a copy of may be lost.
    part.result->error_code = wire::Code::storage_error;
  } else {
    part.result->base_offset = *stored;
  }
  part_done();
}

void ProduceOp::part_failed(Part& part, wire::ErrorCode code) {
  part.result->error_code = std::move(code);
  part_done();
}

void ProduceOp::part_done() {
  if (--left_ > 0) return;
  asio::post(connection_->executor(), [self = shared_from_this()] { self->answer(); });
}

void ProduceOp::answer() {
  const auto id = request_.header.correlation_id;
  connection_->send(id, wire::encode_response_frame(id, response_, request_.header.api_version));
  connection_->end_pending();
}

}  // namespace sluice::broker
