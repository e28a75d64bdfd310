// SPDX-License-Identifier: Apache-2.0
#include "nats_source.hpp"

#include <algorithm>
#include <cstdlib>
#include <memory>

#include <sluice/connector/log.hpp>

#include "record.hpp"

namespace sluice::nats {
namespace {

using common::require_nats;
using InfoPtr = std::unique_ptr<jsConsumerInfo, common::NatsDelete<&jsConsumerInfo_Destroy>>;
using StreamPtr = std::unique_ptr<jsStreamInfo, common::NatsDelete<&jsStreamInfo_Destroy>>;

constexpr std::int64_t pause_ms = 100;  // how long the kit waits for us at most
constexpr int fetch_count = 256;
constexpr std::int64_t nanoseconds = 1'000'000;  // in a millisecond

// A name of a consumer has no dots and no blanks.
std::string durable_name(const SourceOptions& options, const std::string& name) {
  if (!options.durable.empty()) return options.durable;
  auto out = "sluice-" + name;
  std::ranges::replace_if(
      out, [](char c) { return std::string_view(" .*>/\\\t").contains(c); }, '_');
  return out;
}

std::vector<std::pair<std::string, std::string>> headers_of(natsMsg& message) {
  std::vector<std::pair<std::string, std::string>> out;
  const char** keys = nullptr;
  int count = 0;
  if (natsMsgHeader_Keys(&message, &keys, &count) != NATS_OK) return out;
  for (int i = 0; i < count; ++i) {
    const char** values = nullptr;
    int value_count = 0;
    if (natsMsgHeader_Values(&message, keys[i], &values, &value_count) != NATS_OK) continue;
    for (int j = 0; j < value_count; ++j) out.emplace_back(keys[i], values[j]);
    std::free(values);
  }
  std::free(keys);
  std::ranges::sort(out, {}, &std::pair<std::string, std::string>::first);
  return out;
}

std::uint64_t number_of(const Position& position) {
  return std::strtoull(position.bytes.c_str(), nullptr, 10);
}

}  // namespace

PositionKeeper NatsSource::position_keeper() const {
  return options_.stream.empty() ? PositionKeeper::nobody : PositionKeeper::outside;
}

void NatsSource::run(SourceContext& stream) {
  open(stream);
  while (stream.dispatch() && wait_for_room(stream)) {
    report_state(stream);
    options_.stream.empty() ? receive_core(stream) : receive_jetstream(stream);
    if (!options_.stream.empty()) say_in_progress();
  }
  stream.flush();  // brings the last acknowledgements
  natsConnection_FlushTimeout(connection_.get(), options_.server.timeout.count());
}

void NatsSource::open(SourceContext& stream) {
  subscription_.reset();
  pull_.reset();
  jetstream_.reset();
  waiting_.clear();
  connection_ = common::connect_nats(options_.server, "sluice " + stream.name(), true);
  if (options_.stream.empty()) {
    subscribe_core();
  } else {
    subscribe_jetstream(durable_name(options_, stream.name()));
  }
  progress_at_ = Clock::now();
  up_ = true;
  stream.connected();
}

void NatsSource::make_consumer(jsCtx& jetstream, const std::string& durable) const {
  jsConsumerConfig config;
  jsConsumerConfig_Init(&config);
  config.Durable = durable.c_str();
  config.FilterSubject = options_.subject.c_str();
  config.AckPolicy = js_AckExplicit;
  config.AckWait = options_.ack_wait.count() * nanoseconds;
  config.MaxAckPending = options_.max_ack_pending;
  config.DeliverPolicy = options_.start == Start::end ? js_DeliverNew : js_DeliverAll;
  if (options_.start_sequence) {
    config.DeliverPolicy = js_DeliverByStartSequence;
    config.OptStartSeq = *options_.start_sequence;
  }
  jsErrCode code{};
  jsConsumerInfo* made = nullptr;
  const auto status =
      js_AddConsumer(&made, &jetstream, options_.stream.c_str(), &config, nullptr, &code);
  const InfoPtr info(made);
  require_nats("making the consumer " + durable + " of the stream " + options_.stream, status,
               code);
}

void NatsSource::require_fitting(const jsConsumerConfig& config, const std::string& durable) const {
  const std::string_view filter = config.FilterSubject != nullptr ? config.FilterSubject : "";
  const char* problem = nullptr;
  if (config.AckPolicy != js_AckExplicit) problem = "does not acknowledge each message by itself";
  if (config.DeliverSubject != nullptr) problem = "pushes its messages";
  if (filter != options_.subject) problem = "was made for another --subject";
  if (problem == nullptr) return;
  throw Failure(Errc::invalid_config,
                "the consumer " + durable + ' ' + problem + ": choose another --durable");
}

void NatsSource::subscribe_jetstream(const std::string& durable) {
  jsOptions settings;
  jsOptions_Init(&settings);
  jetstream_ = common::jetstream_of(*connection_, options_.server, settings);
  jsErrCode code{};
  jsConsumerInfo* found = nullptr;
  auto status = js_GetConsumerInfo(&found, jetstream_.get(), options_.stream.c_str(),
                                   durable.c_str(), nullptr, &code);
  const InfoPtr info(found);
  if (status == NATS_NOT_FOUND && code == JSConsumerNotFoundErr) {
    make_consumer(*jetstream_, durable);
    ack_wait_ms_ = options_.ack_wait.count();
  } else {
    require_nats("the stream " + options_.stream, status, code);
    require_fitting(*info->Config, durable);
    ack_wait_ms_ = std::max<std::int64_t>(info->Config->AckWait / nanoseconds, 1'000);
  }
  pull_.emplace(*connection_, options_.stream, durable);
}

void NatsSource::subscribe_core() {
  natsSubscription* made = nullptr;
  const auto* const subject = options_.subject.c_str();
  const auto status = options_.queue_group.empty()
                          ? natsConnection_SubscribeSync(&made, connection_.get(), subject)
                          : natsConnection_QueueSubscribeSync(&made, connection_.get(), subject,
                                                              options_.queue_group.c_str());
  subscription_.reset(made);
  require_nats("subscribing to " + options_.subject, status);
  constexpr int messages_max = 65'536;
  constexpr int bytes_max = 64 << 20;
  natsSubscription_SetPendingLimits(made, messages_max, bytes_max);
  dropped_ = 0;
  // A refused subscription is told by the server behind this.
  require_nats("subscribing to " + options_.subject,
               natsConnection_FlushTimeout(connection_.get(), options_.server.timeout.count()));
}

void NatsSource::receive_jetstream(SourceContext& stream) {
  if (!up_) {  // the library comes back by itself
    stream.wait(std::chrono::milliseconds(pause_ms));
    return;
  }
  const auto messages = pull_->receive(std::chrono::milliseconds(pause_ms));
  // All of them are ours from now on, sent or not.
  auto number = number_;
  for (const auto& message : messages) {
    waiting_.push_back({++number, natsMsg_GetReply(message.get())});
  }
  for (const auto& message : messages) {
    if (!wait_for_room(stream)) return;  // what is not sent comes again
    deliver(stream, *message);
  }
}

void NatsSource::receive_core(SourceContext& stream) {
  natsMsg* got = nullptr;
  auto status = natsSubscription_NextMsg(&got, subscription_.get(), pause_ms);
  for (int i = 0; status == NATS_OK && i < fetch_count; ++i) {
    const common::NatsMsgPtr message(got);
    deliver(stream, *message);
    status = natsSubscription_NextMsg(&got, subscription_.get(), 1);
  }
  if (status == NATS_SLOW_CONSUMER) status = NATS_OK;  // told once; counted below
  report_dropped(stream);
  if (status != NATS_OK && status != NATS_TIMEOUT) {
    require_nats("subscription to " + options_.subject, status);
  }
}

void NatsSource::deliver(SourceContext& stream, natsMsg& message) {
  ++number_;
  const std::string_view data(natsMsg_GetData(&message),
                              static_cast<std::size_t>(natsMsg_GetDataLength(&message)));
  MessageView view{
      .subject = natsMsg_GetSubject(&message), .reply = {}, .data = data, .headers = {}};
  const char* const reply = natsMsg_GetReply(&message);
  const bool core = options_.stream.empty();
  if (core && reply != nullptr) view.reply = reply;
  RecordRef record{.key = {}, .value = data};
  if (options_.key == Key::subject) record.key = view.subject;
  if (options_.layout == Layout::json) {
    if (options_.headers) view.headers = headers_of(message);
    write_record(room_, view, options_.headers);
    record.value = room_;
  }
  std::optional<Position> position;
  if (!core) position = Position{std::to_string(number_)};
  stream.send(record, std::move(position));
}

bool NatsSource::wait_for_room(SourceContext& stream) {
  while (!stream.has_room()) {
    if (!stream.wait(std::chrono::milliseconds(pause_ms))) return false;
    if (!options_.stream.empty()) say_in_progress();
    report_state(stream);
  }
  return true;
}

void NatsSource::acknowledged(const Position& position) {
  const auto number = number_of(position);
  while (!waiting_.empty() && waiting_.front().number <= number) {
    answer(waiting_.front().reply, "+ACK");
    waiting_.pop_front();
  }
}

void NatsSource::answer(const std::string& reply, const char* text) const {
  if (!reply.empty()) natsConnection_PublishString(connection_.get(), reply.c_str(), text);
}

void NatsSource::say_in_progress() {
  const auto now = Clock::now();
  if (now - progress_at_ < std::chrono::milliseconds(ack_wait_ms_ / 3)) return;
  progress_at_ = now;
  for (const auto& one : waiting_) answer(one.reply, "+WPI");
}

void NatsSource::report_state(SourceContext& stream) {
  const bool up = natsConnection_Status(connection_.get()) == NATS_CONN_STATUS_CONNECTED;
  if (up == up_) return;
  up_ = up;
  if (up) return stream.connected();
  const char* text = nullptr;
  const auto status = natsConnection_GetLastError(connection_.get(), &text);
  stream.disconnected(common::nats_error(
      "the connection is lost", status == NATS_OK ? NATS_CONNECTION_DISCONNECTED : status));
}

void NatsSource::report_dropped(SourceContext& stream) {
  std::int64_t dropped = 0;
  if (natsSubscription_GetDropped(subscription_.get(), &dropped) != NATS_OK) return;
  const auto fresh = dropped - std::exchange(dropped_, dropped);
  if (fresh <= 0) return;
  for (std::int64_t i = 0; i < fresh; ++i) stream.filtered("slow consumer");
  log_line(LogLevel::warn, "nats",
           std::to_string(fresh) +
               " messages came faster than the topic takes them, and are lost: read a --stream");
}

void NatsSource::check(CheckContext& check) {
  auto server = options_.server;
  server.timeout = std::min(server.timeout, check.time_left());
  const auto connection = common::connect_nats(server, "sluice check", false);
  check.found("the server " + options_.server.url.redacted() + " takes us");
  if (options_.stream.empty()) return;
  jsOptions settings;
  jsOptions_Init(&settings);
  const auto jetstream = common::jetstream_of(*connection, server, settings);
  jsStreamInfo* found = nullptr;
  jsErrCode code{};
  const auto status =
      js_GetStreamInfo(&found, jetstream.get(), options_.stream.c_str(), nullptr, &code);
  const StreamPtr info(found);
  require_nats("the stream " + options_.stream, status, code);
  check.found("the stream " + options_.stream + " has " + std::to_string(info->State.Msgs) +
              " messages");
}

}  // namespace sluice::nats
