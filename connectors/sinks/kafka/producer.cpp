// SPDX-License-Identifier: Apache-2.0
#include "producer.hpp"

#include <algorithm>

#include "common/kafka/errors.hpp"

namespace sluice::kafka {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr int poll_ms = 100;
// librdkafka times records out by itself, a little later than it is told to.
constexpr milliseconds slack{5'000};
// How long a batch under way may still take when the connector is to stop.
constexpr milliseconds stop_patience{5'000};

template <typename E>
std::string text_of(E value) {
  return std::get<std::string>(option_value<E>::to(value));
}

common::KafkaConf conf_of(const KafkaSinkOptions& options,
                          void (*on_delivery)(rd_kafka_t*, const rd_kafka_message_t*, void*)) {
  common::KafkaConf conf(options.connection);
  conf.set("enable.idempotence", "true")
      .set("acks", "all")
      .set("partitioner", text_of(options.partitioner))
      .set("compression.codec", text_of(options.compression))
      .set("message.timeout.ms", options.delivery_timeout.count());
  if (!options.transactional_id.empty()) {
    conf.set("transactional.id", options.transactional_id)
        .set("transaction.timeout.ms", options.transaction_timeout.count());
  }
  rd_kafka_conf_set_dr_msg_cb(conf.get(), on_delivery);
  return conf;
}

// The number of a record travels as a pointer.
void* opaque_of(std::size_t number) {
  return reinterpret_cast<void*>(number + 1);  // NOLINT(performance-no-int-to-ptr)
}
std::size_t number_of(const void* opaque) {
  return reinterpret_cast<std::size_t>(opaque) - 1;
}

// An empty text that is there has an address, which tells it from none.
const void* address_of(const std::optional<std::string_view>& text) {
  if (!text) return nullptr;
  return text->data() != nullptr ? text->data() : "";
}
rd_kafka_vu_t bytes(rd_kafka_vtype_t type, const std::optional<std::string_view>& text) {
  rd_kafka_vu_t out{.vtype = type};
  out.u.mem.ptr = const_cast<void*>(address_of(text));  // NOLINT(*-const-cast): only read
  out.u.mem.size = text ? text->size() : 0;
  return out;
}

}  // namespace

Producer::Producer(const KafkaSinkOptions& options)
    : delivery_timeout_(options.delivery_timeout),
      client_(conf_of(options, &Producer::on_delivery),
              {.type = RD_KAFKA_PRODUCER,
               .owner = this,
               .timeout = options.connection.connect_timeout}) {}

Producer::~Producer() {
  rd_kafka_purge(client_.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
}

void Producer::on_delivery(rd_kafka_t* /*handle*/, const rd_kafka_message_t* message,
                           void* opaque) {
  auto& self = *static_cast<Producer*>(common::KafkaClient::owner_of(opaque));
  self.results_[number_of(message->_private)] = message->err;
  --self.under_way_;
}

void Producer::begin_batch(std::size_t records) {
  results_.assign(records, RD_KAFKA_RESP_ERR_NO_ERROR);
}

rd_kafka_resp_err_t Producer::send(std::size_t number, Message message) {
  std::array<rd_kafka_vu_t, 8> fields{};
  std::size_t count = 0;
  rd_kafka_vu_t field{.vtype = RD_KAFKA_VTYPE_TOPIC};
  field.u.cstr = message.topic.data();
  fields[count++] = field;
  field = {.vtype = RD_KAFKA_VTYPE_PARTITION};
  field.u.i32 = message.partition;
  fields[count++] = field;
  field = {.vtype = RD_KAFKA_VTYPE_MSGFLAGS};
  field.u.i = RD_KAFKA_MSG_F_COPY;
  fields[count++] = field;
  field = {.vtype = RD_KAFKA_VTYPE_TIMESTAMP};
  field.u.i64 = std::max<std::int64_t>(message.timestamp.count(), 0);  // 0 is now
  fields[count++] = field;
  field = {.vtype = RD_KAFKA_VTYPE_OPAQUE};
  field.u.ptr = opaque_of(number);
  fields[count++] = field;
  fields[count++] = bytes(RD_KAFKA_VTYPE_KEY, message.key);
  fields[count++] = bytes(RD_KAFKA_VTYPE_VALUE, message.value);
  if (message.headers) {
    field = {.vtype = RD_KAFKA_VTYPE_HEADERS};
    field.u.headers = message.headers.get();
    fields[count++] = field;
  }
  const auto until = Clock::now() + delivery_timeout_;
  while (true) {
    auto* const error = rd_kafka_produceva(client_.get(), fields.data(), count);
    if (error == nullptr) {
      (void)message.headers.release();  // NOLINT(bugprone-unused-return-value): it owns them
      ++under_way_;
      return RD_KAFKA_RESP_ERR_NO_ERROR;
    }
    const auto code = rd_kafka_error_code(error);
    rd_kafka_error_destroy(error);
    if (code != RD_KAFKA_RESP_ERR__QUEUE_FULL || Clock::now() >= until) {
      return results_[number] = code;
    }
    rd_kafka_poll(client_.get(), poll_ms);
  }
}

void Producer::await(const Stopping& stopping) {
  auto until = Clock::now() + delivery_timeout_ + slack;
  bool hurried = false;
  bool purged = false;
  while (under_way_ > 0) {
    rd_kafka_flush(client_.get(), poll_ms);  // serves the callbacks, and does not linger
    if (purged || under_way_ == 0) continue;
    if (!hurried && stopping()) {
      hurried = true;
      until = std::min(until, Clock::now() + stop_patience);
    }
    const bool is_over = rd_kafka_fatal_error(client_.get(), nullptr, 0) != 0;
    if (is_over || Clock::now() >= until) {
      purged = true;
      rd_kafka_purge(client_.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    }
  }
}

void Producer::check(std::string_view what, rd_kafka_error_t* error) {
  if (error == nullptr) return;
  auto failure = common::kafka_error(what, error);
  client_.throw_if_fatal();
  throw Failure(failure.retryable() ? client_.with_cause(std::move(failure)) : std::move(failure));
}

void Producer::init_transactions() {
  check("beginning with the transactional id",
        rd_kafka_init_transactions(client_.get(), static_cast<int>(client_.timeout().count())));
}

void Producer::begin_transaction() {
  check("beginning a transaction", rd_kafka_begin_transaction(client_.get()));
}

void Producer::commit_transaction() {
  check("committing the transaction",
        rd_kafka_commit_transaction(client_.get(),
                                    static_cast<int>((delivery_timeout_ + slack).count())));
}

bool Producer::abort_transaction() noexcept {
  auto* const error =
      rd_kafka_abort_transaction(client_.get(), static_cast<int>(client_.timeout().count()));
  if (error == nullptr) return true;
  rd_kafka_error_destroy(error);
  return false;
}

}  // namespace sluice::kafka
