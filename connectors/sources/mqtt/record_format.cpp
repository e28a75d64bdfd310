// SPDX-License-Identifier: Apache-2.0
#include "record_format.hpp"

#include <array>
#include <cstring>

#include <sluice/json_text.hpp>

#include "json_value.hpp"

namespace sluice::mqtt {
namespace {

struct ByteText {
  std::array<char, 4> text{};  // "104,"
  unsigned length = 0;
};

constexpr std::array<ByteText, 256> byte_texts() {
  std::array<ByteText, 256> all{};
  for (unsigned byte = 0; byte < 256; ++byte) {
    ByteText& out = all[byte];
    for (const unsigned unit : {100U, 10U, 1U}) {
      if (byte >= unit || unit == 1)
        out.text[out.length++] = static_cast<char>('0' + byte / unit % 10);
    }
    out.text[out.length++] = ',';
  }
  return all;
}
constexpr auto texts = byte_texts();

void append_byte_array(std::string& out, std::string_view payload) {
  const std::size_t begin = out.size() + 1;
  out.resize(begin + payload.size() * 4 + 1);
  char* at = out.data() + begin;
  at[-1] = '[';
  for (const char c : payload) {
    const ByteText& byte = texts[static_cast<unsigned char>(c)];
    std::memcpy(at, byte.text.data(), byte.text.size());
    at += byte.length;
  }
  if (!payload.empty()) --at;  // the last comma
  *at++ = ']';
  out.resize(static_cast<std::size_t>(at - out.data()));
}

}  // namespace

void RecordFormat::begin(std::string_view topic) {
  record_ = "{\"mqtt_topic\":";
  append_json_string(record_, topic);
  record_ += ",\"payload\":";
}

std::optional<std::string_view> RecordFormat::json_or_binary(std::string_view topic,
                                                             std::string_view payload) {
  if (output_ == PayloadOutput::binary) return binary(topic, payload);
  begin(topic);
  if (!append_json_value(record_, payload)) return std::nullopt;
  record_ += '}';
  return record_;
}

std::string_view RecordFormat::binary(std::string_view topic, std::string_view payload) {
  begin(topic);
  append_byte_array(record_, payload);
  record_ += '}';
  return record_;
}

}  // namespace sluice::mqtt
