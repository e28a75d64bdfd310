// SPDX-License-Identifier: Apache-2.0
#pragma once

// The two sides of a shift, read: `Left` says which keys match, `Path` where a value goes.
//
//   Left:  @.. | $.. | #text | &.. | pieces with * between them, with | between alternatives
//   Path:  keys with . between them and [index] after them; a key is made of text, &.. and @..
//   &, $:  (level, group) with 0 for what is left out      @: (path) or (level,path)
//
// A backslash escapes @ $ # & [ ] | . , ( ) * and itself. Fluvio's own jolt reads the same.

#include <sluice/smartmodule/json.hpp>
#include <sluice/smartmodule/list.hpp>

namespace jolt {

using sluice::guest::Buffer;
using sluice::guest::Error;
using sluice::guest::List;
using sluice::guest::Result;
using sluice::guest::Text;

struct Path;

// A piece of a key, or what is in brackets.
struct Entry {
  enum class Kind : uint8_t { text, match, value };  // abc, &(level,group), @(level,path)
  Kind kind = Kind::text;
  Text text;
  size_t level = 0;
  size_t group = 0;
  const Path* path = nullptr;
};

struct Part {
  enum class Kind : uint8_t { key, append, index };  // a&b, [], [3] or [&] or [@..]
  Kind kind = Kind::key;
  List<Entry> entries;
};

struct Path {
  List<Part> parts;
};

struct Left {
  enum class Kind : uint8_t { key_name, value, constant, match, literal, pattern };
  Kind kind = Kind::literal;
  Entry entry;                    // of the first four
  Text text;                      // of a constant and a literal
  List<List<Text>> alternatives;  // of a pattern: the pieces around the stars
};

class ExpressionParser {
 public:
  explicit ExpressionParser(Text text) : in_(text) {}

  Result<Left> left() {
    Left made;
    if (at_end()) return made;
    if (take('#')) {
      made.kind = Left::Kind::constant;
      made.text = next_is_key() ? key() : Text();
    } else if (take('@')) {
      made.kind = Left::Kind::value;
      made.entry = value_entry(0);
    } else if (take('$')) {
      made.kind = Left::Kind::key_name;
      made.entry = match_entry();
    } else if (take('&')) {
      made.kind = Left::Kind::match;
      made.entry = match_entry();
    } else {
      pattern(made);
    }
    return finish(made);
  }

  Result<Path> path() {
    const Path made = path_at(0);
    return finish(made);
  }

 private:
  static constexpr int depth_max = 4;

  template <class T>
  Result<T> finish(const T& made) {
    if (!failed_ && !at_end()) fail("this is not expected");
    if (failed_) return Error("`", in_, "`: ", error_);
    return made;
  }
  void fail(Text what) {
    if (!failed_) error_ = sluice::guest::concat(what, ", at byte ", at_);
    failed_ = true;
    at_ = in_.size();
  }

  [[nodiscard]] bool at_end() const { return at_ >= in_.size(); }
  [[nodiscard]] bool next_is(char c) const { return !at_end() && in_[at_] == c; }
  bool take(char c) {
    const bool there = next_is(c);
    if (there) ++at_;
    return there;
  }
  void expect(char c) {
    if (!take(c)) fail(sluice::guest::concat("`", c, "` is missing"));
  }
  static bool is_special(char c) { return Text("$&@#*|[]().,\\").contains(Text(&c, 1)); }
  [[nodiscard]] bool next_is_key() const {
    return !at_end() && (in_[at_] == '\\' || !is_special(in_[at_]));
  }
  Text key() {
    Buffer made;
    while (next_is_key()) {
      if (take('\\') && (at_end() || !is_special(in_[at_]))) fail("there is nothing to escape");
      if (!at_end()) made.append(in_[at_++]);
    }
    return made.view();
  }
  size_t number(Text digits) {
    const auto index = sluice::guest::json::parse_index(digits);
    if (!index) fail(sluice::guest::concat("`", digits, "` is no index"));
    return index.value_or(0);
  }

  // After & or $: nothing, (level), or (level,group).
  Entry match_entry() {
    Entry made{.kind = Entry::Kind::match};
    if (!take('(')) return made;
    made.level = number(key());
    if (take(',')) made.group = number(key());
    expect(')');
    return made;
  }
  // After @: nothing, (path), or (level,path).
  Entry value_entry(int depth) {
    Entry made{.kind = Entry::Kind::value};
    Path path;
    if (take('(')) {
      path = path_at(depth + 1);
      if (take(',')) {
        made.level = level_of(path);
        path = path_at(depth + 1);
      }
      expect(')');
    }
    Path* kept = sluice::guest::take_array<Path>(1);
    *kept = path;
    made.path = kept;
    return made;
  }
  // What looked like a path was the level before a comma.
  size_t level_of(const Path& path) {
    const bool is_text = path.parts.size() == 1 && path.parts[0].entries.size() == 1 &&
                         path.parts[0].entries[0].kind == Entry::Kind::text;
    return number(is_text ? path.parts[0].entries[0].text : Text());
  }

  Path path_at(int depth) {
    Path made;
    if (depth > depth_max) fail("@ is nested too deep");
    if (!next_is('[')) key_part(made, depth);
    while (!failed_) {
      if (take('[')) {
        made.parts.add(index_part(depth));
      } else if (!take('.') || !key_part(made, depth)) {
        break;
      }
    }
    return made;
  }
  // False when there is no key.
  bool key_part(Path& path, int depth) {
    Part made;
    while (!failed_) {
      if (take('&'))
        made.entries.add(match_entry());
      else if (take('@'))
        made.entries.add(value_entry(depth));
      else if (next_is_key())
        made.entries.add({.text = key()});
      else
        break;
    }
    if (!made.entries.empty()) path.parts.add(made);
    return !made.entries.empty();
  }
  Part index_part(int depth) {
    Part made{.kind = Part::Kind::index};
    if (take('&'))
      made.entries.add(match_entry());
    else if (take('@'))
      made.entries.add(value_entry(depth));
    else if (next_is_key())
      made.entries.add({.text = key()}), number(made.entries[0].text);
    else
      made.kind = Part::Kind::append;
    expect(']');
    return made;
  }

  void pattern(Left& made) {
    do made.alternatives.add(pieces());
    while (!failed_ && take('|'));
    if (made.alternatives.size() == 1 && made.alternatives[0].size() == 1) {
      made.text = made.alternatives[0][0];
      return;
    }
    made.kind = Left::Kind::pattern;
  }
  List<Text> pieces() {
    List<Text> made;
    made.add(key());
    while (take('*')) {
      if (next_is('*')) fail("two stars follow each other");
      made.add(key());
    }
    return made;
  }

  Text in_;
  size_t at_ = 0;
  bool failed_ = false;
  Text error_;
};

}  // namespace jolt
