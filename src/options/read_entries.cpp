// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/text.hpp"
#include "options/convert.hpp"
#include "options/node_json.hpp"
#include "options/walk.hpp"

namespace sluice::options {
namespace {

using Kind = ConfigNode::Kind;

// Reads one value of a row; problems go to the report.
class EntryReader {
 public:
  EntryReader(const OptionRow& row, const WalkContext& context) : row_(row), context_(context) {}

  std::optional<Scalar> one(const ConfigNode& node);
  std::optional<std::vector<Entry>> list(const ConfigNode& node);
  std::optional<std::vector<Entry>> map(const ConfigNode& node);
  // A refusal at the node's place.
  std::nullopt_t refuse(const ConfigNode& node, Refusal refusal) {
    context_.report.problem({Errc::invalid_config, place_of(context_.path, node),
                             '`' + std::string(node.key.empty() ? key_of(row_) : node.key) +
                                 "`: " + std::move(refusal.problem),
                             std::move(refusal.help), std::move(refusal.suggestion)});
    return std::nullopt;
  }

 private:
  std::optional<Scalar> scalar(const ConfigNode& node);
  std::optional<Scalar> structure(const ConfigNode& node);
  std::optional<Scalar> seconds_and_nanos(const ConfigNode& node);
  std::optional<Scalar> unexpected(const ConfigNode& node);

  template <typename T>
  std::optional<T> accept(const ConfigNode& node, Converted<T> converted) {
    if (converted) return *std::move(converted);
    return refuse(node, std::move(converted).error());
  }

  const OptionRow& row_;
  const WalkContext& context_;
};

bool is_typed(OptionKind kind) {
  return kind == OptionKind::boolean || kind == OptionKind::integer || kind == OptionKind::number;
}

std::optional<Scalar> EntryReader::scalar(const ConfigNode& node) {
  const bool is_text = node.quoted && !node.is_secret && !context_.stringified;
  if (is_text && is_typed(row_.value.kind)) {
    const auto as_typed = convert(row_, node.text, row_.masks_value());
    return refuse(node, {shown(row_.masks_value() ? "***" : node.text) + " is text, not " +
                             std::string(noun_of(row_.value.kind)),
                         as_typed ? "remove the quotes" : "",
                         {}});
  }
  const bool rewrites = context_.stringified && !node.quoted && row_.shape != OptionShape::map;
  const auto text = rewrites ? stringified(node.text) : node.text;
  return accept(node, convert(row_, text, node.is_secret));
}

// {secs: 10, nanos: 0}
std::optional<Scalar> EntryReader::seconds_and_nanos(const ConfigNode& node) {
  const auto part = [&](std::string_view key) -> std::optional<std::int64_t> {
    const auto* const child = node.find(key);
    if (child == nullptr) return 0;
    std::int64_t value = 0;
    const auto* const last = child->text.data() + child->text.size();
    const auto [end, status] = std::from_chars(child->text.data(), last, value);
    const bool whole = child->kind == Kind::scalar && status == std::errc{} && end == last;
    return whole && value >= 0 ? std::optional(value) : std::nullopt;
  };
  const bool known = std::ranges::all_of(node.children, [](const ConfigNode& child) {
    return child.key == "secs" || child.key == "nanos";
  });
  const auto secs = part("secs");
  const auto nanos = part("nanos");
  std::int64_t sum = 0;
  if (!known || node.children.empty() || !secs || !nanos || *nanos >= 1'000'000'000 ||
      __builtin_mul_overflow(*secs, std::int64_t{1'000'000'000}, &sum) ||
      __builtin_add_overflow(sum, *nanos, &sum)) {
    return refuse(
        node,
        {"this mapping is not a duration", "write for example 10s, or {secs: 10, nanos: 0}", {}});
  }
  return accept(node, in_range(row_, sum));
}

std::optional<Scalar> EntryReader::structure(const ConfigNode& node) {
  const bool is_mapping = node.kind == Kind::mapping;
  const bool keeps = row_.value.kind == OptionKind::json || row_.takes_structures;
  if (keeps) return Scalar(json_of(node));
  if (is_mapping && row_.value.kind == OptionKind::duration) return seconds_and_nanos(node);
  const bool is_pair =
      is_mapping && node.children.size() == 1 && node.children.front().kind == Kind::scalar;
  if (is_pair && row_.value.pair_as_text) {
    const auto& value = node.children.front();
    return accept(node, convert(row_, value.key + '=' + value.text, value.is_secret));
  }
  return unexpected(node);
}

std::optional<Scalar> EntryReader::unexpected(const ConfigNode& node) {
  std::string help = "write one value";
  if (node.kind == Kind::mapping && row_.value.kind == OptionKind::header) {
    help = "put the header in quotes: \"Name: value\"";
  } else if (node.kind == Kind::mapping && row_.value.kind == OptionKind::text) {
    help = "write one value, in quotes if it has `: ` or `{`";
  }
  const auto what = node.kind == Kind::list ? "a list" : "a mapping";
  return refuse(node, {std::string("one value is expected, not ") + what, std::move(help), {}});
}

std::optional<Scalar> EntryReader::one(const ConfigNode& node) {
  if (node.is_unusable) return std::nullopt;
  if (node.kind == Kind::scalar) return scalar(node);
  if (node.kind != Kind::null) return structure(node);
  if (row_.takes_structures || row_.value.kind == OptionKind::json) return Scalar("null");
  return refuse(node, {"it has no value",
                       row_.value.kind == OptionKind::text ? "write \"\" for an empty text"
                                                           : "write a value or remove the key",
                       {}});
}

std::optional<std::vector<Entry>> EntryReader::list(const ConfigNode& node) {
  std::vector<Entry> out;
  if (node.kind == Kind::scalar && !row_.empty_word.empty() && node.text == row_.empty_word) {
    return out;
  }
  if (node.kind != Kind::list) {
    auto value = one(node);
    if (!value) return std::nullopt;
    out.push_back({{}, *std::move(value)});
    return out;
  }
  bool ok = true;
  for (const auto& item : node.children) {
    auto value = one(item);
    ok = ok && value;
    if (value) out.push_back({{}, *std::move(value)});
  }
  if (!ok) return std::nullopt;
  return out;
}

std::optional<std::vector<Entry>> EntryReader::map(const ConfigNode& node) {
  std::vector<Entry> out;
  bool ok = true;
  if (node.kind == Kind::list || node.kind == Kind::scalar) {
    // Generation B/K passed `key:value` texts on.
    const std::span<const ConfigNode> items = node.kind == Kind::list
                                                  ? std::span<const ConfigNode>(node.children)
                                                  : std::span<const ConfigNode>(&node, 1);
    for (const auto& item : items) {
      std::optional<Entry> entry;
      if (item.kind != Kind::scalar) {
        refuse(item, {"a mapping is expected", "write `key: value` lines without `-`", {}});
      } else {
        entry = accept(item, convert_entry(row_, item.text, item.is_secret));
      }
      ok = ok && entry;
      if (entry) out.push_back(*std::move(entry));
    }
  } else {
    for (const auto& item : node.children) {
      auto value = one(item);
      ok = ok && value;
      if (value) out.push_back({item.key, *std::move(value)});
    }
  }
  if (!ok) return std::nullopt;
  return out;
}

}  // namespace

bool is_unset(const OptionRow& row, const ConfigNode& node) {
  return node.kind == Kind::null && (row.shape == OptionShape::optional || row.repeats());
}

std::optional<std::vector<Entry>> read_entries(const OptionRow& row, const ConfigNode& node,
                                               const WalkContext& context) {
  EntryReader reader(row, context);
  if (row.shape == OptionShape::list) return reader.list(node);
  if (row.shape == OptionShape::map) return reader.map(node);
  auto value = reader.one(node);
  if (!value) return std::nullopt;
  std::vector<Entry> out;
  out.push_back({{}, *std::move(value)});
  return out;
}

}  // namespace sluice::options
