// SPDX-License-Identifier: Apache-2.0
#include "deploy/yaml_text.hpp"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>
#include <yaml-cpp/yaml.h>

#include "base/text.hpp"
#include "sluice/json_text.hpp"

namespace sluice::deploy {
namespace {

using Json = nlohmann::ordered_json;

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// A word for every YAML reader: begins with a letter or `/`, has nothing but plain characters.
bool is_plain(std::string_view text) {
  if (text.empty() || (!is_letter(text[0]) && text[0] != '/')) return false;
  const bool word = std::ranges::all_of(text, [](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || c == '/';
  });
  constexpr std::array<std::string_view, 9> meaning{"y",   "n",    "yes",   "no",  "on",
                                                    "off", "true", "false", "null"};
  return word && std::ranges::none_of(meaning, [&](std::string_view other) {
           return equal_ignoring_case(text, other);
         });
}

// What a block scalar gives back unchanged: whole lines of printable text, none of which a
// reader could cut or take for the block's indentation.
bool fits_block(std::string_view text) {
  if (!text.ends_with('\n') || text.ends_with("\n\n") || !is_utf8(text)) return false;
  if (text.front() == ' ' || text.front() == '\n') return false;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && c != '\n') || byte >= 0x7f) return false;
  }
  return true;
}

void emit(YAML::Emitter& out, const Json& value);

void emit_text(YAML::Emitter& out, const std::string& text) {
  if (fits_block(text)) {
    out << YAML::Literal << text.substr(0, text.size() - 1);
  } else if (is_plain(text)) {
    out << text;
  } else {
    out << YAML::DoubleQuoted << text;
  }
}

void emit_list(YAML::Emitter& out, const Json& value) {
  if (value.empty()) out << YAML::Flow;
  out << YAML::BeginSeq;
  for (const auto& item : value) emit(out, item);
  out << YAML::EndSeq;
}

void emit_mapping(YAML::Emitter& out, const Json& value) {
  if (value.empty()) out << YAML::Flow;
  out << YAML::BeginMap;
  for (const auto& [key, item] : value.items()) {
    out << YAML::Key;
    emit_text(out, key);
    out << YAML::Value;
    emit(out, item);
  }
  out << YAML::EndMap;
}

void emit(YAML::Emitter& out, const Json& value) {
  if (value.is_object()) return emit_mapping(out, value);
  if (value.is_array()) return emit_list(out, value);
  if (value.is_string()) return emit_text(out, value.get<std::string>());
  if (value.is_null()) {
    out << YAML::Null;
  } else {
    out << value.dump();  // numbers and truth values are the same in both
  }
}

}  // namespace

std::string yaml_text(const Json& value) {
  YAML::Emitter out;
  out.SetIndent(2);
  emit(out, value);
  return std::string(out.c_str()) + "\n";
}

std::string yaml_texts(const std::vector<Json>& documents) {
  std::string out;
  for (const auto& document : documents) {
    if (!out.empty()) out += "---\n";
    out += yaml_text(document);
  }
  return out;
}

}  // namespace sluice::deploy
