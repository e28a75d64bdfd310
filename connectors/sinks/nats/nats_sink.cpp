// SPDX-License-Identifier: Apache-2.0
#include "nats_sink.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "subject.hpp"

namespace sluice::nats {
namespace {

using common::nats_error;
using common::require_nats;
using StreamPtr = std::unique_ptr<jsStreamInfo, common::NatsDelete<&jsStreamInfo_Destroy>>;

constexpr std::int64_t window = 4'096;  // messages that wait for their acknowledgement

bool is_about_record(Errc code) {
  return code == Errc::malformed || code == Errc::record_too_large ||
         code == Errc::outside_rejected;
}

std::string name_of(const SinkRecord& record) {
  return "record " + std::to_string(record.offset.value) + " of partition " +
         std::to_string(record.partition.value);
}

}  // namespace

void NatsSink::open(SinkContext& context) {
  close();
  topic_ = context.topic();
  connection_ = common::connect_nats(options_.server, "sluice " + context.name(), false);
  jsOptions settings;
  jsOptions_Init(&settings);
  settings.PublishAsync.MaxPending = window;
  settings.PublishAsync.StallWait = options_.server.timeout.count();
  settings.PublishAsync.AckHandler = &PublishResults::on_answer;
  settings.PublishAsync.AckHandlerClosure = &results_;
  jetstream_ = common::jetstream_of(*connection_, options_.server, settings);
  require_stream(*jetstream_);
  context.connected();
}

void NatsSink::require_stream(jsCtx& jetstream) const {
  if (options_.stream.empty()) return;
  jsStreamInfo* found = nullptr;
  jsErrCode code{};
  const auto status = js_GetStreamInfo(&found, &jetstream, options_.stream.c_str(), nullptr, &code);
  const StreamPtr info(found);
  require_nats("the stream " + options_.stream, status, code);
}

void NatsSink::write(std::span<const SinkRecord> records) {
  results_.begin(records.size());
  // Nothing behind a record that is none for NATS: the user may want to stop there.
  std::size_t at = 0;
  while (at < records.size() && publish(records[at], at)) ++at;
  const bool whole = at == records.size();
  wait_for_answers();
  std::vector<RecordsRefused::Refused> refused;
  auto errors = results_.take();
  for (at = 0; at < errors.size(); ++at) {
    if (!errors[at]) continue;
    auto error = in_context(name_of(records[at]), std::move(*errors[at]));
    if (!is_about_record(error.code)) throw Failure(std::move(error));
    refused.push_back({at, std::move(error)});
  }
  if (refused.empty()) return;
  if (whole) throw RecordsRefused(std::move(refused));
  throw PartialWrite(refused.front().at, std::move(refused.front().error));
}

bool NatsSink::publish(const SinkRecord& record, std::size_t at) {
  auto subject = subject_of(options_, record);
  if (!subject.ok()) {
    results_.fail(at, subject.error());
    return false;
  }
  const auto limit = natsConnection_GetMaxPayload(connection_.get());
  if (limit > 0 && std::cmp_greater(record.value.size(), limit)) {
    results_.fail(
        at, nats_error("the server takes " + std::to_string(limit) + " bytes", NATS_MAX_PAYLOAD));
    return false;
  }
  auto message = make(subject.value(), record);
  const auto id = message_id(topic_, record);
  jsPubOptions how;
  jsPubOptions_Init(&how);
  how.MsgId = id.c_str();
  how.MaxWait = options_.server.timeout.count();
  if (!options_.stream.empty()) how.ExpectStream = options_.stream.c_str();
  natsMsg* const ours = message.get();
  natsMsg* given = message.release();
  results_.expect(ours, at);
  const auto status = js_PublishMsgAsync(jetstream_.get(), &given, &how);
  if (given != nullptr) message.reset(given);
  if (status == NATS_OK) return true;
  auto error = nats_error("publishing to " + subject.value(), status);
  results_.refused(ours, error);
  if (!is_about_record(error.code)) throw Failure(std::move(error));
  return false;
}

common::NatsMsgPtr NatsSink::make(const std::string& subject, const SinkRecord& record) const {
  natsMsg* made = nullptr;
  require_nats("a message", natsMsg_Create(&made, subject.c_str(), nullptr, record.value.data(),
                                           static_cast<int>(record.value.size())));
  common::NatsMsgPtr message(made);
  for (const auto& header : options_.headers) {
    require_nats("--header " + header.name,
                 natsMsgHeader_Add(made, header.name.c_str(), header.value.c_str()));
  }
  return message;
}

void NatsSink::wait_for_answers() {
  constexpr std::chrono::milliseconds look(100);
  auto until = std::chrono::steady_clock::now() + options_.server.timeout;
  std::size_t open = results_.open();
  while (!results_.wait(look)) {
    // A slow disk may take long over many: what counts is that answers come.
    if (const auto now_open = results_.open(); now_open < open) {
      open = now_open;
      until = std::chrono::steady_clock::now() + options_.server.timeout;
    }
    if (natsConnection_Status(connection_.get()) != NATS_CONN_STATUS_CONNECTED) {
      throw Failure(nats_error("waiting for the acknowledgements", NATS_CONNECTION_CLOSED));
    }
    if (std::chrono::steady_clock::now() >= until) {
      throw Failure(nats_error("waiting for the acknowledgements", NATS_TIMEOUT));
    }
  }
}

void NatsSink::close() {
  jetstream_.reset();
  connection_.reset();
}

void NatsSink::check(CheckContext& check) {
  auto server = options_.server;
  server.timeout = std::min(server.timeout, check.time_left());
  const auto connection = common::connect_nats(server, "sluice check", false);
  check.found("the server " + options_.server.url.redacted() + " takes us");
  jsOptions settings;
  jsOptions_Init(&settings);
  const auto jetstream = common::jetstream_of(*connection, server, settings);
  require_stream(*jetstream);
  if (!options_.stream.empty()) check.found("it has the stream " + options_.stream);
}

}  // namespace sluice::nats
