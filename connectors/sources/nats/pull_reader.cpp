// SPDX-License-Identifier: Apache-2.0
#include "pull_reader.hpp"

#include <utility>

namespace sluice::nats {
namespace {

using common::NatsMsgPtr;
using common::require_nats;
using std::chrono::milliseconds;
using Inbox = std::unique_ptr<natsInbox, common::NatsDelete<&natsInbox_Destroy>>;

constexpr int batch = 256;
// No message can be larger, so that one always comes.
constexpr int batch_bytes = 64 << 20;
constexpr std::chrono::seconds request_age_max{30};
// For the word that the request has ended; when it does not come, it is asked again.
constexpr std::chrono::seconds grace{2};

std::string header_of(natsMsg& message, const char* name) {
  const char* value = nullptr;
  return natsMsgHeader_Get(&message, name, &value) == NATS_OK && value != nullptr ? value : "";
}

}  // namespace

PullReader::PullReader(natsConnection& connection, std::string stream, const std::string& consumer)
    : connection_(connection),
      stream_(std::move(stream)),
      request_subject_("$JS.API.CONSUMER.MSG.NEXT." + stream_ + '.' + consumer) {
  natsStatistics* statistics = nullptr;
  require_nats("reading the stream " + stream_, natsStatistics_Create(&statistics));
  statistics_.reset(statistics);
  natsInbox* name = nullptr;
  require_nats("reading the stream " + stream_, natsInbox_Create(&name));
  inbox_ = Inbox(name).get();
  natsSubscription* made = nullptr;
  const auto status = natsConnection_SubscribeSync(&made, &connection_, inbox_.c_str());
  subscription_.reset(made);
  require_nats("reading the stream " + stream_, status);
  // What is asked for is the limit; the library's own would throw messages away.
  natsSubscription_SetPendingLimits(made, -1, -1);
}

std::vector<NatsMsgPtr> PullReader::receive(milliseconds time) {
  if (!is_asked()) ask();
  std::vector<NatsMsgPtr> out;
  auto message = next(time);
  int more = 0;
  if (message) natsSubscription_GetPending(subscription_.get(), &more, nullptr);
  while (message) {
    if (natsMsg_GetReply(message.get()) == nullptr) {
      heed(*message);
    } else {
      --wanted_;
      out.push_back(std::move(message));
    }
    message = more-- > 0 ? next(milliseconds(1)) : nullptr;
  }
  return out;
}

bool PullReader::is_asked() {
  std::uint64_t reconnects = 0;
  natsConnection_GetStats(&connection_, statistics_.get());
  natsStatistics_GetCounts(statistics_.get(), nullptr, nullptr, nullptr, nullptr, &reconnects);
  const bool is_lost = std::exchange(reconnects_, reconnects) != reconnects;
  return wanted_ > 0 && !is_lost && Clock::now() <= until_;
}

void PullReader::ask() {
  const auto expires = std::chrono::nanoseconds(request_age_max).count();
  const auto request = R"({"batch":)" + std::to_string(batch) + R"(,"max_bytes":)" +
                       std::to_string(batch_bytes) + R"(,"expires":)" + std::to_string(expires) +
                       '}';
  require_nats("asking the stream " + stream_,
               natsConnection_PublishRequestString(&connection_, request_subject_.c_str(),
                                                   inbox_.c_str(), request.c_str()));
  wanted_ = batch;
  until_ = Clock::now() + request_age_max + grace;
}

NatsMsgPtr PullReader::next(milliseconds time) {
  natsMsg* got = nullptr;
  const auto status = natsSubscription_NextMsg(&got, subscription_.get(), time.count());
  if (status == NATS_TIMEOUT) return nullptr;
  require_nats("reading the stream " + stream_, status);
  return NatsMsgPtr(got);
}

void PullReader::heed(natsMsg& message) {
  const auto status = header_of(message, "Status");
  const auto text = header_of(message, "Description");
  if (status == "100") return;  // a heartbeat
  wanted_ = 0;
  const bool over = status == "404" || status == "408" || text == "Message Size Exceeds MaxBytes";
  const bool moved = text == "Leadership Change" || text == "Server Shutdown";
  if (over || moved) return;
  throw Failure(Errc::outside_unavailable, "asking the stream " + stream_ + ": " + status + ' ' +
                                               (status == "503" ? "nobody answers" : text));
}

}  // namespace sluice::nats
