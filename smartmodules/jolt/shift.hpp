// SPDX-License-Identifier: Apache-2.0
#pragma once

// The operation `shift`: a tree of keys to match, with the places where the values go.
//
// Of the rules of one level those with @, $ and # run first, once. Then each key of the input takes
// the first rule that matches it: of the literal ones, then of those with &, then of those with *
// or |, in the order of the specification.

#include "expression.hpp"

namespace jolt {

namespace json = sluice::guest::json;
using json::Value;
using sluice::guest::concat;
using sluice::guest::ok;
using sluice::guest::Optional;
using sluice::guest::Status;

inline constexpr size_t index_max = 1'000'000;

struct Rules;

// Where what was matched goes: to each of the paths, or into the next level; or nowhere.
struct Target {
  List<Path> paths;
  const Rules* rules = nullptr;
};

struct Rule {
  Left left;
  Target target;
};

struct Rules {
  List<Rule> first;  // @ $ #
  List<Rule> literals, matches, patterns;
};

Result<const Rules*> read_rules(const Value& spec);

class Shift {
 public:
  explicit Shift(const Value& input) { levels_.add({.matches = {}, .value = input}); }

  Result<Value> run(const Rules& rules) {
    levels_[0].matches.add("root");
    const Status done = apply(rules);
    if (!done.ok()) return done.error();
    return out_;
  }

 private:
  // A level of the input that was walked into: the value there, and what its key matched, whole
  // and by star.
  struct Level {
    List<Text> matches;
    Value value;
  };

  Status apply(const Rules& rules);
  Status apply_first(const Rule& rule);
  Status match_key(const Rules& rules, Text key, const Value& value);
  Status enter(const List<Text>& matches, const Value& value, const Target& target);
  Status insert(const Path& path, const Value& value);

  Result<Value*> insert_index(Value& at, const Part& part);
  Result<Text> match_of(const Entry& entry) const;
  Result<Value> value_of(const Entry& entry) const;
  Result<Text> key_of(const Part& part) const;
  Result<size_t> index_of(const Entry& entry) const;
  Status go(const Value*& at, const Part& part) const;

  List<Level> levels_;
  Value out_;
};

// --- reading the specification

inline Status add_paths(Target& target, const Value& value) {
  if (value.is_array()) {
    for (const Value& item : value.items()) {
      const Status added = add_paths(target, item);
      if (!added.ok()) return added;
    }
    return ok;
  }
  if (!value.is_text()) return Error("`", json::to_text(value), "` is not a path");
  const Result<Path> path = ExpressionParser(value.text()).path();
  if (!path.ok()) return path.error();
  target.paths.add(*path);
  return ok;
}

inline Status read_rule(Rules& rules, const json::Member& member) {
  const Result<Left> left = ExpressionParser(member.name).left();
  if (!left.ok()) return left.error();
  Rule rule{.left = *left, .target = {}};
  const bool is_first = left->kind < Left::Kind::match;
  if (member.value.is_object() && !is_first) {
    const Result<const Rules*> below = read_rules(member.value);
    if (!below.ok()) return below.error();
    rule.target.rules = *below;
  } else if (!member.value.is_null() || is_first) {
    const Status paths = add_paths(rule.target, member.value);
    if (!paths.ok()) return paths;
  }
  List<Rule>& list = is_first                            ? rules.first
                     : left->kind == Left::Kind::match   ? rules.matches
                     : left->kind == Left::Kind::literal ? rules.literals
                                                         : rules.patterns;
  list.add(rule);
  return ok;
}

inline Result<const Rules*> read_rules(const Value& spec) {
  if (!spec.is_object()) return Error("the specification of a shift is not an object");
  Rules* rules = sluice::guest::take_array<Rules>(1);
  for (const json::Member& member : spec.members()) {
    const Status read = read_rule(*rules, member);
    if (!read.ok()) return read.error();
  }
  return static_cast<const Rules*>(rules);
}

// --- matching

// Whether the pieces with stars between them make up the key; then the key and what each star is.
inline bool match_pieces(const List<Text>& pieces, Text key, List<Text>& matches) {
  matches = {};
  matches.add(key);
  if (pieces.size() == 1) return key == pieces[0];
  if (!key.starts_with(pieces[0])) return false;
  Text rest = key.after(pieces[0].size());
  for (uint32_t i = 1; i + 1 < pieces.size(); ++i) {
    const size_t at = rest.find(pieces[i]);
    if (at == Text::npos) return false;
    matches.add(rest.first(at));
    rest = rest.after(at + pieces[i].size());
  }
  const Text last = pieces[pieces.size() - 1];
  if (!rest.ends_with(last)) return false;
  matches.add(rest.first(rest.size() - last.size()));
  return true;
}

inline Status Shift::enter(const List<Text>& matches, const Value& value, const Target& target) {
  levels_.add({.matches = matches, .value = value});
  Status done = ok;
  if (target.rules != nullptr) done = apply(*target.rules);
  for (const Path& path : target.paths) {
    if (done.ok()) done = insert(path, value);
  }
  levels_.pop();
  return done;
}

inline Status Shift::match_key(const Rules& rules, Text key, const Value& value) {
  List<Text> matches;
  matches.add(key);
  for (const Rule& rule : rules.literals) {
    if (rule.left.text == key) return enter(matches, value, rule.target);
  }
  for (const Rule& rule : rules.matches) {
    const Result<Text> name = match_of(rule.left.entry);
    if (!name.ok()) return name.error();
    if (*name == key) return enter(matches, value, rule.target);
  }
  for (const Rule& rule : rules.patterns) {
    for (const List<Text>& pieces : rule.left.alternatives) {
      if (match_pieces(pieces, key, matches)) return enter(matches, value, rule.target);
    }
  }
  return ok;
}

inline Status Shift::apply_first(const Rule& rule) {
  Result<Value> value = Value::of(rule.left.text);
  if (rule.left.kind == Left::Kind::value) value = value_of(rule.left.entry);
  if (rule.left.kind == Left::Kind::key_name) {
    const Result<Text> name = match_of(rule.left.entry);
    if (!name.ok()) return name.error();
    value = Value::of(*name);
  }
  if (!value.ok()) return value.error();
  const Level tip = levels_[levels_.size() - 1];  // the rule counts as a level of its own
  levels_.add(tip);
  Status done = ok;
  for (const Path& path : rule.target.paths) {
    if (done.ok()) done = insert(path, *value);
  }
  levels_.pop();
  return done;
}

inline Status Shift::apply(const Rules& rules) {
  const Value tip = levels_[levels_.size() - 1].value;
  for (const Rule& rule : rules.first) {
    const Status done = apply_first(rule);
    if (!done.ok()) return done;
  }
  if (!tip.is_object() && !tip.is_array()) return match_key(rules, tip.text(), tip);
  for (const json::Member& member : tip.members()) {
    const Status done = match_key(rules, member.name, member.value);
    if (!done.ok()) return done;
  }
  size_t index = 0;
  for (const Value& item : tip.items()) {
    const Status done = match_key(rules, concat(index++), item);
    if (!done.ok()) return done;
  }
  return ok;
}

// --- what an expression says

inline Result<Text> Shift::match_of(const Entry& entry) const {
  const size_t depth = levels_.size();
  if (entry.level >= depth)
    return Error("Path index out of range when using wildcard. Index=", entry.level,
                 ";Length=", depth, ';');
  const List<Text>& matches = levels_[depth - entry.level - 1].matches;
  if (entry.group >= matches.size())
    return Error("Match index out of range when using wildcard. Index=", entry.group,
                 ";Length=", size_t{matches.size()}, ';');
  return matches[entry.group];
}

inline Result<Value> Shift::value_of(const Entry& entry) const {
  const size_t depth = levels_.size();
  if (entry.level >= depth)
    return Error("Path index out of range when using wildcard. Index=", entry.level,
                 ";Length=", depth, ';');
  const Value* at = &levels_[depth - entry.level - 1].value;
  for (const Part& part : entry.path->parts) {
    const Status gone = go(at, part);
    if (!gone.ok()) return gone.error();
  }
  return *at;
}

inline Status Shift::go(const Value*& at, const Part& part) const {
  if (part.kind == Part::Kind::key) {
    const Result<Text> key = key_of(part);
    if (!key.ok()) return key.error();
    if (!at->is_object()) return Error("Unexpected right hand side expression.");
    at = at->find(*key);
    if (at == nullptr) return Error("Key not found in object:", *key);
    return ok;
  }
  if (part.kind == Part::Kind::append || !at->is_array())
    return Error("Unexpected right hand side expression.");
  const Result<size_t> index = index_of(part.entries[0]);
  if (!index.ok()) return index.error();
  const size_t count = at->items().count;
  at = at->item(*index);
  if (at == nullptr)
    return Error("Array index out of range. Index=", *index, ";Length=", count, ';');
  return ok;
}

inline Result<Text> Shift::key_of(const Part& part) const {
  Buffer key;
  for (const Entry& entry : part.entries) {
    if (entry.kind == Entry::Kind::text) {
      key.append(entry.text);
    } else if (entry.kind == Entry::Kind::match) {
      const Result<Text> match = match_of(entry);
      if (!match.ok()) return match.error();
      key.append(*match);
    } else {
      const Result<Value> value = value_of(entry);
      if (!value.ok()) return value.error();
      if (value->is_null() || value->is_array() || value->is_object())
        return Error("Expression didn't evaluate to a string.");
      key.append(value->text());
    }
  }
  return key.view();
}

inline Result<size_t> Shift::index_of(const Entry& entry) const {
  Text text = entry.text;
  if (entry.kind == Entry::Kind::match) {
    const Result<Text> match = match_of(entry);
    if (!match.ok()) return match.error();
    text = *match;
  } else if (entry.kind == Entry::Kind::value) {
    const Result<Value> value = value_of(entry);
    if (!value.ok()) return value.error();
    if (!value->is_text() && !value->is_number())
      return Error("Json value can't be used as an index: ", json::to_text(*value));
    text = value->text();
  }
  const auto index = json::parse_index(text);
  if (!index) return Error("Invalid index in expression: `", text, "`");
  return *index;
}

// --- writing

// The place in the array at `at`, which becomes one; what was there is its first item.
inline Result<Value*> Shift::insert_index(Value& at, const Part& part) {
  if (!at.is_array()) {
    const Value old = at;
    at = Value::array();
    if (!old.is_null()) at.push(old);
  }
  if (part.kind == Part::Kind::append) return &at.push({});
  const Result<size_t> index = index_of(part.entries[0]);
  if (!index.ok()) return index.error();
  if (*index >= index_max) return Error("the index ", *index, " is too high");
  while (at.items().count <= *index) at.push({});
  return at.item(*index);
}

// A second value for one place makes it a list of both.
inline Status Shift::insert(const Path& path, const Value& value) {
  Value* at = &out_;
  for (const Part& part : path.parts) {
    if (part.kind != Part::Kind::key) {
      const Result<Value*> place = insert_index(*at, part);
      if (!place.ok()) return place.error();
      at = *place;
      continue;
    }
    const Result<Text> key = key_of(part);
    if (!key.ok()) return key.error();
    if (!at->is_object()) *at = Value::object();
    at = &at->member(*key);
  }
  const Value copy = value.clone();
  if (at->is_null()) {
    *at = copy;
  } else if (at->is_array()) {
    at->push(copy);
  } else {
    const Value both = Value::array();
    both.push(*at);
    both.push(copy);
    *at = both;
  }
  return ok;
}

}  // namespace jolt
