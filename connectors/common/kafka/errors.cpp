// SPDX-License-Identifier: Apache-2.0
#include "common/kafka/errors.hpp"

#include <algorithm>
#include <array>

namespace sluice::common {
namespace {

struct Row {
  rd_kafka_resp_err_t code;
  Errc errc;
};

constexpr auto rows = std::to_array<Row>({
    // It is away, or busy with itself.
    {RD_KAFKA_RESP_ERR__TRANSPORT, Errc::outside_unavailable},
    {RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, Errc::outside_unavailable},
    {RD_KAFKA_RESP_ERR__RESOLVE, Errc::unresolved_host},
    {RD_KAFKA_RESP_ERR__TIMED_OUT, Errc::timed_out},
    {RD_KAFKA_RESP_ERR__MSG_TIMED_OUT, Errc::timed_out},
    {RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE, Errc::timed_out},
    {RD_KAFKA_RESP_ERR__QUEUE_FULL, Errc::outside_unavailable},
    {RD_KAFKA_RESP_ERR__WAIT_COORD, Errc::outside_unavailable},
    {RD_KAFKA_RESP_ERR__WAIT_CACHE, Errc::outside_unavailable},
    {RD_KAFKA_RESP_ERR__IN_PROGRESS, Errc::outside_unavailable},
    {RD_KAFKA_RESP_ERR__RETRY, Errc::outside_unavailable},
    {RD_KAFKA_RESP_ERR__OUTDATED, Errc::outside_unavailable},
    {RD_KAFKA_RESP_ERR__PURGE_QUEUE, Errc::outside_unavailable},
    {RD_KAFKA_RESP_ERR__PURGE_INFLIGHT, Errc::outside_unavailable},
    {RD_KAFKA_RESP_ERR__ASSIGNMENT_LOST, Errc::outside_unavailable},
    {RD_KAFKA_RESP_ERR__BAD_MSG,
     Errc::outside_unavailable},  // a broken answer, or a port of others
    {RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE, Errc::outside_unavailable},
    {RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, Errc::outside_unavailable},
    {RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT, Errc::outside_unavailable},
    {RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE, Errc::outside_unavailable},
    {RD_KAFKA_RESP_ERR_REPLICA_NOT_AVAILABLE, Errc::outside_unavailable},
    {RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION, Errc::outside_unavailable},
    {RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS, Errc::outside_unavailable},
    {RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE, Errc::outside_unavailable},
    {RD_KAFKA_RESP_ERR_NOT_COORDINATOR, Errc::outside_unavailable},
    {RD_KAFKA_RESP_ERR_NOT_CONTROLLER, Errc::outside_unavailable},
    {RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, Errc::outside_unavailable},
    {RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND, Errc::outside_unavailable},
    {RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR, Errc::outside_unavailable},
    {RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS, Errc::outside_unavailable},
    {RD_KAFKA_RESP_ERR_UNSTABLE_OFFSET_COMMIT, Errc::outside_unavailable},
    {RD_KAFKA_RESP_ERR_THROTTLING_QUOTA_EXCEEDED, Errc::outside_unavailable},
    {RD_KAFKA_RESP_ERR_FENCED_LEADER_EPOCH, Errc::outside_unavailable},
    {RD_KAFKA_RESP_ERR_UNKNOWN_LEADER_EPOCH, Errc::outside_unavailable},
    {RD_KAFKA_RESP_ERR_OFFSET_NOT_AVAILABLE, Errc::outside_unavailable},
    {RD_KAFKA_RESP_ERR_UNKNOWN_PRODUCER_ID, Errc::outside_unavailable},  // a new session helps
    {RD_KAFKA_RESP_ERR_INVALID_PRODUCER_ID_MAPPING, Errc::outside_unavailable},
    {RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, Errc::outside_unavailable},
    {RD_KAFKA_RESP_ERR_UNKNOWN,
     Errc::outside_unavailable},  // the broker failed, it does not say at what
    // The producer is at its end, whatever record it was about; a new one helps.
    {RD_KAFKA_RESP_ERR__FATAL, Errc::outside_unavailable},
    {RD_KAFKA_RESP_ERR__GAPLESS_GUARANTEE, Errc::outside_unavailable},
    {RD_KAFKA_RESP_ERR__INCONSISTENT, Errc::outside_unavailable},
    {RD_KAFKA_RESP_ERR_INVALID_TXN_STATE, Errc::outside_unavailable},
    {RD_KAFKA_RESP_ERR_TRANSACTION_COORDINATOR_FENCED, Errc::outside_unavailable},
    // The group moves on: what was not committed is read again.
    {RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION, Errc::outside_unavailable},
    {RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID, Errc::outside_unavailable},
    {RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS, Errc::outside_unavailable},
    {RD_KAFKA_RESP_ERR__MAX_POLL_EXCEEDED, Errc::outside_unavailable},
    // It does not let us.
    {RD_KAFKA_RESP_ERR__AUTHENTICATION, Errc::permission_denied},
    {RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, Errc::permission_denied},
    {RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED, Errc::permission_denied},
    {RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED, Errc::permission_denied},
    {RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED, Errc::permission_denied},
    {RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED, Errc::permission_denied},
    {RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM, Errc::permission_denied},
    {RD_KAFKA_RESP_ERR_ILLEGAL_SASL_STATE, Errc::permission_denied},
    {RD_KAFKA_RESP_ERR__SSL, Errc::tls},
    // It is not there.
    {RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC, Errc::topic_not_found},
    {RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, Errc::topic_not_found},
    {RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION, Errc::invalid_config},  // the topic's name
    {RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION, Errc::partition_not_found},
    {RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE, Errc::offset_evicted},
    {RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET, Errc::offset_evicted},
    // Another of our name has taken over.
    {RD_KAFKA_RESP_ERR__FENCED, Errc::already_running},
    {RD_KAFKA_RESP_ERR_PRODUCER_FENCED, Errc::already_running},
    {RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH, Errc::already_running},
    {RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID, Errc::already_running},
    // One record.
    {RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, Errc::record_too_large},
    {RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE, Errc::record_too_large},
    {RD_KAFKA_RESP_ERR_INVALID_RECORD, Errc::outside_rejected},
    {RD_KAFKA_RESP_ERR_INVALID_MSG, Errc::outside_rejected},
    {RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP, Errc::outside_rejected},
    {RD_KAFKA_RESP_ERR_POLICY_VIOLATION, Errc::outside_rejected},
    // What the user asked for.
    {RD_KAFKA_RESP_ERR__INVALID_ARG, Errc::invalid_config},
    {RD_KAFKA_RESP_ERR_INVALID_GROUP_ID, Errc::invalid_config},
    {RD_KAFKA_RESP_ERR_INVALID_SESSION_TIMEOUT, Errc::invalid_config},
    {RD_KAFKA_RESP_ERR_INCONSISTENT_GROUP_PROTOCOL, Errc::invalid_config},
    {RD_KAFKA_RESP_ERR_INVALID_PARTITIONS, Errc::invalid_config},
    {RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR, Errc::invalid_config},
    {RD_KAFKA_RESP_ERR_INVALID_CONFIG, Errc::invalid_config},
    {RD_KAFKA_RESP_ERR_INVALID_TRANSACTION_TIMEOUT, Errc::invalid_config},
    {RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE, Errc::incompatible_server},
    {RD_KAFKA_RESP_ERR_UNSUPPORTED_VERSION, Errc::incompatible_server},
    {RD_KAFKA_RESP_ERR_UNSUPPORTED_FOR_MESSAGE_FORMAT, Errc::incompatible_server},
    {RD_KAFKA_RESP_ERR__STATE, Errc::internal},
});

}  // namespace

Errc kafka_errc(rd_kafka_resp_err_t code) noexcept {
  const auto* const found = std::ranges::find(rows, code, &Row::code);
  return found == rows.end() ? Errc::outside_rejected : found->errc;
}

Error kafka_error(std::string_view what, rd_kafka_resp_err_t code, std::string_view reason) {
  std::string text(what);
  text += ": ";
  text += reason.empty() ? std::string_view(rd_kafka_err2str(code)) : reason;
  text += " (";
  text += rd_kafka_err2name(code);
  text += ')';
  return {kafka_errc(code), std::move(text), {}};
}

Error kafka_error(std::string_view what, rd_kafka_error_t* error) {
  auto out = kafka_error(what, rd_kafka_error_code(error), rd_kafka_error_string(error));
  const bool transient =
      rd_kafka_error_is_retriable(error) != 0 || rd_kafka_error_txn_requires_abort(error) != 0;
  if (rd_kafka_error_is_fatal(error) != 0) {
    // Not of a record either: the next one would meet the same.
    if (out.retryable() || out.code == Errc::outside_rejected) out.code = Errc::server;
  } else if (transient && out.code == Errc::outside_rejected) {
    out.code = Errc::outside_unavailable;
  }
  rd_kafka_error_destroy(error);
  return out;
}

}  // namespace sluice::common
