// SPDX-License-Identifier: Apache-2.0
#pragma once

// A Kafka record as JSON, with all that it has, and back:
//
//   {"topic":"t","partition":0,"offset":7,"timestamp":1700000000000,"timestamp_type":"create",
//    "key":"k","value":"v","headers":[{"name":"h","value":"x"}]}
//
// key, value and a header's value are a string, or null when there is none, or `{"base64":"..."}`
// when they are not UTF-8. timestamp is null when the record has none.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sluice/outcome.hpp>

namespace sluice::common {

template <typename Text>
struct KafkaHeaderOf {
  std::string name;
  std::optional<Text> value;
  friend bool operator==(const KafkaHeaderOf&, const KafkaHeaderOf&) = default;
};
using KafkaHeader = KafkaHeaderOf<std::string>;
using KafkaHeaderView = KafkaHeaderOf<std::string_view>;

struct KafkaRecordView {
  std::string_view topic;
  std::int32_t partition = 0;
  std::int64_t offset = 0;
  std::optional<std::chrono::milliseconds> timestamp;  // since 1970
  bool is_append_time = false;
  std::optional<std::string_view> key;
  std::optional<std::string_view> value;
  std::vector<KafkaHeaderView> headers;
};

// What of it can be written to Kafka again.
struct KafkaRecord {
  std::optional<std::chrono::milliseconds> timestamp;
  std::optional<std::string> key;
  std::optional<std::string> value;
  std::vector<KafkaHeader> headers;
};

void append_record_json(std::string& out, const KafkaRecordView& record);
// Members that it does not know are left alone; all but `value` may be missing. `malformed` names
// the member, or says that the JSON is nested too deep.
[[nodiscard]] Outcome<KafkaRecord> parse_record_json(std::string_view text);

}  // namespace sluice::common
