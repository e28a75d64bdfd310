// SPDX-License-Identifier: Apache-2.0
#include "point.hpp"

#include <array>
#include <cmath>
#include <ctime>
#include <limits>

#include <nlohmann/json.hpp>

#include "common/text_template/json_depth.hpp"

namespace sluice::influx {
namespace {

using nlohmann::ordered_json;

constexpr std::string_view measurement_special = ", ";
constexpr std::string_view key_special = ",= ";

Error malformed(std::string text) {
  return {Errc::malformed, std::move(text), {}};
}

std::int64_t unit_ns(Precision precision) {
  constexpr std::array<std::int64_t, 4> units{1, 1'000, 1'000'000, 1'000'000'000};
  return units.at(static_cast<std::size_t>(precision));
}

const ordered_json* step(const ordered_json& from, std::string_view name) {
  if (!from.is_object()) return nullptr;
  const auto found = from.find(std::string(name));
  return found == from.end() ? nullptr : &*found;
}

// A name with dots in it wins over a path. Null counts as nothing.
const ordered_json* find_in(const ordered_json& from, std::string_view path) {
  if (const auto* whole = step(from, path)) return whole->is_null() ? nullptr : whole;
  const auto dot = path.find('.');
  if (dot == std::string_view::npos) return nullptr;
  const auto* inner = step(from, path.substr(0, dot));
  return inner == nullptr ? nullptr : find_in(*inner, path.substr(dot + 1));
}

std::string plain_text(const ordered_json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

std::optional<std::int64_t> whole_number(const ordered_json& value) {
  if (value.is_number_unsigned()) {
    const auto number = value.get<std::uint64_t>();
    if (number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
      return std::nullopt;
    }
    return static_cast<std::int64_t>(number);
  }
  if (value.is_number_integer()) return value.get<std::int64_t>();
  if (!value.is_number_float()) return std::nullopt;
  const double number = value.get<double>();
  if (std::trunc(number) != number || std::abs(number) >= 9.2e18) return std::nullopt;
  return static_cast<std::int64_t>(number);
}

Outcome<std::string> field_value(const std::string& name, const ordered_json& value,
                                 FieldType type) {
  const auto wrong = [&](std::string_view wanted) {
    return malformed("the field " + name + " is not " + std::string(wanted));
  };
  if (type == FieldType::by_value) {
    if (value.is_structured()) {
      return malformed("the field " + name +
                       " is an object or a list: name what is wanted of it with --field");
    }
    type = value.is_string()    ? FieldType::text
           : value.is_boolean() ? FieldType::boolean
                                : FieldType::number;
  }
  switch (type) {
    case FieldType::text:
      return quoted_text(plain_text(value));
    case FieldType::boolean:
      if (!value.is_boolean()) return wrong("true or false");
      return std::string(value.get<bool>() ? "true" : "false");
    case FieldType::integer: {
      const auto number = whole_number(value);
      if (!number) return wrong("a whole number of 64 bits");
      return std::to_string(*number) + 'i';
    }
    default:
      if (!value.is_number()) return wrong("a number");
      return value.dump();
  }
}

Outcome<std::int64_t> time_of(const ordered_json& value, Precision precision) {
  if (value.is_string()) {
    if (const auto time = parse_rfc3339(value.get_ref<const std::string&>())) return *time;
  } else if (value.is_number()) {
    const double scaled = value.get<double>() * static_cast<double>(unit_ns(precision));
    if (std::abs(scaled) < 9.2e18) {
      if (const auto whole = whole_number(value)) return *whole * unit_ns(precision);
      return static_cast<std::int64_t>(scaled);
    }
  }
  return malformed("the time `" + value.dump().substr(0, 100) +
                   "` is neither a number nor a time by RFC 3339");
}

// The first part of `path`: what of the object is used up by it.
std::string_view top_of(const ordered_json& object, std::string_view path) {
  return step(object, path) != nullptr ? path : path.substr(0, path.find('.'));
}

using Fields = std::map<std::string, FieldSource>;

// All members of the value that are not something else.
Fields all_fields(const ordered_json& object, const InfluxOptions& options) {
  Fields out;
  for (const auto& member : object.items()) out[member.key()] = {member.key(), {}};
  out.erase(std::string(top_of(object, options.timestamp_field)));
  for (const auto& [tag, path] : options.tags) out.erase(std::string(top_of(object, path)));
  return out;
}

// `,host=a,room=b`; without tags that the value does not have.
Outcome<std::string> tag_set(const ordered_json& object,
                             const std::map<std::string, std::string>& tags) {
  std::string out;
  for (const auto& [tag, path] : tags) {
    const auto* value = find_in(object, path);
    if (value == nullptr) continue;
    auto key = escaped_name(tag, key_special);
    if (!key.ok()) return key;
    auto text = escaped_name(plain_text(*value), key_special);
    if (!text.ok()) return text;
    if (!text.value().empty()) out += ',' + key.value() + '=' + text.value();
  }
  return out;
}

// `temp=21,ok=true`.
Outcome<std::string> field_set(const ordered_json& object, const Fields& fields) {
  std::string out;
  for (const auto& [field, source] : fields) {
    const auto* value = find_in(object, source.path);
    if (value == nullptr) continue;
    auto key = escaped_name(field, key_special);
    if (!key.ok()) return key;
    auto text = field_value(field, *value, source.type);
    if (!text.ok()) return text;
    out += (out.empty() ? "" : ",") + key.value() + '=' + text.value();
  }
  if (out.empty()) return malformed("the value has none of the fields: a point needs one");
  return out;
}

}  // namespace

std::optional<FieldSource> FieldSource::parse(std::string_view text) {
  constexpr std::array types{std::pair{std::string_view("float"), FieldType::number},
                             std::pair{std::string_view("int"), FieldType::integer},
                             std::pair{std::string_view("string"), FieldType::text},
                             std::pair{std::string_view("bool"), FieldType::boolean}};
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) {
    return text.empty() ? std::nullopt : std::optional(FieldSource{std::string(text), {}});
  }
  for (const auto& [name, type] : types) {
    if (colon > 0 && text.substr(colon + 1) == name) {
      return FieldSource{std::string(text.substr(0, colon)), type};
    }
  }
  return std::nullopt;
}

Outcome<std::string> escaped_name(std::string_view text, std::string_view special) {
  std::string out;
  for (const char c : text) {
    if (c == '\n' || c == '\r') return malformed("a name or tag has a line feed");
    if (special.find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  if (text.ends_with('\\')) return malformed("a name or tag ends with a backslash");
  return out;
}

std::string quoted_text(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::optional<std::int64_t> parse_rfc3339(std::string_view text) {
  const std::string copy(text);
  std::tm time{};
  const char* at = ::strptime(copy.c_str(), "%Y-%m-%dT%H:%M:%S", &time);
  if (at == nullptr) at = ::strptime(copy.c_str(), "%Y-%m-%d %H:%M:%S", &time);
  if (at == nullptr) return std::nullopt;
  std::int64_t fraction = 0;
  if (*at == '.') {
    std::int64_t unit = 100'000'000;
    for (++at; *at >= '0' && *at <= '9'; ++at, unit /= 10) fraction += (*at - '0') * unit;
  }
  std::int64_t shift = 0;
  if (*at == 'Z' || *at == 'z') {
    ++at;
  } else if (*at == '+' || *at == '-') {
    int hours = 0;
    int minutes = 0;
    if (std::sscanf(at + 1, "%2d:%2d", &hours, &minutes) != 2) return std::nullopt;
    shift = (hours * 60 + minutes) * 60 * (*at == '-' ? -1 : 1);
    at += 6;
  } else {
    return std::nullopt;
  }
  if (at != copy.c_str() + copy.size()) return std::nullopt;
  const std::int64_t seconds = ::timegm(&time) - shift;
  if (seconds > 9'223'372'035 || seconds < -9'223'372'035) return std::nullopt;
  return seconds * 1'000'000'000 + fraction;
}

std::optional<std::int64_t> record_time_ns(const SinkRecord& record, std::int64_t line) {
  constexpr std::int64_t ns_of_ms = 1'000'000;
  // Neighbours in one of these stay far from those in another: the fractions of sqrt(2), sqrt(3)
  // and of the golden section.
  constexpr std::int64_t partition_step = 618'034;
  constexpr std::int64_t index_step = 414'214;
  constexpr std::int64_t line_step = 732'051;
  if (record.timestamp.count() < 0) return std::nullopt;
  const std::int64_t place = record.offset.value % ns_of_ms +
                             record.partition.value % ns_of_ms * partition_step +
                             record.index % ns_of_ms * index_step + line % ns_of_ms * line_step;
  return record.timestamp.count() * ns_of_ms + place % ns_of_ms;
}

LineTime line_time(std::string_view line) {
  int blanks = 0;
  bool in_text = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\\') {
      ++i;
    } else if (line[i] == '"' && blanks == 1) {
      in_text = !in_text;
    } else if (line[i] == ' ' && !in_text) {
      ++blanks;
    }
  }
  if (in_text) return LineTime::open;
  if (blanks == 0 || blanks > 2) return LineTime::invalid;
  return blanks == 2 ? LineTime::present : LineTime::none;
}

PointMaker::PointMaker(const InfluxOptions& options)
    : options_(options),
      precision_(options.format == Format::json ? Precision::ns : precision_of(options)) {
  for (const auto& [name, text] : options.fields) {
    fields_[name] = FieldSource::parse(text).value_or(FieldSource{text, {}});
  }
  std::string ignored;  // validated
  measurement_ = common::TextTemplate::parse(
                     options.measurement.empty() ? "{@topic}" : options.measurement, ignored)
                     .value_or(common::TextTemplate{});
}

Outcome<std::string> PointMaker::lines(std::string_view topic, const SinkRecord& record) const {
  return options_.format == Format::json ? point(topic, record) : timed_lines(record);
}

Outcome<std::string> PointMaker::point(std::string_view topic, const SinkRecord& record) const {
  if (common::is_too_deep(record.value)) return malformed("the value is nested too deep");
  const auto object = ordered_json::parse(record.value, nullptr, false);
  if (!object.is_object()) return malformed("the value is not a JSON object");
  auto name = measurement(topic, record);
  if (!name.ok()) return name;
  auto tags = tag_set(object, options_.tags);
  if (!tags.ok()) return tags;
  auto fields = field_set(object, fields_.empty() ? all_fields(object, options_) : fields_);
  if (!fields.ok()) return fields;
  auto time = time_text(record, object);
  if (!time.ok()) return time;
  return name.value() + tags.value() + ' ' + fields.value() + time.value() + '\n';
}

Outcome<std::string> PointMaker::measurement(std::string_view topic,
                                             const SinkRecord& record) const {
  const common::RecordFields texts(record.value);
  auto name = measurement_.fill({.record = record, .topic = topic, .fields = texts});
  if (!name.ok()) return name;
  if (name.value().empty() || name.value().starts_with('#')) {
    return malformed("the measurement is empty, or begins with `#`");
  }
  return escaped_name(name.value(), measurement_special);
}

// With the blank before it; empty: neither the value nor the record has a time.
Outcome<std::string> PointMaker::time_text(const SinkRecord& record,
                                           const ordered_json& object) const {
  auto time = record_time_ns(record);
  if (!options_.timestamp_field.empty()) {
    const auto* value = find_in(object, options_.timestamp_field);
    if (value == nullptr) return malformed("there is no time in " + options_.timestamp_field);
    auto given = time_of(*value, precision_of(options_));
    if (!given.ok()) return given.error();
    time = given.value();
  }
  return time ? ' ' + std::to_string(*time) : std::string();
}

// As they are, but that a line without a time gets the record's: the server's would be another one
// each time.
Outcome<std::string> PointMaker::timed_lines(const SinkRecord& record) const {
  std::string out;
  std::int64_t number = 0;
  for (std::size_t at = 0; at < record.value.size();) {
    std::size_t end = record.value.find('\n', at);
    // A line feed may stand inside of a quoted text.
    while (end != std::string_view::npos &&
           line_time(record.value.substr(at, end - at)) == LineTime::open) {
      end = record.value.find('\n', end + 1);
    }
    if (end == std::string_view::npos) end = record.value.size();
    auto line = record.value.substr(at, end - at);
    at = end + 1;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.find_first_not_of(" \t\n") == std::string_view::npos || line.starts_with('#'))
      continue;
    const auto kind = line_time(line);
    if (kind == LineTime::invalid || kind == LineTime::open)
      return malformed("the value is not line protocol");
    out += line;
    const auto time = record_time_ns(record, number);
    if (kind == LineTime::none && time) {
      out += ' ' + std::to_string(*time / unit_ns(precision_));
      ++number;
    }
    out += '\n';
  }
  if (out.empty()) return malformed("the value has no line");
  return out;
}

}  // namespace sluice::influx
