// SPDX-License-Identifier: Apache-2.0
#include "message.hpp"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "common/text_template/json_depth.hpp"

namespace sluice::slack {
namespace {

using nlohmann::ordered_json;

Error malformed(std::string text) {
  return {Errc::malformed, std::move(text), {}};
}

Error too_long(std::size_t count) {
  return {Errc::record_too_large,
          "the text has " + std::to_string(count) + " characters, and Slack shows " +
              std::to_string(text_chars_max) + ": --long-text cut sends those",
          {}};
}

constexpr bool begins_character(char c) {
  return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U;
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else {
      out += c;
    }
  }
  return out;
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, begins_character));
}

std::string cut(std::string_view text, std::size_t most) {
  if (characters(text) <= most) return std::string(text);
  std::size_t count = 0;
  std::size_t end = 0;
  while (end < text.size() && (!begins_character(text[end]) || ++count < most)) ++end;
  // Not in the middle of `&amp;`, which would be seen.
  const auto entity = text.substr(0, end).rfind('&');
  if (entity != std::string_view::npos && end - entity < 5 &&
      text.substr(entity, end - entity).find(';') == std::string_view::npos) {
    end = entity;
  }
  return std::string(text.substr(0, end)) + "\u2026";
}

MessageMaker::MessageMaker(SlackOptions options) : options_(std::move(options)) {
  std::string ignored;  // validated
  template_ =
      common::TextTemplate::parse(options_.text_template, ignored).value_or(common::TextTemplate{});
}

Outcome<std::string> MessageMaker::text(std::string_view topic, const SinkRecord& record) const {
  const auto plain = [&](std::string text) {
    return options_.markup == Markup::escape ? escaped(text) : std::move(text);
  };
  if (options_.text_template.empty()) return plain(std::string(record.value));
  const common::RecordFields fields(record.value);
  return template_.fill({.record = record, .topic = topic, .fields = fields},
                        [&](std::string text) { return Outcome<std::string>(plain(text)); });
}

Outcome<std::string> MessageMaker::message(std::string_view topic, const SinkRecord& record) const {
  ordered_json out = ordered_json::object();
  if (options_.format == Format::json) {
    if (common::is_too_deep(record.value)) return malformed("the value is nested too deep");
    out = ordered_json::parse(record.value, nullptr, false);
    if (out.is_discarded()) return malformed("the value is not JSON");
    if (!out.is_object()) return malformed("the value is not a message: a JSON object");
  } else {
    auto made = text(topic, record);
    if (!made.ok()) return made;
    if (made.value().empty()) return malformed("an empty text is no message");
    out["text"] = std::move(made).value();
  }
  if (const auto found = out.find("text"); found != out.end() && found->is_string()) {
    const auto& whole = found->get_ref<const std::string&>();
    const auto count = characters(whole);
    if (count > text_chars_max && options_.long_text == LongText::refuse) return too_long(count);
    *found = cut(whole, text_chars_max);
  }
  const std::array names{std::pair{"username", &options_.username},
                         std::pair{"channel", &options_.channel},
                         std::pair{"icon_emoji", &options_.icon_emoji}};
  for (const auto& [name, value] : names) {
    if (!value->empty() && !out.contains(name)) out[name] = *value;
  }
  try {
    return out.dump();
  } catch (const nlohmann::json::exception&) {
    return malformed("the value is not UTF-8 text");
  }
}

std::optional<Error> answer_error(const common::HttpResponse& response, std::string_view what) {
  auto error = common::status_error(response, what);
  if (!error || error->code != Errc::outside_rejected) return error;
  // Of the webhook, its team and its channel; what is wrong with a message is 400.
  if (response.status == 404 || response.status == 410) error->code = Errc::permission_denied;
  return error;
}

}  // namespace sluice::slack
