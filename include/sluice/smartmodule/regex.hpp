// SPDX-License-Identifier: Apache-2.0
#pragma once

// Regular expressions in a SmartModule, as Rust's regex crate has them, because that is what the
// patterns in Fluvio's configurations are written for.
//
// The leftmost match, and of those the one that the pattern prefers; the time is linear in the
// text. There are: . ^ $ | * + ? {n,m} and their lazy forms, (..) (?:..) (?P<name>..) (?i) (?m)
// (?s) (?i:..), classes, \d \w \s \p{L,Lu,Ll,Nd} and capitals, \b \B \A \z \< \>, \x{..}. There
// are not: lookaround, back-references, other \p, operations of classes, (?x). `compile` says what
// it will not take. Limits: 5000 instructions, 31 groups, 1000 repetitions.
//
// A compiled pattern is for ever: compile in `init`. Texts that are searched must be UTF-8.

#include "sluice/smartmodule/regex_parse.hpp"

namespace sluice::guest {

// Where a match and its groups are; group 0 is the whole match.
class Match {
 public:
  [[nodiscard]] size_t begin() const { return slots_[0]; }
  [[nodiscard]] size_t end() const { return slots_[1]; }
  // None when there is no such group, or it took no part.
  [[nodiscard]] Optional<Text> group(size_t number) const {
    if (number >= detail::Program::groups_max) return none;
    const size_t from = slots_[2 * number];
    const size_t to = slots_[2 * number + 1];
    if (from == Text::npos || to == Text::npos) return none;
    return text_.after(from).first(to - from);
  }

 private:
  friend class Regex;
  Text text_;
  size_t slots_[2 * detail::Program::groups_max];
};

class Regex {
 public:
  static Result<Regex> compile(Text pattern) {
    const Result<detail::Program> program = detail::RegexParser(pattern).parse();
    if (!program.ok()) return Error("regex `", pattern.first(200), "`: ", program.error().text());
    Regex made;
    made.program_ = *program;
    made.prepare();
    return made;
  }

  // All require: is_utf8(text).
  [[nodiscard]] bool matches(Text text) { return search(text, 0, nullptr); }
  [[nodiscard]] Optional<Match> find(Text text, size_t from = 0) {
    Match match;
    match.text_ = text;
    for (size_t& slot : match.slots_) slot = Text::npos;
    if (!search(text, from, match.slots_)) return none;
    return match;
  }
  // In `with`, $1, $name and ${name} are the groups, and $$ is a dollar.
  [[nodiscard]] Text replace_all(Text text, Text with);

 private:
  using Op = detail::Op;
  using Assertion = detail::Assertion;

  // Places in the program that are reached at one place of the text, the preferred first, and the
  // slots of each. `where` has for each instruction its number in `list`, if it is there.
  struct Threads {
    uint32_t* list = nullptr;
    uint32_t* where = nullptr;
    size_t* slots = nullptr;
    uint32_t count = 0;

    [[nodiscard]] bool has(uint32_t at) const { return where[at] < count && list[where[at]] == at; }
  };
  // What is still to do while ways that read nothing are followed: go to an instruction, or put a
  // slot back to what it was.
  struct Step {
    uint32_t at = 0;
    uint32_t slot = no_slot;
    size_t old = 0;
    static constexpr uint32_t no_slot = UINT32_MAX;
  };
  // One place in the text, and what is on both sides of it; -1 where it ends.
  struct Place {
    size_t at = 0;
    int32_t before = -1;
    int32_t after = -1;
    size_t size = 0;  // of the character after it
  };

  void prepare();
  void find_starts();
  bool search(Text text, size_t from, size_t* found);
  bool step(const Place& place, const Place& after, size_t* found);
  [[nodiscard]] Place skip(Text text, Place place) const;
  void follow(Threads& threads, uint32_t start, const Place& place);
  void visit(Threads& threads, uint32_t at, const Place& place);
  [[nodiscard]] bool consumes(const detail::Instruction& one, int32_t c) const;
  static bool holds(Assertion assertion, const Place& place);
  static Place place_at(Text text, size_t at);
  static Place next_place(Text text, const Place& place);
  [[nodiscard]] Optional<Text> group_named(const Match& match, Text name) const;
  void expand(Buffer& out, Text with, const Match& match) const;

  detail::Program program_;
  Threads now_, next_;
  Step* steps_ = nullptr;
  uint32_t step_count_ = 0;
  size_t* slots_ = nullptr;  // of the thread that is followed
  uint32_t slot_count_ = 0;
  uint32_t slots_used_ = 0;  // none, when nobody asks where the match is
  bool anchored_ = false;
  bool skips_ = false;        // each match reads something, and in ASCII one of
  detail::CharClass starts_;  // these first
};

inline void Regex::prepare() {
  const uint32_t size = program_.code.size();
  slot_count_ = 2 * program_.group_names.size();
  const auto room = [&] {
    return Threads{.list = take_array<uint32_t>(size),
                   .where = take_array<uint32_t>(size),
                   .slots = take_array<size_t>(size_t{size} * slot_count_)};
  };
  now_ = room();
  next_ = room();
  steps_ = take_array<Step>(2 * size_t{size} + 1);
  slots_ = take_array<size_t>(slot_count_);
  const detail::Instruction& first = program_.code[1];  // after the save of the start
  anchored_ =
      first.op == Op::assertion && first.argument == static_cast<int32_t>(Assertion::text_start);
  find_starts();
}

// What a match can start with: all that is reached without reading, assertions taken as true.
inline void Regex::find_starts() {
  now_.count = 0;
  steps_[0] = {.at = 0};
  skips_ = true;
  for (step_count_ = 1; step_count_ > 0;) {
    const uint32_t at = steps_[--step_count_].at;
    if (now_.has(at)) continue;
    now_.where[at] = now_.count;
    now_.list[now_.count++] = at;
    const detail::Instruction& one = program_.code[at];
    if (one.op == Op::match) skips_ = false;
    if (one.op == Op::split || one.op == Op::jump)
      steps_[step_count_++] = {.at = at + static_cast<uint32_t>(one.argument)};
    if (one.op == Op::split || one.op == Op::save || one.op == Op::assertion)
      steps_[step_count_++] = {.at = at + 1};
    for (int32_t c = 0; c < 0x80; ++c) {
      if (consumes(one, c)) starts_.ascii[c >> 5] |= uint32_t{1} << (c & 31);
    }
  }
}

inline bool Regex::holds(Assertion assertion, const Place& place) {
  const auto is_word = [](int32_t c) { return c >= 0 && guest::is_word(c); };
  switch (assertion) {
    case Assertion::text_start:
      return place.before < 0;
    case Assertion::text_end:
      return place.after < 0;
    case Assertion::line_start:
      return place.before < 0 || place.before == '\n';
    case Assertion::line_end:
      return place.after < 0 || place.after == '\n';
    case Assertion::word_boundary:
      return is_word(place.before) != is_word(place.after);
    case Assertion::no_word_boundary:
      return is_word(place.before) == is_word(place.after);
    case Assertion::word_start:
      return !is_word(place.before) && is_word(place.after);
    case Assertion::word_end:
      return is_word(place.before) && !is_word(place.after);
  }
  return false;
}

inline bool Regex::consumes(const detail::Instruction& one, int32_t c) const {
  switch (one.op) {
    case Op::character:
      return c == one.argument;
    case Op::folded_character:
      return lower_of(c) == one.argument;
    case Op::any:
      return true;
    case Op::any_but_newline:
      return c != '\n';
    case Op::char_class:
      return program_.classes[static_cast<size_t>(one.argument)].has(c);
    default:
      return false;
  }
}

// Adds to `threads` all that is reached from `start` without reading, the preferred first.
inline void Regex::follow(Threads& threads, uint32_t start, const Place& place) {
  step_count_ = 0;
  steps_[step_count_++] = {.at = start};
  while (step_count_ > 0) {
    const Step todo = steps_[--step_count_];
    if (todo.slot != Step::no_slot)
      slots_[todo.slot] = todo.old;
    else
      visit(threads, todo.at, place);
  }
}

inline void Regex::visit(Threads& threads, uint32_t at, const Place& place) {
  while (!threads.has(at)) {
    const uint32_t number = threads.count++;
    threads.list[number] = at;
    threads.where[at] = number;
    const detail::Instruction& one = program_.code[at];
    const auto other = static_cast<uint32_t>(static_cast<int32_t>(at) + one.argument);
    switch (one.op) {
      case Op::jump:
        at = other;
        break;
      case Op::split:
        steps_[step_count_++] = {.at = one.next_first ? other : at + 1};
        at = one.next_first ? at + 1 : other;
        break;
      case Op::save:
        if (const auto slot = static_cast<uint32_t>(one.argument); slot < slots_used_) {
          steps_[step_count_++] = {.slot = slot, .old = slots_[slot]};
          slots_[slot] = place.at;
        }
        ++at;
        break;
      case Op::assertion:
        if (!holds(static_cast<Assertion>(one.argument), place)) return;
        ++at;
        break;
      default:
        for (uint32_t i = 0; i < slots_used_; ++i)
          threads.slots[size_t{number} * slot_count_ + i] = slots_[i];
        return;
    }
  }
}

inline Regex::Place Regex::place_at(Text text, size_t at) {
  Place place{.at = at};
  if (at > 0) {
    size_t start = at - 1;
    while (start > 0 && (text[start] & 0xC0) == 0x80) --start;
    place.before = utf8_code(text.after(start).first(at - start));
  }
  if (at < text.size()) {
    place.size = utf8_step(text.after(at));
    place.after = utf8_code(text.after(at).first(place.size));
  }
  return place;
}

inline Regex::Place Regex::next_place(Text text, const Place& place) {
  const size_t at = place.at + place.size;
  Place next{.at = at, .before = place.after};
  if (at == text.size()) return next;
  next.size = utf8_step(text.after(at));
  next.after = next.size == 1 ? text[at] : utf8_code(text.after(at).first(next.size));
  return next;
}

// Goes on to where a match could start.
inline Regex::Place Regex::skip(Text text, Place place) const {
  size_t at = place.at;
  while (at < text.size() && text[at] >= 0 && !starts_.has(text[at])) ++at;
  return at == place.at ? place : place_at(text, at);
}

// Moves every thread over the character at `place`. True when one of them has matched.
inline bool Regex::step(const Place& place, const Place& after, size_t* found) {
  next_.count = 0;
  for (uint32_t i = 0; i < now_.count; ++i) {
    const uint32_t at = now_.list[i];
    const detail::Instruction& one = program_.code[at];
    const size_t* slots = now_.slots + size_t{i} * slot_count_;
    if (one.op == Op::match) {
      for (uint32_t s = 0; s < slots_used_; ++s) found[s] = slots[s];
      return true;  // those after it are not preferred
    }
    if (place.after < 0 || !consumes(one, place.after)) continue;
    for (uint32_t s = 0; s < slots_used_; ++s) slots_[s] = slots[s];
    follow(next_, at + 1, after);
  }
  return false;
}

inline bool Regex::search(Text text, size_t from, size_t* found) {
  slots_used_ = found == nullptr ? 0 : slot_count_;
  now_.count = 0;
  bool matched = false;
  for (Place place = place_at(text, from);;) {
    if (now_.count == 0 && !matched && skips_) place = skip(text, place);
    if (!matched && !(anchored_ && place.at > 0)) {
      for (uint32_t s = 0; s < slots_used_; ++s) slots_[s] = Text::npos;
      follow(now_, 0, place);
    }
    if (now_.count == 0 && (matched || anchored_)) return matched;
    const Place after = next_place(text, place);
    matched = step(place, after, found) || matched;
    if (place.after < 0 || (matched && found == nullptr)) return matched;
    const Threads swapped = now_;
    now_ = next_;
    next_ = swapped;
    place = after;
  }
}

inline Optional<Text> Regex::group_named(const Match& match, Text name) const {
  bool is_number = !name.empty() && name.size() < 4;
  size_t number = 0;
  for (const char c : name) {
    is_number = is_number && c >= '0' && c <= '9';
    number = number * 10 + static_cast<size_t>(c - '0');
  }
  if (is_number) return match.group(number);
  for (uint32_t i = 1; i < program_.group_names.size(); ++i) {
    if (!name.empty() && program_.group_names[i] == name) return match.group(i);
  }
  return none;
}

inline void Regex::expand(Buffer& out, Text with, const Match& match) const {
  while (!with.empty()) {
    const Text plain = with.first(with.find("$"));
    out.append(plain);
    with = with.after(plain.size() + 1);
    if (plain.end() + 1 > with.end()) return;
    if (with.starts_with("$")) {
      out.append('$');
      with = with.after(1);
      continue;
    }
    const bool braced = with.starts_with("{") && with.contains("}");
    size_t size = 0;
    const auto is_name = [](char c) { return c != '}' && is_word(c); };
    while (!braced && size < with.size() && is_name(with[size])) ++size;
    const Text name = braced ? with.after(1).first(with.find("}") - 1) : with.first(size);
    if (name.empty() && !braced)
      out.append('$');
    else
      out.append(group_named(match, name).value_or({}));
    with = with.after(name.size() + (braced ? 2 : 0));
  }
}

inline Text Regex::replace_all(Text text, Text with) {
  Buffer out;
  size_t copied = 0;
  size_t last_end = Text::npos;
  for (size_t from = 0; from <= text.size();) {
    const Optional<Match> match = find(text, from);
    if (!match) break;
    const bool empty = match->begin() == match->end();
    if (!empty || match->end() != last_end) {  // an empty one not right after another
      out.append(text.after(copied).first(match->begin() - copied));
      expand(out, with, *match);
      copied = last_end = match->end();
    }
    from = match->end() + (empty ? utf8_step(text.after(match->end())) : 0);
  }
  out.append(text.after(copied));
  return out.view();
}

}  // namespace sluice::guest
