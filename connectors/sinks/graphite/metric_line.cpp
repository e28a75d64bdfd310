// SPDX-License-Identifier: Apache-2.0
#include "metric_line.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "common/text/ascii.hpp"

namespace sluice::graphite {
namespace {

using common::trimmed;

Error malformed(std::string text) {
  return {Errc::malformed, std::move(text), {}};
}

bool stands_in_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == ':' || c == '%' || c == '#' || c == '+' || c == '@';
}

// In a tag everything but blanks, control characters, `;` and `~` in front.
bool stands_in_tag(char c) {
  return static_cast<unsigned char>(c) > ' ' && c != ';' && c != '~' && c != '=' && c != '!' &&
         c != '^' && c != '\x7f';
}

// What a field brings must not make levels, tags or lines of its own.
Outcome<std::string> cleaned(std::string text, bool tag) {
  if (text.empty()) return malformed("a field of the path or of a tag is empty");
  for (char& c : text) {
    if (!(tag ? stands_in_tag(c) : stands_in_name(c))) c = '_';
  }
  return text;
}

std::optional<double> parse_number(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  double number = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (code != std::errc{} || end != text.data() + text.size() || !std::isfinite(number)) {
    return std::nullopt;
  }
  return number;
}

common::TextTemplate parsed(std::string_view text) {
  std::string ignored;
  return common::TextTemplate::parse(text, ignored).value_or(common::TextTemplate{});
}

}  // namespace

bool is_plain(std::string_view text, bool tag) {
  return std::ranges::all_of(
      text, [&](char c) { return tag ? stands_in_tag(c) : stands_in_name(c) || c == '.'; });
}

std::string template_problem(std::string_view text, bool tag) {
  std::string problem;
  const auto made = common::TextTemplate::parse(text, problem);
  if (!made) return problem;
  if (text.empty()) return "it is empty";
  const std::string literal = made->literal();
  if (!is_plain(literal, tag))
    return "it has a blank or another character that Graphite separates by";
  if (!tag && (literal.starts_with('.') || literal.find("..") != std::string::npos) &&
      made->fixed()) {
    return "it has an empty level";
  }
  return {};
}

MetricLine::MetricLine(const GraphiteOptions& options, std::string topic)
    : options_(options), topic_(std::move(topic)), path_(parsed(options.metric_path)) {
  for (const auto& [name, value] : options.tags) tags_.emplace_back(name, parsed(value));
}

Outcome<std::string> MetricLine::number_of(const SinkRecord& record,
                                           const common::RecordFields& fields) const {
  std::string text(record.value);
  if (!options_.value_field.empty()) {
    auto found = fields.text(options_.value_field);
    if (!found.ok()) return found;
    text = std::move(found).value();
  }
  const auto number = trimmed(text);
  if (parse_number(number)) return std::string(number);
  return malformed(options_.value_field.empty()
                       ? "the value is no number"
                       : "the field " + options_.value_field + " is no number");
}

Outcome<std::string> MetricLine::time_of(const SinkRecord& record,
                                         const common::RecordFields& fields,
                                         std::chrono::seconds now) const {
  if (!options_.time_field.empty()) {
    auto text = fields.text(options_.time_field);
    if (!text.ok()) return text;
    const auto number = parse_number(trimmed(text.value()));
    // Milliseconds by mistake would be far in the future, where Graphite keeps nothing.
    constexpr double latest = 1e11;
    if (!number || *number < 0 || *number >= latest) {
      return malformed("the field " + options_.time_field + " is no time in seconds since 1970");
    }
    return std::to_string(static_cast<std::int64_t>(*number));
  }
  const bool has_time = record.timestamp.count() >= 0;
  if (options_.time == Time::now || !has_time) return std::to_string(now.count());
  return std::to_string(std::chrono::floor<std::chrono::seconds>(record.timestamp).count());
}

Outcome<std::string> MetricLine::format(const SinkRecord& record, std::chrono::seconds now) const {
  const common::RecordFields fields(record.value);
  const common::TextTemplate::Source source{.record = record, .topic = topic_, .fields = fields};
  auto line = path_.fill(source, [](std::string text) { return cleaned(std::move(text), false); });
  if (!line.ok()) return line;
  std::string out = std::move(line).value();
  for (const auto& [name, value] : tags_) {
    auto text = value.fill(source, [](std::string v) { return cleaned(std::move(v), true); });
    if (!text.ok()) return text;
    out += ';' + name + '=' + text.value();
  }
  auto number = number_of(record, fields);
  if (!number.ok()) return number;
  auto time = time_of(record, fields, now);
  if (!time.ok()) return time;
  out += ' ' + number.value() + ' ' + time.value() + '\n';
  if (out.size() <= line_bytes_max) return out;
  return Error{Errc::record_too_large,
               "the line has " + std::to_string(out.size()) + " bytes, carbon reads at most " +
                   std::to_string(line_bytes_max),
               {}};
}

}  // namespace sluice::graphite
