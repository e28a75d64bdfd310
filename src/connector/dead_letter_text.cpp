// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstdio>
#include <random>

#include "base/text.hpp"
#include "connector/dead_letters.hpp"
#include "sluice/base64.hpp"
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

LetterStamps::LetterStamps() {
  std::random_device random;
  std::array<char, 17> text{};
  std::snprintf(text.data(), text.size(), "%08x%08x", random(), random());
  run_ = text.data();
}

LetterStamp LetterStamps::next() {
  return {.time = utc_now(), .id = run_ + '-' + std::to_string(++count_)};
}

std::string format_dead_letter(const Identity& from, const LetterStamp& stamp,
                               const DeadLetter& letter) {
  Json json;
  json.number("dead_letter", format_version);
  json.text("id", stamp.id);
  json.text("time", stamp.time);
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
