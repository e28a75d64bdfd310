// SPDX-License-Identifier: Apache-2.0
#include "common/sql/json_tree.hpp"

#include <charconv>
#include <ranges>

#include <nlohmann/json.hpp>

#include <sluice/json_text.hpp>

namespace sluice::common::sql {
namespace {

using Kind = Json::Kind;

constexpr std::size_t members_usual = 8;

// Called by the parser for each thing that it meets; false ends it.
class TreeMaker {
 public:
  explicit TreeMaker(Json& root) : root_(&root) {}

  bool null() { return place(Kind::null, {}); }
  bool boolean(bool value) { return place(Kind::boolean, value ? "true" : "false"); }
  bool number_integer(std::int64_t value) { return place(Kind::integer, std::to_string(value)); }
  bool number_unsigned(std::uint64_t value) { return place(Kind::integer, std::to_string(value)); }
  bool number_float(double, const std::string& text) {
    const bool whole = text.find_first_of(".eE") == std::string::npos;
    return place(whole ? Kind::integer : Kind::decimal, text);
  }
  bool string(std::string& text) { return place(Kind::text, std::move(text)); }
  bool binary(nlohmann::json::binary_t&) { return false; }
  bool start_object(std::size_t) { return open(Kind::object); }
  bool key(std::string& text) {
    key_ = std::move(text);
    return true;
  }
  bool end_object() { return shut(); }
  bool start_array(std::size_t) { return open(Kind::array); }
  bool end_array() { return shut(); }
  bool parse_error(std::size_t place, const std::string&, const nlohmann::json::exception&) {
    problem_ = "it breaks at byte " + std::to_string(place);
    return false;
  }
  [[nodiscard]] const std::string& problem() const { return problem_; }

 private:
  Json& add() {
    if (open_.empty()) return *root_;
    auto& members = open_.back()->members;
    if (members.empty()) members.reserve(members_usual);
    JsonMember& member = members.emplace_back();
    member.key.swap(key_);
    return member.value;
  }
  bool place(Kind kind, std::string text) {
    Json& json = add();
    json.kind = kind;
    json.text = std::move(text);
    return true;
  }
  bool open(Kind kind) {
    if (open_.size() == json_depth_max) {
      problem_ = "it is nested deeper than " + std::to_string(json_depth_max);
      return false;
    }
    Json& json = add();
    json.kind = kind;
    open_.push_back(&json);
    return true;
  }
  bool shut() {
    open_.pop_back();
    return true;
  }

  Json* root_;
  std::vector<Json*> open_;  // a vector above grows only while its last member is not open
  std::string key_;
  std::string problem_;
};

void append(std::string& out, const Json& json) {
  switch (json.kind) {
    case Kind::null:
      out += "null";
      return;
    case Kind::text:
      append_json_string(out, json.text);
      return;
    case Kind::object:
    case Kind::array:
      break;
    default:
      out += json.text;
      return;
  }
  const bool object = json.kind == Kind::object;
  out += object ? '{' : '[';
  for (const auto& [key, value] : json.members) {
    if (&value != &json.members.front().value) out += ',';
    if (object) {
      append_json_string(out, key);
      out += ':';
    }
    append(out, value);
  }
  out += object ? '}' : ']';
}

const Json* step(const Json& json, std::string_view word) {
  if (json.kind != Kind::array) return json.find(word);
  std::size_t index = 0;
  const auto read = std::from_chars(word.data(), word.data() + word.size(), index);
  if (read.ec != std::errc{} || read.ptr != word.data() + word.size()) return nullptr;
  return index < json.members.size() ? &json.members[index].value : nullptr;
}

}  // namespace

const Json* Json::find(std::string_view key) const {
  if (kind != Kind::object) return nullptr;
  for (const auto& member : members | std::views::reverse) {
    if (member.key == key) return &member.value;
  }
  return nullptr;
}

Outcome<Json> parse_json(std::string_view text) {
  Json root;
  TreeMaker maker(root);
  if (nlohmann::json::sax_parse(text.begin(), text.end(), &maker)) return root;
  return Error{Errc::malformed, "the value is not JSON: " + maker.problem(), {}};
}

bool is_json(std::string_view text) {
  return parse_json(text).ok();
}

std::string format_json(const Json& json) {
  std::string out;
  append(out, json);
  return out;
}

std::string_view name_of(Kind kind) {
  switch (kind) {
    case Kind::null:
      return "null";
    case Kind::boolean:
      return "a boolean";
    case Kind::integer:
    case Kind::decimal:
      return "a number";
    case Kind::text:
      return "a text";
    case Kind::object:
      return "an object";
    case Kind::array:
      return "a list";
  }
  return "";
}

const Json* find_path(const Json& root, std::string_view path) {
  if (path.starts_with('$')) path.remove_prefix(1);
  if (path.starts_with('.')) path.remove_prefix(1);
  const Json* at = &root;
  while (!path.empty() && at != nullptr) {
    const auto dot = path.find('.');
    at = step(*at, path.substr(0, dot));
    path = dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1);
  }
  return at;
}

}  // namespace sluice::common::sql
