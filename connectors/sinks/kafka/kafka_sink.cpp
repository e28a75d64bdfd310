// SPDX-License-Identifier: Apache-2.0
#include "kafka_sink.hpp"

#include <algorithm>

#include "common/kafka/errors.hpp"
#include "common/kafka/record_json.hpp"
#include "common/token/token.hpp"
#include "topics.hpp"

namespace sluice::kafka {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds short_question{300};

bool is_about_a_record(Errc code) {
  return code == Errc::record_too_large || code == Errc::outside_rejected;
}

std::string place_of(const SinkRecord& record) {
  return "partition " + std::to_string(record.partition.value) + " offset " +
         std::to_string(record.offset.value);
}

void add_header(rd_kafka_headers_t* headers, const std::string& name,
                const std::optional<std::string>& value) {
  rd_kafka_header_add(headers, name.data(), static_cast<ssize_t>(name.size()),
                      value ? value->data() : nullptr,
                      value ? static_cast<ssize_t>(value->size()) : 0);
}

}  // namespace

KafkaSink::KafkaSink(KafkaSinkOptions options) : options_(std::move(options)) {
  if (is_transactional()) offsets_topic_ = offsets_topic(options_);
}

void KafkaSink::open(SinkContext& context) {
  context_ = &context;
  topic_ = options_.topic.empty() ? context.topic() : options_.topic;
  broken_ = connected_ = false;
  producer_.reset();
  try {
    producer_ = std::make_unique<Producer>(options_);
    open_topic();
    if (is_transactional()) open_offsets();
  } catch (const Failure& failure) {
    auto error = failure.error();
    // What has worked may work again; brokers that start or stop say strange things.
    const bool is_access = error.code == Errc::permission_denied || error.code == Errc::tls;
    if (is_access && was_connected_) error.code = Errc::outside_unavailable;
    throw Failure(std::move(error));
  }
  connected_ = was_connected_ = true;
  context.connected();
}

void KafkaSink::open_topic() {
  auto& client = producer_->client();
  const auto give_up = [this] { return context_->stopping(); };
  auto topic = client.topic(topic_, give_up);
  if (!topic.exists) {
    if (!options_.create_topic) {
      throw Failure(Errc::topic_not_found, "Kafka at " + client.brokers() + " has no topic " +
                                               topic_ +
                                               ": make it, or let it be made with --create-topic");
    }
    topic = create_topic(
        client,
        {.name = topic_, .partitions = options_.partitions, .replication = options_.replication},
        give_up);
  }
  if (options_.partition && *options_.partition >= topic.partitions) {
    throw Failure(Errc::invalid_config, "the topic " + topic_ + " of Kafka has " +
                                            std::to_string(topic.partitions) +
                                            " partitions, counted from 0, and no partition " +
                                            std::to_string(*options_.partition));
  }
}

void KafkaSink::open_offsets() {
  auto& client = producer_->client();
  const auto give_up = [this] { return context_->stopping(); };
  if (!client.topic(offsets_topic_, give_up).exists) {
    create_topic(client,
                 {.name = offsets_topic_,
                  .partitions = 1,
                  .replication = options_.replication,
                  .compacted = true},
                 give_up);
  } else if (const auto policy = cleanup_policy(client, offsets_topic_);
             policy && !keeps_newest(*policy)) {
    throw Failure(Errc::invalid_config,
                  "the topic " + offsets_topic_ + " has cleanup.policy=" + *policy +
                      ": its offsets would be removed one day, and all records written again; set "
                      "it to `compact` alone");
  }
  // Before we take the id: it would end the one that has taken it from us.
  if (!owner_.empty()) require_owner(read_offsets(ReadTo::first_open));
  // From here on no earlier instance can write, and what it did not commit is aborted.
  producer_->init_transactions();
  auto stored = read_offsets(ReadTo::end);
  if (!owner_.empty()) require_owner(stored);  // somebody may have been quick
  if (stored.topic != context_->topic()) {
    throw Failure(Errc::invalid_config, "the transactional id " + options_.transactional_id +
                                            " has offsets of the topic " + stored.topic +
                                            ", not of " + context_->topic() +
                                            ": give each topic its own --transactional-id");
  }
  stored_ = std::move(stored);
  if (owner_.empty()) become_owner();
}

StoredOffsets KafkaSink::read_offsets(ReadTo until) const {
  const auto text =
      newest_value(options_.connection, offsets_topic_, options_.transactional_id, until);
  if (!text) return {.topic = context_->topic(), .owner = {}, .last = {}};
  auto stored = parse_offsets(*text);
  if (!stored.ok()) throw Failure(in_context(offsets_topic_, stored.error()));
  return std::move(stored).value();
}

void KafkaSink::require_owner(const StoredOffsets& stored) const {
  if (stored.owner == owner_) return;
  throw Failure(Errc::already_running,
                "another instance works with the transactional id " + options_.transactional_id +
                    " since this one started, or its offsets were removed: the newest record of "
                    "the id in " +
                    offsets_topic_ + " is not ours; give each instance an id of its own");
}

void KafkaSink::become_owner() {
  stored_.owner = common::new_token();
  write_transaction({});
  owner_ = stored_.owner;
}

std::optional<std::map<PartitionId, Offset>> KafkaSink::stored_offsets() {
  if (!is_transactional()) return std::nullopt;
  return stored_.last;
}

Headers KafkaSink::headers_of(const SinkRecord& record) const {
  if (options_.headers.empty() && !options_.provenance) return nullptr;
  Headers headers(rd_kafka_headers_new(options_.headers.size() + 3));
  for (const auto& [name, value] : options_.headers) add_header(headers.get(), name, value);
  if (options_.provenance) {
    add_header(headers.get(), "fluvio-topic", context_->topic());
    add_header(headers.get(), "fluvio-partition", std::to_string(record.partition.value));
    add_header(headers.get(), "fluvio-offset", std::to_string(record.offset.value));
  }
  return headers;
}

// Throws: `malformed`.
rd_kafka_resp_err_t KafkaSink::send(const SinkRecord& record, std::size_t number) {
  Message message{.topic = topic_, .partition = options_.partition.value_or(RD_KAFKA_PARTITION_UA)};
  message.timestamp = record.timestamp;
  message.headers = headers_of(record);
  if (options_.format == RecordFormat::value) {
    message.key = record.key;
    message.value = record.value;
    if (record.value.empty() && options_.empty_value == EmptyValue::tombstone) {
      message.value.reset();
    }
    return producer_->send(number, std::move(message));
  }
  auto parsed = common::parse_record_json(record.value);
  if (!parsed.ok()) throw Failure(in_context(place_of(record), parsed.error()));
  const auto& content = parsed.value();
  message.key = content.key;
  message.value = content.value;
  if (content.timestamp) message.timestamp = *content.timestamp;
  if (!content.headers.empty() && !message.headers) message.headers.reset(rd_kafka_headers_new(8));
  for (const auto& header : content.headers) {
    add_header(message.headers.get(), header.name, header.value);
  }
  return producer_->send(number, std::move(message));
}

bool KafkaSink::is_stored(const SinkRecord& record) const {
  const auto last = stored_.last.find(record.partition);
  return last != stored_.last.end() && record.offset <= last->second;
}

std::size_t KafkaSink::send_all(Records records, std::optional<Error>& stop) {
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (is_stored(records[i])) continue;
    rd_kafka_resp_err_t code{};
    try {
      code = send(records[i], i);
    } catch (const Failure& failure) {
      stop = failure.error();
      return i;
    }
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) continue;
    const auto error = error_at(records, i, code);
    // Others can still be written; in a transaction nothing can.
    if (error.code == Errc::record_too_large && !is_transactional()) continue;
    stop = error;
    return i;
  }
  return records.size();
}

void KafkaSink::await() {
  producer_->await([this] { return context_->stopping(); });
}

Error KafkaSink::error_at(Records records, std::size_t at, rd_kafka_resp_err_t code) const {
  auto error = common::kafka_error(place_of(records[at]) + " to " + topic_, code);
  return error.retryable() ? producer_->client().with_cause(std::move(error)) : error;
}

void KafkaSink::write(Records records) {
  if (broken_) throw Failure(Errc::outside_unavailable, "a transaction could not be aborted");
  if (is_transactional()) {
    // Another instance may have been further than the batch in hand.
    const auto is_done = [this](const SinkRecord& record) { return is_stored(record); };
    if (!std::ranges::all_of(records, is_done)) write_transaction(records);
  } else {
    write_plain(records);
  }
  if (!connected_) {
    connected_ = true;
    context_->connected();
  }
}

void KafkaSink::write_plain(Records records) {
  producer_->begin_batch(records.size());
  std::optional<Error> stop;
  const auto sent = send_all(records, stop);
  await();
  settle(records, sent, std::move(stop));
}

void KafkaSink::settle(Records records, std::size_t sent, std::optional<Error> stop) {
  producer_->client().throw_if_fatal();  // then no result is about its record
  std::vector<std::size_t> refused;
  for (std::size_t i = 0; i < sent; ++i) {
    const auto code = producer_->result(i);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) continue;
    if (is_about_a_record(common::kafka_errc(code))) {
      refused.push_back(i);
      continue;
    }
    const auto whole = refused.empty() ? i : refused.front();
    throw PartialWrite(whole, error_at(records, i, code), i);
  }
  if (stop) {
    const auto whole = refused.empty() ? sent : refused.front();
    throw PartialWrite(whole, std::move(*stop), sent);
  }
  if (!refused.empty()) send_again(records, refused);
}

// A broker refuses whole batches of its own for one record: each gets a chance alone.
void KafkaSink::send_again(Records records, const std::vector<std::size_t>& refused) {
  std::vector<RecordsRefused::Refused> out;
  for (const auto at : refused) {
    producer_->begin_batch(records.size());
    (void)send(records[at], at);  // its result is kept
    await();
    const auto code = producer_->result(at);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) continue;
    auto error = error_at(records, at, code);
    // All before it are there, but for those that are refused.
    if (!is_about_a_record(error.code)) throw PartialWrite(refused.front(), std::move(error), at);
    out.push_back({.at = at, .error = std::move(error)});
  }
  if (!out.empty()) throw RecordsRefused(std::move(out));
}

void KafkaSink::write_transaction(Records records) {
  const auto begun = Clock::now();
  try {
    producer_->begin_transaction();
    send_and_commit(records);
  } catch (const Failure& failure) {
    broken_ = !producer_->abort_transaction();
    const bool fenced = failure.code() == Errc::already_running;
    // Then it was the coordinator, which gave up our transaction for its age.
    if (fenced && Clock::now() - begun >= options_.transaction_timeout) {
      throw Failure(
          Errc::outside_unavailable,
          std::string("the transaction took longer than --transaction-timeout: ") + failure.what());
    }
    if (fenced) {
      throw Failure(Errc::already_running, "another instance works with the transactional id " +
                                               options_.transactional_id + ": " + failure.what());
    }
    throw;
  }
}

void KafkaSink::send_and_commit(Records records) {
  producer_->begin_batch(records.size() + 1);
  std::optional<Error> stop;
  const auto sent = send_all(records, stop);
  if (stop) throw PartialWrite(0, std::move(*stop), sent);
  auto after = stored_;
  for (const auto& record : records) {
    if (!is_stored(record)) after.last[record.partition] = record.offset;
  }
  const std::string text = format_offsets(after);
  const auto code = producer_->send(
      records.size(),
      {.topic = offsets_topic_, .partition = 0, .key = options_.transactional_id, .value = text});
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    throw Failure(common::kafka_error("the offsets to " + offsets_topic_, code));
  }
  await();
  producer_->client().throw_if_fatal();
  std::vector<std::size_t> failed;
  for (std::size_t i = 0; i <= records.size(); ++i) {
    if (producer_->result(i) != RD_KAFKA_RESP_ERR_NO_ERROR) failed.push_back(i);
  }
  if (!failed.empty()) {
    const auto at = failed.front();
    if (at == records.size()) {
      throw Failure(common::kafka_error("the offsets to " + offsets_topic_, producer_->result(at)));
    }
    auto error = error_at(records, at, producer_->result(at));
    if (failed.size() == 1) throw PartialWrite(0, std::move(error), at);
    throw Failure(std::move(error));
  }
  producer_->commit_transaction();
  stored_ = std::move(after);
}

void KafkaSink::look_at_link() {
  if (auto loss = producer_->client().take_loss()) {
    connected_ = false;
    context_->disconnected(*loss);
  } else if (!connected_ && producer_->client().answers(short_question)) {
    connected_ = true;
    context_->connected();
  }
}

void KafkaSink::idle() {
  if (!producer_) return;
  rd_kafka_poll(producer_->client().get(), 0);
  producer_->client().throw_if_fatal();
  look_at_link();
}

void KafkaSink::close() {
  producer_.reset();
}

void KafkaSink::check(CheckContext& check) {
  const auto is_late = [&] { return check.time_left().count() == 0; };
  topic_ = options_.topic.empty() ? check.topic() : options_.topic;
  auto options = options_;
  options.transactional_id.clear();
  options.connection.connect_timeout =
      std::min(options.connection.connect_timeout, check.time_left());
  Producer producer(options);
  auto& client = producer.client();
  const auto topic = client.topic(topic_, is_late);
  if (!topic.exists && !options_.create_topic) {
    throw Failure(Errc::topic_not_found, "Kafka at " + client.brokers() + " has no topic " +
                                             topic_ +
                                             ": make it, or let it be made with --create-topic");
  }
  if (options_.partition && topic.exists && *options_.partition >= topic.partitions) {
    throw Failure(Errc::invalid_config, "the topic " + topic_ + " has no partition " +
                                            std::to_string(*options_.partition));
  }
  check.found(topic.exists ? "the brokers " + client.brokers() + " let us in; the topic " + topic_ +
                                 " has " + std::to_string(topic.partitions) + " partitions"
                           : "the brokers " + client.brokers() + " let us in; the topic " + topic_ +
                                 " will be made");
  if (is_transactional()) {
    check.found("the offsets are kept in " + offsets_topic_ +
                (client.topic(offsets_topic_, is_late).exists ? "" : ", which will be made"));
  }
}

}  // namespace sluice::kafka
