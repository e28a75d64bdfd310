// SPDX-License-Identifier: Apache-2.0
#include "options/node_json.hpp"

#include <array>
#include <charconv>
#include <cmath>

#include <nlohmann/json.hpp>

namespace sluice::options {
namespace {

using nlohmann::json;

template <typename T>
std::optional<T> whole(std::string_view text) {
  int base = 10;
  if (text.starts_with("0x")) base = 16;
  if (text.starts_with("0o")) base = 8;
  if (base != 10) text.remove_prefix(2);
  T value{};
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (text.empty() || status != std::errc{} || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return value;
}

std::optional<double> real(std::string_view text) {
  const bool looks_so = !text.empty() &&
                        text.find_first_of("0123456789") != std::string_view::npos &&
                        text.find_first_not_of("+-.0123456789eE") == std::string_view::npos;
  if (!looks_so) return std::nullopt;
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (status != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

json scalar(const ConfigNode& node) {
  const auto& text = node.text;
  if (node.quoted || node.is_secret) return text;
  if (text == "true" || text == "True" || text == "TRUE") return true;
  if (text == "false" || text == "False" || text == "FALSE") return false;
  if (const auto value = whole<std::int64_t>(text)) return *value;
  if (const auto value = whole<std::uint64_t>(text)) return *value;
  if (const auto value = real(text)) return *value;
  return text;
}

json tree(const ConfigNode& node) {
  switch (node.kind) {
    case ConfigNode::Kind::null:
      return nullptr;
    case ConfigNode::Kind::scalar:
      return scalar(node);
    case ConfigNode::Kind::list: {
      auto out = json::array();
      for (const auto& child : node.children) out.push_back(tree(child));
      return out;
    }
    case ConfigNode::Kind::mapping: {
      auto out = json::object();
      for (const auto& child : node.children) out[child.key] = tree(child);
      return out;
    }
  }
  return nullptr;
}

}  // namespace

std::string json_of(const ConfigNode& node) {
  return tree(node).dump(-1, ' ', false, json::error_handler_t::replace);
}

bool is_json(std::string_view text) {
  return json::accept(text);
}

std::string stringified(const std::string& plain) {
  if (const auto value = whole<std::int64_t>(plain)) return std::to_string(*value);
  if (const auto value = whole<std::uint64_t>(plain)) return std::to_string(*value);
  const auto value = real(plain);
  if (!value) return plain;
  constexpr double exact_below = 9007199254740992.0;  // 2^53
  if (std::floor(*value) == *value && std::fabs(*value) < exact_below) {
    return std::to_string(static_cast<std::int64_t>(*value));
  }
  std::array<char, 40> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), *value).ptr;
  return {text.data(), end};
}

}  // namespace sluice::options
