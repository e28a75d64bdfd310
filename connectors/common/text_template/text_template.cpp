// SPDX-License-Identifier: Apache-2.0
#include "common/text_template/text_template.hpp"

#include <algorithm>
#include <charconv>

#include <nlohmann/json.hpp>

#include "common/text_template/json_depth.hpp"

namespace sluice::common {

struct RecordFields::Json {
  nlohmann::json value;
};

namespace {

const nlohmann::json* step(const nlohmann::json& from, std::string_view name) {
  if (from.is_object()) {
    const auto found = from.find(std::string(name));
    return found == from.end() ? nullptr : &*found;
  }
  if (!from.is_array()) return nullptr;
  std::size_t index = 0;
  const auto [end, code] = std::from_chars(name.data(), name.data() + name.size(), index);
  if (code != std::errc{} || end != name.data() + name.size() || index >= from.size()) {
    return nullptr;
  }
  return &from[index];
}

// A name with dots in it wins over a path.
const nlohmann::json* find_in(const nlohmann::json& from, std::string_view path) {
  if (const auto* whole = step(from, path)) return whole;
  const auto dot = path.find('.');
  if (dot == std::string_view::npos) return nullptr;
  const auto* inner = step(from, path.substr(0, dot));
  return inner == nullptr ? nullptr : find_in(*inner, path.substr(dot + 1));
}

}  // namespace

Outcome<std::optional<std::string>> RecordFields::find(std::string_view path) const {
  if (!json_) {
    if (is_too_deep(value_)) {
      return Error{Errc::malformed,
                   "the value is nested deeper than " + std::to_string(json_depth_max) +
                       ", and the field " + std::string(path) + " is asked for",
                   {}};
    }
    auto parsed = nlohmann::json::parse(value_, nullptr, false);
    if (parsed.is_discarded()) {
      return Error{Errc::malformed,
                   "the value is not JSON, and the field " + std::string(path) + " is asked for",
                   {}};
    }
    json_ = std::make_shared<const Json>(Json{std::move(parsed)});
  }
  const auto* found = find_in(json_->value, path);
  if (found == nullptr || found->is_null()) return std::optional<std::string>{};
  if (found->is_string()) return std::optional(found->get<std::string>());
  return std::optional(found->dump());
}

Outcome<std::string> RecordFields::text(std::string_view path) const {
  auto found = find(path);
  if (!found.ok()) return found.error();
  if (found.value()) return std::move(*found.value());
  return Error{Errc::malformed, "the value has no field " + std::string(path), {}};
}

bool TextTemplate::add_place(TextTemplate& out, std::string_view name, std::string& problem) {
  if (name.empty()) {
    problem =
        "`{}` names nothing: write a field of the value, or @key, @topic, @partition, @offset";
    return false;
  }
  if (name.front() != '@') {
    out.parts_.push_back({Kind::field, std::string(name)});
    return true;
  }
  static constexpr std::pair<std::string_view, Kind> names[] = {{"@key", Kind::key},
                                                                {"@topic", Kind::topic},
                                                                {"@partition", Kind::partition},
                                                                {"@offset", Kind::offset}};
  for (const auto& [known, kind] : names) {
    if (known != name) continue;
    out.parts_.push_back({kind, {}});
    return true;
  }
  problem = "`{" + std::string(name) + "}` is none of {@key}, {@topic}, {@partition}, {@offset}";
  return false;
}

std::optional<TextTemplate> TextTemplate::parse(std::string_view text, std::string& problem) {
  TextTemplate out;
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if ((c == '{' || c == '}') && i + 1 < text.size() && text[i + 1] == c) {
      plain += c;
      ++i;
    } else if (c == '}') {
      problem = "a `}` without its `{`: write `}}` for a brace";
      return std::nullopt;
    } else if (c == '{') {
      const auto end = text.find('}', i);
      if (end == std::string_view::npos) {
        problem = "a `{` without its `}`: write `{{` for a brace";
        return std::nullopt;
      }
      if (!plain.empty()) out.parts_.push_back({Kind::text, std::move(plain)});
      plain.clear();
      if (!add_place(out, text.substr(i + 1, end - i - 1), problem)) return std::nullopt;
      i = end;
    } else {
      plain += c;
    }
  }
  if (!plain.empty()) out.parts_.push_back({Kind::text, std::move(plain)});
  return out;
}

Outcome<std::string> TextTemplate::value_of(const Part& part, const Source& source) {
  switch (part.kind) {
    case Kind::field:
      return source.fields.text(part.text);
    case Kind::key:
      if (source.record.key) return std::string(*source.record.key);
      return Error{Errc::malformed, "the record has no key, and {@key} is asked for", {}};
    case Kind::topic:
      return std::string(source.topic);
    case Kind::partition:
      return std::to_string(source.record.partition.value);
    case Kind::offset:
      return std::to_string(source.record.offset.value);
    case Kind::text:
      break;
  }
  return part.text;
}

Outcome<std::string> TextTemplate::fill(const Source& source, const Filter& filter) const {
  std::string out;
  for (const Part& part : parts_) {
    auto text = value_of(part, source);
    if (text.ok() && filter && part.kind != Kind::text) text = filter(std::move(text).value());
    if (!text.ok()) return text;
    out += text.value();
  }
  return out;
}

bool TextTemplate::fixed() const {
  return std::ranges::all_of(parts_, [](const Part& part) { return part.kind == Kind::text; });
}

std::string TextTemplate::literal() const {
  std::string out;
  for (const Part& part : parts_) {
    if (part.kind == Kind::text) out += part.text;
  }
  return out;
}

}  // namespace sluice::common
