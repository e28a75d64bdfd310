// SPDX-License-Identifier: Apache-2.0
#include "options/walk.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace sluice::options {
namespace {

void problem(const WalkContext& context, std::string place, std::string what, std::string help,
             std::string near = {}) {
  context.report.problem(
      {Errc::invalid_config, std::move(place), std::move(what), std::move(help), std::move(near)});
}

// The rows of a level, those of merged groups included.
struct Candidate {
  const OptionRow* row;
  void* object;
  const Level* level;
};
void collect(std::span<const OptionRow> rows, void* object, const Level& level,
             std::vector<Candidate>& out) {
  for (const auto& row : rows) {
    if (row.shape == OptionShape::group) {
      collect(row.rows(), row.descend(object), level, out);
    } else {
      out.push_back({&row, object, &level});
    }
  }
}

std::vector<Candidate> candidates_of(std::span<const Level> levels) {
  std::vector<Candidate> out;
  for (const auto& level : levels) collect(level.rows, level.object, level, out);
  return out;
}

std::string join(const std::string& location, std::string_view key) {
  return location.empty() ? std::string(key) : location + '.' + std::string(key);
}

std::string config_key_of(const Candidate& candidate) {
  if (!candidate.row->config_key.empty()) return std::string(candidate.row->config_key);
  return join(candidate.level->config_key, candidate.row->name);
}

void report_unknown(const ConfigNode& node, std::span<const Candidate> candidates,
                    std::span<const std::string> handled, const std::string& location,
                    const WalkContext& context) {
  const auto place = place_of_key(context.path, node);
  const auto what = "the key `" + node.key + "` is not known" +
                    (location.empty() ? " at the top of the file" : " under `" + location + '`');
  if (const auto other = context.keys.elsewhere(node.key, location)) {
    const auto where = other->empty() ? "at the top of the file" : "under `" + *other + '`';
    return problem(context, place, what, "it belongs " + where, node.key);
  }
  std::vector<std::string> names(handled.begin(), handled.end());
  for (const auto& candidate : candidates) {
    if (!candidate.row->is_hidden) names.push_back(key_of(*candidate.row));
  }
  // `max_byets` is as near to `max-bytes` as to `max_bytes`.
  auto near = nearest(node.key, names);
  if (!near) near = nearest(normalized(node.key), names);
  problem(context, place, what, advice(near, names), near.value_or(""));
}

std::string kind_name(ConfigNode::Kind kind) {
  switch (kind) {
    case ConfigNode::Kind::null:
      return "nothing";
    case ConfigNode::Kind::scalar:
      return "one value";
    case ConfigNode::Kind::list:
      return "a list";
    case ConfigNode::Kind::mapping:
      return "a mapping";
  }
  return "something else";
}

}  // namespace

void KeyIndex::add(std::string_view key, const std::string& location) {
  locations_.emplace_back(normalized(key), location);
}

void KeyIndex::add_rows(std::span<const OptionRow> rows, const std::string& location) {
  for (const auto& row : rows) {
    if (row.shape == OptionShape::group) {
      add_rows(row.rows(), location);
      continue;
    }
    add(key_of(row), location);
    add(row.name, location);
    if (row.shape == OptionShape::table) add_rows(row.rows(), join(location, key_of(row)));
  }
}

std::optional<std::string> KeyIndex::elsewhere(std::string_view key,
                                               const std::string& here) const {
  const auto wanted = normalized(key);
  for (const auto& [name, location] : locations_) {
    if (name == wanted && location != here) return location;
  }
  return std::nullopt;
}

std::vector<Found> walk(const ConfigNode& mapping, std::span<const Level> levels,
                        const WalkContext& context, std::span<const std::string> handled) {
  const auto& location = levels.front().location;
  std::vector<Found> found;
  if (mapping.kind == ConfigNode::Kind::null) return found;
  if (mapping.kind != ConfigNode::Kind::mapping) {
    problem(context, place_of(context.path, mapping),
            "a mapping is expected here, not " + kind_name(mapping.kind),
            "write `key: value` lines, indented below `" + location + ":`");
    return found;
  }
  const auto candidates = candidates_of(levels);
  std::map<const OptionRow*, const ConfigNode*> seen;
  for (const auto& node : mapping.children) {
    if (std::ranges::find(handled, node.key) != handled.end()) continue;
    const auto match = std::ranges::find_if(candidates, [&](const Candidate& candidate) {
      return !candidate.row->is_positional && answers_to(*candidate.row, node.key);
    });
    if (match == candidates.end()) {
      report_unknown(node, candidates, handled, location, context);
      continue;
    }
    const auto [first, is_new] = seen.try_emplace(match->row, &node);
    if (!is_new) {
      if (node.key == first->second->key) continue;  // reported with the tree
      problem(
          context, place_of_key(context.path, node),
          "the key `" + node.key + "` means the same as `" + first->second->key + '`',
          "it is also in line " + std::to_string(first->second->key_line) + ": remove one of them");
      continue;
    }
    if (match->row->shape == OptionShape::table) {
      const Level inner{match->row->rows(), match->row->descend(match->object),
                        join(location, node.key), config_key_of(*match)};
      for (auto& item : walk(node, {&inner, 1}, context)) found.push_back(std::move(item));
    } else {
      found.push_back({match->row, match->object, &node, config_key_of(*match)});
    }
  }
  return found;
}

void store_found(const Found& found, const WalkContext& context) {
  if (is_unset(*found.row, *found.node)) return;
  if (found.row->shape != OptionShape::tables) {
    if (auto entries = read_entries(*found.row, *found.node, context)) {
      found.row->store(found.object, *std::move(entries));
    }
    return;
  }
  if (found.node->kind != ConfigNode::Kind::list) {
    problem(context, place_of(context.path, *found.node),
            "a list is expected here, not " + kind_name(found.node->kind),
            "write each item as `- key: value`");
    return;
  }
  found.row->clear(found.object);
  for (const auto& item : found.node->children) {
    if (item.kind == ConfigNode::Kind::null) {
      problem(context, place_of(context.path, item), "an item of the list is empty", "remove it");
      continue;
    }
    // The location in messages is the list's; every item has the same keys.
    const Level level{found.row->rows(), found.row->add(found.object), key_of(*found.row), {}};
    fill(item, level, context);
  }
}

namespace {

// Below a table that is there, too.
void check_required(const ConfigNode& mapping, const Level& level, const WalkContext& context,
                    std::span<const std::string> handled) {
  if (mapping.kind != ConfigNode::Kind::mapping) return;
  for (const auto& candidate : candidates_of({&level, 1})) {
    const auto& row = *candidate.row;
    const auto key = key_of(row);
    if (std::ranges::find(handled, key) != handled.end()) continue;
    const auto given = std::ranges::find_if(
        mapping.children, [&](const ConfigNode& child) { return answers_to(row, child.key); });
    if (given != mapping.children.end()) {
      if (row.shape != OptionShape::table) continue;
      const Level inner{row.rows(), row.descend(candidate.object), join(level.location, key), {}};
      check_required(*given, inner, context, {});
    } else if (row.is_required) {
      const auto where =
          level.location.empty() ? "at the top of the file" : "under `" + level.location + '`';
      problem(context, place_of(context.path, mapping), "the key `" + key + "` is missing " + where,
              "add `" + key + ": ...`");
    }
  }
}

}  // namespace

std::vector<Found> fill(const ConfigNode& mapping, const Level& level, const WalkContext& context,
                        std::span<const std::string> handled) {
  auto found = walk(mapping, {&level, 1}, context, handled);
  for (const auto& item : found) store_found(item, context);
  check_required(mapping, level, context, handled);
  return found;
}

}  // namespace sluice::options
