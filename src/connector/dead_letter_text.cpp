// SPDX-License-Identifier: Apache-2.0
#include "base/text.hpp"
#include "connector/base64.hpp"
#include "connector/dead_letters.hpp"
#include "sluice/json_text.hpp"

namespace sluice::connector {
namespace {

constexpr int format_version = 1;

// An object that is written from the left to the right.
class Json {
 public:
  void text(std::string_view name, std::string_view value) {
    begin(name);
    append_json_string(out_, value);
  }
  void number(std::string_view name, std::int64_t value) { begin(name) += std::to_string(value); }
  void null(std::string_view name) { begin(name) += "null"; }
  // Bytes that are no text stand as base64, under a name that says so.
  void bytes(std::string_view name, std::string_view value) {
    if (is_utf8(value)) return text(name, value);
    text(std::string(name) + "_base64", to_base64(value));
  }
  std::string& begin(std::string_view name) {
    out_ += out_.empty() ? "{\"" : ",\"";
    return out_.append(name).append("\":");
  }
  [[nodiscard]] std::string finish() && { return std::move(out_) + "}"; }

 private:
  std::string out_;
};

std::string error_json(const Error& error) {
  Json json;
  json.text("code", describe(error.code).name);
  json.text("text", error.message());
  return std::move(json).finish();
}

}  // namespace

std::string format_dead_letter(const Identity& from, std::string_view time,
                               const DeadLetter& letter) {
  Json json;
  json.number("dead_letter", format_version);
  json.text("time", time);
  json.text("connector", from.connector);
  json.text("direction", from.direction);
  json.text("name", from.name);
  json.text("topic", from.topic);
  if (letter.partition) json.number("partition", letter.partition->value);
  if (letter.offset) json.number("offset", letter.offset->value);
  if (letter.position) json.bytes("position", letter.position->bytes);
  if (letter.timestamp.count() < 0) {
    json.null("timestamp");
  } else {
    json.number("timestamp", letter.timestamp.count());
  }
  if (letter.key) {
    json.bytes("key", *letter.key);
  } else {
    json.null("key");
  }
  json.bytes("value", letter.value);
  json.begin("error") += error_json(letter.error);
  json.number("attempts", letter.attempts);
  if (!letter.module.empty()) {
    json.text("module", letter.module);
    json.text("kind", letter.kind);
    json.number("step", static_cast<std::int64_t>(letter.step));
  }
  return std::move(json).finish();
}

}  // namespace sluice::connector
