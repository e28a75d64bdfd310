// SPDX-License-Identifier: Apache-2.0
#pragma once

// The record that a message becomes: `{"mqtt_topic":"a/b","payload":...}`.

#include <optional>
#include <string>
#include <string_view>

namespace sluice::mqtt {

enum class PayloadOutput : unsigned char {
  binary,  // payload is an array of numbers, one a byte
  json,    // payload is the JSON value that the message holds
};

class RecordFormat {
 public:
  explicit RecordFormat(PayloadOutput output) : output_(output) {}

  // The record, valid until the next call. None when the payload is to be JSON and is not.
  [[nodiscard]] std::optional<std::string_view> json_or_binary(std::string_view topic,
                                                               std::string_view payload);
  // The record with the payload as an array of numbers, whatever it holds.
  [[nodiscard]] std::string_view binary(std::string_view topic, std::string_view payload);

 private:
  void begin(std::string_view topic);

  PayloadOutput output_;
  std::string record_;
};

}  // namespace sluice::mqtt
