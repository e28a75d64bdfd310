// SPDX-License-Identifier: Apache-2.0
#pragma once

// What users can set on the slack sink.

#include <array>
#include <cstdint>
#include <string>

#include <sluice/options.hpp>

#include "common/http/http_settings.hpp"

namespace sluice::slack {

enum class Format : std::uint8_t { text, json };
enum class Markup : std::uint8_t { escape, keep };
enum class LongText : std::uint8_t { refuse, cut };

struct SlackOptions {
  Secret<Url> webhook_url;
  Format format = Format::text;
  std::string text_template;  // empty: the value
  Markup markup = Markup::escape;
  LongText long_text = LongText::refuse;
  std::string username;
  std::string channel;
  std::string icon_emoji;
  common::HttpSettings http;
};

void validate_options(const SlackOptions& options, OptionProblems& problems);

}  // namespace sluice::slack

template <>
struct sluice::enum_names<sluice::slack::Format> {
  using F = slack::Format;
  static constexpr std::array rows{EnumName{F::text, "text"}, EnumName{F::json, "json"}};
};
template <>
struct sluice::enum_names<sluice::slack::Markup> {
  using M = slack::Markup;
  static constexpr std::array rows{EnumName{M::escape, "escape"}, EnumName{M::keep, "keep"}};
};
template <>
struct sluice::enum_names<sluice::slack::LongText> {
  using L = slack::LongText;
  static constexpr std::array rows{EnumName{L::refuse, "refuse"}, EnumName{L::cut, "cut"}};
};

template <>
struct sluice::option_table<sluice::slack::SlackOptions> {
  using O = slack::SlackOptions;
  static constexpr auto rows = std::tuple{
      option<&O::webhook_url>("webhook-url",
                              "Address of the incoming webhook, as Slack gave it: who has it can "
                              "post.")
          .required()
          .schemes("https", "http")
          .env("WEBHOOK_URL"),
      option<&O::format>("format",
                         "What a value is: the `text` of a message, or a whole message in `json`, "
                         "with text, blocks and so on."),
      option<&O::text_template>("template",
                                "Text of the message, with places for fields of the JSON value and "
                                "for the record: `{host} is {state} ({@key})`. By default the "
                                "whole value."),
      option<&O::markup>("markup",
                         "What becomes of &, < and > in a value: `escape` them, so that they are "
                         "seen as they are, or `keep` them, so that a value can link and mention."),
      option<&O::long_text>("long-text",
                            "What becomes of a text that is longer than the 40000 characters that "
                            "Slack shows: `refuse` the record as too large, or `cut` it."),
      option<&O::username>("username",
                           "Name that the message is from, where the webhook allows it."),
      option<&O::channel>("channel", "Channel in place of the webhook's own, where it allows it."),
      option<&O::icon_emoji>("icon-emoji",
                             "Emoji in place of the webhook's picture, like `:bell:`, where it "
                             "allows it."),
      option_group<&O::http>(),
  };

  static void validate(const O& options, OptionProblems& problems) {
    slack::validate_options(options, problems);
  }
};
