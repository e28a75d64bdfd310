// SPDX-License-Identifier: Apache-2.0
#include "message_record.hpp"

namespace sluice::kafka {
namespace {

std::optional<std::string_view> text_of(const void* bytes, std::size_t size) {
  if (bytes == nullptr) return std::nullopt;
  return std::string_view(static_cast<const char*>(bytes), size);
}

}  // namespace

common::KafkaRecordView view_of(const rd_kafka_message_t& message) {
  common::KafkaRecordView out{.topic = rd_kafka_topic_name(message.rkt),
                              .partition = message.partition,
                              .offset = message.offset,
                              .key = text_of(message.key, message.key_len),
                              .value = text_of(message.payload, message.len)};
  rd_kafka_timestamp_type_t type{};
  const auto timestamp = rd_kafka_message_timestamp(&message, &type);
  if (type != RD_KAFKA_TIMESTAMP_NOT_AVAILABLE) {
    out.timestamp = std::chrono::milliseconds(timestamp);
    out.is_append_time = type == RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME;
  }
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(&message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return out;
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  for (std::size_t i = 0;
       rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR;
       ++i) {
    out.headers.push_back({name, text_of(value, size)});
  }
  return out;
}

}  // namespace sluice::kafka
