// SPDX-License-Identifier: Apache-2.0
#include "connector/dead_letter_reading.hpp"

#include <nlohmann/json.hpp>

#include "sluice/base64.hpp"

namespace sluice::connector {
namespace {

using nlohmann::json;

class Reader {
 public:
  explicit Reader(const json& object) : object_(object) {}

  std::string text(const char* name) const {
    const auto found = object_.find(name);
    if (found == object_.end() || !found->is_string()) return {};
    return found->get<std::string>();
  }
  template <typename T>
  std::optional<T> number(const char* name) const {
    const auto found = object_.find(name);
    if (found == object_.end() || !found->is_number_integer()) return std::nullopt;
    return found->get<T>();
  }
  // Text, or base64 under the other name; nothing when it is null or not there.
  std::optional<std::string> bytes(const std::string& name) const {
    const auto found = object_.find(name);
    if (found != object_.end() && found->is_string()) return found->get<std::string>();
    const auto encoded = object_.find(name + "_base64");
    if (encoded == object_.end() || !encoded->is_string()) return std::nullopt;
    return from_base64(encoded->get<std::string>());
  }

 private:
  const json& object_;
};

}  // namespace

Result<ReadLetter> parse_dead_letter(std::string_view text) {
  const auto object = json::parse(text, nullptr, false);
  if (!object.is_object() || !object.contains("dead_letter")) {
    return fail(Errc::malformed, "this is not a dead letter");
  }
  const Reader letter(object);
  const auto version = letter.number<std::int64_t>("dead_letter");
  if (version != 1) {
    return fail(Errc::unsupported, "the format of this dead letter is newer than this program");
  }
  const auto value = letter.bytes("value");
  if (!value)
    return fail(Errc::malformed, "the dead letter has no value, or one that is no base64");
  const auto error = object.value("error", json::object());
  const Reader why(error);
  return ReadLetter{
      .id = letter.text("id"),
      .time = letter.text("time"),
      .connector = letter.text("connector"),
      .direction = letter.text("direction"),
      .name = letter.text("name"),
      .topic = letter.text("topic"),
      .partition = letter.number<std::uint32_t>("partition"),
      .offset = letter.number<std::int64_t>("offset"),
      .position = letter.bytes("position"),
      .timestamp = std::chrono::milliseconds(letter.number<std::int64_t>("timestamp").value_or(-1)),
      .key = letter.bytes("key"),
      .value = *value,
      .code = why.text("code"),
      .text = why.text("text"),
      .attempts = letter.number<std::uint32_t>("attempts").value_or(1),
      .module = letter.text("module"),
      .kind = letter.text("kind"),
      .step = letter.number<std::uint64_t>("step")};
}

}  // namespace sluice::connector
