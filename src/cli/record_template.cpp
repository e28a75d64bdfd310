// SPDX-License-Identifier: Apache-2.0
#include "cli/record_template.hpp"

#include "base/text.hpp"
#include "cli/format.hpp"

namespace sluice::cli {

const std::vector<RecordTemplate::Name>& RecordTemplate::names() {
  static const std::vector<Name> all{
      {"topic", Place::topic},   {"partition", Place::partition},
      {"offset", Place::offset}, {"time", Place::time},
      {"key", Place::key},       {"value", Place::value},
  };
  return all;
}

Result<RecordTemplate::Place> RecordTemplate::place_named(std::string_view name) {
  std::vector<std::string> known;
  for (const auto& row : names()) {
    if (row.text == name) return row.place;
    known.emplace_back(row.text);
  }
  std::string hint = "there are";
  for (const auto& one : known) hint += " " + one;
  if (const auto near = nearest(name, known)) hint = "did you mean {{" + *near + "}}?";
  return fail(Errc::invalid_argument,
              "there is no {{" + std::string(name) + "}} in a record; " + hint);
}

void RecordTemplate::add_literal(std::string_view text) {
  std::string literal;
  for (std::size_t i = 0; i < text.size(); ++i) {
    constexpr std::string_view letters = "nt0\\";
    constexpr std::string_view meanings("\n\t\0\\", 4);
    const auto which =
        text[i] == '\\' && i + 1 < text.size() ? letters.find(text[i + 1]) : std::string_view::npos;
    if (which == std::string_view::npos) {
      literal += text[i];
    } else {
      literal += meanings[which];
      ++i;
    }
  }
  if (!literal.empty()) parts_.push_back({Place::literal, std::move(literal)});
}

Result<RecordTemplate> RecordTemplate::parse(std::string_view text) {
  RecordTemplate out;
  out.text_ = text;
  while (!text.empty()) {
    const auto open = text.find("{{");
    out.add_literal(text.substr(0, open));
    if (open == std::string_view::npos) break;
    const auto close = text.find("}}", open);
    if (close == std::string_view::npos) {
      return fail(Errc::invalid_argument, "`{{` without `}}` in " + quote_if_needed(out.text_));
    }
    const auto place = place_named(trim(text.substr(open + 2, close - open - 2)));
    if (!place) return tl::unexpected(place.error());
    out.parts_.push_back({*place, {}});
    text.remove_prefix(close + 2);
  }
  return out;
}

void RecordTemplate::append(std::string& out, const Placed& placed) const {
  for (const auto& part : parts_) {
    switch (part.place) {
      case Place::literal:
        out += part.literal;
        break;
      case Place::topic:
        out += placed.topic;
        break;
      case Place::partition:
        out += std::to_string(placed.partition.value);
        break;
      case Place::offset:
        out += std::to_string(placed.record.offset.value);
        break;
      case Place::time:
        out += utc_time(placed.record.timestamp);
        break;
      case Place::key:
        out += placed.record.key.value_or("null");
        break;
      case Place::value:
        out += placed.record.value;
        break;
    }
  }
}

}  // namespace sluice::cli

namespace sluice {

std::string option_value<cli::RecordTemplate>::check(std::string_view text) {
  const auto parsed = cli::RecordTemplate::parse(text);
  return parsed ? std::string() : parsed.error().context;
}
cli::RecordTemplate option_value<cli::RecordTemplate>::from(const options::Scalar& scalar) {
  return *cli::RecordTemplate::parse(std::get<std::string>(scalar));
}
options::Scalar option_value<cli::RecordTemplate>::to(const cli::RecordTemplate& format) {
  return format.text();
}

}  // namespace sluice
