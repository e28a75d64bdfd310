// SPDX-License-Identifier: Apache-2.0
#include "consumer.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <sys/eventfd.h>
#include <unistd.h>

#include "common/kafka/errors.hpp"

namespace sluice::kafka {
namespace {

using Clock = std::chrono::steady_clock;
using Queue = std::unique_ptr<rd_kafka_queue_t, decltype(&rd_kafka_queue_destroy)>;

constexpr std::chrono::milliseconds last_wait{3'000};  // for a commit, for leaving
constexpr int poll_ms = 50;
constexpr std::int64_t heartbeats = 4;  // in a session

using RebalanceCallback = void (*)(rd_kafka_t*, rd_kafka_resp_err_t,
                                   rd_kafka_topic_partition_list_t*, void*);

// librdkafka warns in its log when it passes over something.
std::string reset_of(Gap gap) {
  return gap == Gap::stop ? "error" : std::get<std::string>(option_value<Gap>::to(gap));
}

common::KafkaConf conf_of(const KafkaSourceOptions& options, RebalanceCallback on_rebalance,
                          RebalanceCallback on_commit) {
  common::KafkaConf conf(options.connection);
  const auto fetch = static_cast<std::int64_t>(options.fetch_bytes_per_partition.bytes);
  const auto buffer = static_cast<std::int64_t>(options.buffer_size.bytes);
  conf.set("group.id", options.group)
      .set("isolation.level",
           std::get<std::string>(option_value<IsolationLevel>::to(options.isolation)))
      .set("enable.auto.commit", "false")
      .set("enable.auto.offset.store", "false")
      // Only for offsets that are gone: where a partition begins is said by `resolve`.
      .set("auto.offset.reset", reset_of(options.on_gap))
      .set("fetch.message.max.bytes", fetch)
      .set("fetch.max.bytes", std::max(buffer, fetch))
      .set("queued.max.messages.kbytes", std::max<std::int64_t>(buffer / 1'024, 1));
  const auto session = options.session_timeout.count();
  conf.set("session.timeout.ms", session)
      .set("heartbeat.interval.ms", std::max<std::int64_t>(session / heartbeats, 1));
  if (!options.instance.empty()) conf.set("group.instance.id", options.instance);
  rd_kafka_conf_set_rebalance_cb(conf.get(), on_rebalance);
  rd_kafka_conf_set_offset_commit_cb(conf.get(), on_commit);
  return conf;
}

std::span<rd_kafka_topic_partition_t> each(const rd_kafka_topic_partition_list_t& list) {
  return {list.elems, static_cast<std::size_t>(list.cnt)};
}

Partitions list_of(const std::vector<CommitOffset>& offsets) {
  Partitions list(rd_kafka_topic_partition_list_new(static_cast<int>(offsets.size())));
  for (const auto& offset : offsets) {
    rd_kafka_topic_partition_list_add(list.get(), offset.topic.c_str(), offset.partition)->offset =
        offset.next;
  }
  return list;
}

}  // namespace

Consumer::Consumer(const KafkaSourceOptions& options, ConsumerEvents& events)
    : events_(events),
      start_(parse_start(options.start).value_or(Earliest{})),
      chosen_(options.partitions),
      fd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
      client_(conf_of(options, &Consumer::on_rebalance, &Consumer::on_commit),
              {.type = RD_KAFKA_CONSUMER,
               .owner = this,
               .timeout = options.connection.connect_timeout}) {}

Consumer::~Consumer() {
  if (joined_) {
    const Queue queue(rd_kafka_queue_get_consumer(client_.get()), &rd_kafka_queue_destroy);
    rd_kafka_queue_io_event_enable(queue.get(), -1, nullptr, 0);
  }
  ::close(fd_);
}

void Consumer::find(const std::vector<std::string>& topics,
                    const common::KafkaClient::GiveUp& give_up) {
  for (const auto& topic : topics) {
    const auto found = client_.topic(topic, give_up);
    if (!found.exists) {
      throw Failure(Errc::topic_not_found,
                    "Kafka at " + client_.brokers() + " has no topic " + topic);
    }
    for (const auto partition : chosen_) {
      if (partition < found.partitions) continue;
      throw Failure(Errc::partition_not_found,
                    "the topic " + topic + " of Kafka has " + std::to_string(found.partitions) +
                        " partitions, counted from 0, and no partition " +
                        std::to_string(partition));
    }
  }
}

void Consumer::begin(const std::vector<std::string>& topics) {
  rd_kafka_poll_set_consumer(client_.get());
  joined_ = true;
  const Queue queue(rd_kafka_queue_get_consumer(client_.get()), &rd_kafka_queue_destroy);
  constexpr std::uint64_t one = 1;
  rd_kafka_queue_io_event_enable(queue.get(), fd_, &one, sizeof one);
  const Partitions list(rd_kafka_topic_partition_list_new(static_cast<int>(topics.size())));
  if (chosen_.empty()) {
    for (const auto& topic : topics) {
      rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), RD_KAFKA_PARTITION_UA);
    }
    if (const auto code = rd_kafka_subscribe(client_.get(), list.get())) {
      throw Failure(common::kafka_error("subscribing", code));
    }
    return;
  }
  for (const auto partition : chosen_) {
    rd_kafka_topic_partition_list_add(list.get(), topics.front().c_str(), partition);
  }
  resolve(*list);
  events_.assigned(*list);
  if (const auto code = rd_kafka_assign(client_.get(), list.get())) {
    throw Failure(common::kafka_error("taking the partitions", code));
  }
}

Message Consumer::poll() {
  std::uint64_t ignored = 0;
  (void)!::read(fd_, &ignored, sizeof ignored);
  Message message(rd_kafka_consumer_poll(client_.get(), 0));
  throw_what_was_thrown();
  return message;
}

void Consumer::throw_what_was_thrown() {
  if (thrown_) std::rethrow_exception(std::exchange(thrown_, nullptr));
}

void Consumer::on_rebalance(rd_kafka_t* /*handle*/, rd_kafka_resp_err_t code,
                            rd_kafka_topic_partition_list_t* partitions, void* opaque) {
  static_cast<Consumer*>(common::KafkaClient::owner_of(opaque))->rebalance(code, partitions);
}

// Called from C: nothing may be thrown through it.
void Consumer::rebalance(rd_kafka_resp_err_t code, rd_kafka_topic_partition_list_t* partitions) {
  const std::string_view protocol(rd_kafka_rebalance_protocol(client_.get()));
  const bool cooperative = protocol == "COOPERATIVE";
  if (code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
    try {
      resolve(*partitions);
      events_.assigned(*partitions);
      assign(partitions);
    } catch (...) {
      thrown_ = std::current_exception();
      if (!cooperative) rd_kafka_assign(client_.get(), nullptr);
    }
    return;
  }
  try {
    const bool lost = rd_kafka_assignment_lost(client_.get()) != 0;
    events_.revoked(*partitions, lost);
  } catch (...) {
    thrown_ = std::current_exception();
  }
  if (cooperative && code == RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS) {
    if (auto* const error = rd_kafka_incremental_unassign(client_.get(), partitions)) {
      rd_kafka_error_destroy(error);
    }
  } else {
    rd_kafka_assign(client_.get(), nullptr);
  }
}

void Consumer::assign(rd_kafka_topic_partition_list_t* partitions) {
  if (std::string_view(rd_kafka_rebalance_protocol(client_.get())) == "COOPERATIVE") {
    if (auto* const error = rd_kafka_incremental_assign(client_.get(), partitions)) {
      throw Failure(common::kafka_error("taking the partitions", error));
    }
  } else if (const auto code = rd_kafka_assign(client_.get(), partitions)) {
    throw Failure(common::kafka_error("taking the partitions", code));
  }
  if (paused_) rd_kafka_pause_partitions(client_.get(), partitions);
}

void Consumer::resolve(rd_kafka_topic_partition_list_t& partitions) {
  if (partitions.cnt == 0) return;
  if (const auto code = rd_kafka_committed(client_.get(), &partitions, timeout_ms())) {
    throw Failure(client_.with_cause(common::kafka_error("asking for the group's offsets", code)));
  }
  std::vector<CommitOffset> begun;
  for (auto& partition : each(partitions)) {
    if (partition.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      throw Failure(common::kafka_error("asking for the group's offsets", partition.err));
    }
    if (partition.offset >= 0) continue;
    partition.offset = start_of(partition);
    if (partition.offset >= 0) {
      begun.push_back({partition.topic, partition.partition, partition.offset});
    }
  }
  // So that a restart before the first record does not begin anew, behind what came meanwhile.
  if (!begun.empty()) commit_now(begun);
}

std::int64_t Consumer::start_of(const rd_kafka_topic_partition_t& partition) const {
  if (std::holds_alternative<Earliest>(start_)) return RD_KAFKA_OFFSET_BEGINNING;
  if (const auto* const time = std::get_if<std::chrono::milliseconds>(&start_)) {
    const auto found = offset_at(partition, *time);
    if (found >= 0) return found;
  }
  std::int64_t low = 0;
  std::int64_t high = 0;
  const auto code = rd_kafka_query_watermark_offsets(
      client_.get(), partition.topic, partition.partition, &low, &high, timeout_ms());
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    throw Failure(client_.with_cause(common::kafka_error("asking for the newest offset", code)));
  }
  return high;
}

// -1 when there is no record at that time or later.
std::int64_t Consumer::offset_at(const rd_kafka_topic_partition_t& partition,
                                 std::chrono::milliseconds time) const {
  const Partitions list(rd_kafka_topic_partition_list_new(1));
  auto* const item =
      rd_kafka_topic_partition_list_add(list.get(), partition.topic, partition.partition);
  item->offset = time.count();
  const auto code = rd_kafka_offsets_for_times(client_.get(), list.get(), timeout_ms());
  const auto failed = code != RD_KAFKA_RESP_ERR_NO_ERROR ? code : list->elems[0].err;
  if (failed != RD_KAFKA_RESP_ERR_NO_ERROR) {
    throw Failure(
        client_.with_cause(common::kafka_error("asking for the offset of a time", failed)));
  }
  return list->elems[0].offset;
}

void Consumer::set_paused(bool paused) {
  if (paused == paused_) return;
  paused_ = paused;
  rd_kafka_topic_partition_list_t* list = nullptr;
  if (rd_kafka_assignment(client_.get(), &list) != RD_KAFKA_RESP_ERR_NO_ERROR) return;
  const Partitions owner(list);
  if (paused) {
    rd_kafka_pause_partitions(client_.get(), list);
  } else {
    rd_kafka_resume_partitions(client_.get(), list);
  }
}

void Consumer::commit_soon(const std::vector<CommitOffset>& offsets) {
  if (offsets.empty()) return;
  const auto list = list_of(offsets);
  const auto code = rd_kafka_commit(client_.get(), list.get(), 1);
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) heard_commit(code, list.get());
}

void Consumer::commit_now(const std::vector<CommitOffset>& offsets) {
  if (offsets.empty()) return;
  const auto list = list_of(offsets);
  // A queue of its own: the wait has a limit, and nothing else is served in it.
  const Queue queue(rd_kafka_queue_new(client_.get()), &rd_kafka_queue_destroy);
  struct Answer {
    Consumer* self;
    bool came = false;
  } answer{.self = this};
  const auto heard = [](rd_kafka_t*, rd_kafka_resp_err_t code,
                        rd_kafka_topic_partition_list_t* list, void* opaque) {
    auto& its = *static_cast<Answer*>(opaque);
    its.came = true;
    its.self->heard_commit(code, list);
  };
  const auto code = rd_kafka_commit_queue(client_.get(), list.get(), queue.get(), heard, &answer);
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return heard_commit(code, list.get());
  const auto until = Clock::now() + last_wait;
  while (!answer.came && Clock::now() < until) rd_kafka_queue_poll_callback(queue.get(), poll_ms);
  if (!answer.came) heard_commit(RD_KAFKA_RESP_ERR__TIMED_OUT, list.get());
}

void Consumer::on_commit(rd_kafka_t* /*handle*/, rd_kafka_resp_err_t code,
                         rd_kafka_topic_partition_list_t* offsets, void* opaque) {
  static_cast<Consumer*>(common::KafkaClient::owner_of(opaque))->heard_commit(code, offsets);
}

void Consumer::heard_commit(rd_kafka_resp_err_t code,
                            const rd_kafka_topic_partition_list_t* offsets) {
  if (offsets == nullptr || code == RD_KAFKA_RESP_ERR__NO_OFFSET) return;
  try {
    for (const auto& offset : each(*offsets)) {
      const auto its = code != RD_KAFKA_RESP_ERR_NO_ERROR ? code : offset.err;
      if (its == RD_KAFKA_RESP_ERR_NO_ERROR) continue;
      events_.commit_failed(offset.topic, offset.partition, its);
    }
  } catch (...) {
    thrown_ = std::current_exception();
  }
}

void Consumer::close() {
  if (!joined_) return;
  const Queue queue(rd_kafka_queue_new(client_.get()), &rd_kafka_queue_destroy);
  if (auto* const error = rd_kafka_consumer_close_queue(client_.get(), queue.get())) {
    rd_kafka_error_destroy(error);
    return;
  }
  const auto until = Clock::now() + last_wait;
  while (rd_kafka_consumer_closed(client_.get()) == 0 && Clock::now() < until) {
    // Callbacks are served in it; messages that were fetched ahead are somebody else's now.
    const Message unread(rd_kafka_consume_queue(queue.get(), poll_ms));
  }
}

}  // namespace sluice::kafka
