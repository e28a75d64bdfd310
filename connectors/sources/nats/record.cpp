// SPDX-License-Identifier: Apache-2.0
#include "record.hpp"

#include <charconv>

#include <sluice/json_text.hpp>

namespace sluice::nats {
namespace {

void append_bytes(std::string& out, std::string_view bytes) {
  out += '[';
  char digits[4];
  for (const char byte : bytes) {
    const auto number = static_cast<unsigned>(static_cast<unsigned char>(byte));
    out.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
    out += ',';
  }
  if (bytes.empty()) {
    out += ']';
  } else {
    out.back() = ']';
  }
}

void append_headers(std::string& out, const MessageView& message) {
  out += R"(,"nats_headers":{)";
  const std::string* before = nullptr;
  for (const auto& [name, value] : message.headers) {
    if (before != nullptr && *before == name) {
      out += ',';
    } else {
      if (before != nullptr) out += "],";
      append_json_string(out, name);
      out += ":[";
    }
    append_json_string(out, value);
    before = &name;
  }
  out += before != nullptr ? "]}" : "}";
}

}  // namespace

void write_record(std::string& out, const MessageView& message, bool headers) {
  out = R"({"nats_subject":)";
  append_json_string(out, message.subject);
  out += R"(,"nats_reply":)";
  if (message.reply) {
    append_json_string(out, *message.reply);
  } else {
    out += "null";
  }
  out += R"(,"nats_data":)";
  append_bytes(out, message.data);
  if (headers) append_headers(out, message);
  out += '}';
}

}  // namespace sluice::nats
