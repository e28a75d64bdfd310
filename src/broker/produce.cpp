// SPDX-License-Identifier: Apache-2.0
#include "broker/produce.hpp"

#include <utility>

#include <boost/asio/post.hpp>

#include "broker/produce_check.hpp"
#include "broker/smartmodule_gate.hpp"

namespace sluice::broker {

ProduceOp::ProduceOp(std::shared_ptr<Connection> connection, Request request,
                     wire::ProduceRequest body)
    : connection_(std::move(connection)), request_(std::move(request)), body_(std::move(body)) {}

// What the whole request gets instead of being handled; none mostly.
wire::ErrorCode ProduceOp::refusal() const {
  if (request_.fault) return *request_.fault;
  return refuse_smartmodules(body_.smartmodules).value_or(wire::ErrorCode{});
}

void ProduceOp::run(PartitionTable& partitions, LogWriter& writer) {
  connection_->begin_pending();
  response_.topics.reserve(body_.topics.size());
  for (const auto& topic : body_.topics) {
    auto& result = response_.topics.emplace_back();
    result.name = topic.name;
    check(partitions, topic, result);
  }
  left_ += waiting_.size();
  for (auto& [job, slot] : waiting_) {
    job.done = [self = shared_from_this(), result = slot,
                partition = job.partition](const Result<std::int64_t>& stored) {
      if (stored) {
        result->base_offset = *stored;
      } else {
        result->error_code = storage_code(stored.error(), *partition);
      }
      self->part_done();
    };
    writer.submit(std::move(job));
  }
  waiting_.clear();
  part_done();
}

void ProduceOp::check(PartitionTable& partitions, const wire::ProduceTopic& topic,
                      wire::ProduceTopicResult& result) {
  const auto refused = refusal();
  result.partitions.resize(topic.partitions.size());  // not moved from here on
  for (std::size_t i = 0; i < topic.partitions.size(); ++i) {
    const auto& wanted = topic.partitions[i];
    auto& part = result.partitions[i];
    part.partition = wanted.partition;
    part.error_code = refused;
    if (!refused.ok()) continue;
    auto partition = partitions.find(topic.name, wanted.partition);
    if (!partition) {
      part.error_code = wire::Code::not_leader_for_partition;
      continue;
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
      waiting_.push_back({AppendJob{std::move(partition), Append{*std::move(batches)}, {}}, &part});
    }
  }
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
