// SPDX-License-Identifier: Apache-2.0
#pragma once

// From a pattern, as Rust's regex crate takes it, to a program. Include regex.hpp.
//
// What there is not is an error that names the construct and the byte where it stands.

#include "sluice/smartmodule/regex_program.hpp"

namespace sluice::guest::detail {

class RegexParser {
 public:
  explicit RegexParser(Text pattern) : in_(pattern) {}

  Result<Program> parse() {
    const size_t bad = find_not_utf8(in_);
    if (bad != Text::npos) fail(bad, "not UTF-8");
    program_.group_names.add({});
    emit(Op::save, 0);
    alternatives(0);
    if (!failed_ && at_ < in_.size()) fail(at_, "a group that was not opened is closed");
    emit(Op::save, 1);
    emit(Op::match, 0);
    if (failed_) return Error(error_);
    return program_;
  }

 private:
  static constexpr int depth_max = 50;
  static constexpr int repetition_max = 1000;
  struct Flags {
    bool ignore_case = false, multi_line = false, dot_all = false;
  };
  struct ClassName {
    Text name;
    const char* ranges;  // pairs of first and last
  };

  [[nodiscard]] Text rest() const { return in_.after(at_); }
  [[nodiscard]] bool at_end() const { return failed_ || at_ >= in_.size(); }
  [[nodiscard]] bool next_is(Text text) const { return !failed_ && rest().starts_with(text); }
  bool take(Text text) {
    const bool there = next_is(text);
    if (there) at_ += text.size();
    return there;
  }
  // -1 at the end.
  int32_t take_character() {
    const Text one = rest().first(utf8_length(rest()));
    at_ += one.size();
    return one.empty() ? -1 : utf8_code(one);
  }
  void fail(size_t at, Text what) {
    if (!failed_) error_ = concat(what, ", at byte ", at);
    failed_ = true;
  }
  void unsupported(size_t at, Text what) { fail(at, concat(what, " is not supported")); }

  [[nodiscard]] uint32_t here() const { return program_.code.size(); }
  void emit(Op op, int32_t argument) {
    if (here() >= Program::size_max) return fail(at_, "the pattern is too long");
    program_.code.add({op, false, argument});
  }
  void insert_split(uint32_t at, uint32_t to, bool next_first) {
    if (here() >= Program::size_max) return fail(at_, "the pattern is too long");
    const auto offset = static_cast<int32_t>(to) - static_cast<int32_t>(at);
    program_.code.insert(at, {Op::split, next_first, offset});
  }
  void emit_split(uint32_t to, bool next_first) { insert_split(here(), to, next_first); }

  // a|b|c: split, a, jump to the end, split, b, jump to the end, c.
  void alternatives(int depth) {
    if (depth > depth_max) return fail(at_, "groups are nested too deep");
    const Flags outside = flags_;
    int32_t last_jump = -1;  // each jump has the one before as its argument, for now
    uint32_t start = here();
    sequence(depth);
    while (take("|")) {
      insert_split(start, here() + 2, true);
      emit(Op::jump, last_jump);
      last_jump = static_cast<int32_t>(here()) - 1;
      start = here();
      sequence(depth);
    }
    while (!failed_ && last_jump >= 0) {
      const int32_t before = program_.code[last_jump].argument;
      program_.code[last_jump].argument = static_cast<int32_t>(here()) - last_jump;
      last_jump = before;
    }
    flags_ = outside;
  }

  void sequence(int depth) {
    while (!at_end() && !next_is("|") && !next_is(")")) {
      const uint32_t start = here();
      atom(depth);
      while (next_is("*") || next_is("+") || next_is("?") || next_is("{")) repeat(start);
    }
  }

  void atom(int depth) {
    const size_t start = at_;
    if (next_is("*") || next_is("+") || next_is("?") || next_is("{"))
      return fail(start, "there is nothing to repeat");
    if (take("(")) return group(start, depth);
    if (take("[")) return bracket(start);
    if (take(".")) return emit(flags_.dot_all ? Op::any : Op::any_but_newline, 0);
    if (take("^")) return assertion(line_or(Assertion::line_start, Assertion::text_start));
    if (take("$")) return assertion(line_or(Assertion::line_end, Assertion::text_end));
    if (take("\\")) return escape(start);
    literal(take_character());
  }

  [[nodiscard]] Assertion line_or(Assertion line, Assertion text) const {
    return flags_.multi_line ? line : text;
  }
  void assertion(Assertion kind) { emit(Op::assertion, static_cast<int32_t>(kind)); }
  void literal(int32_t code) {
    const bool folds = flags_.ignore_case && lower_of(code) != upper_of(code);
    emit(folds ? Op::folded_character : Op::character, folds ? lower_of(code) : code);
  }

  void group(size_t start, int depth) {
    Text name;
    bool counted = true;
    const Flags outside = flags_;
    if (take("?")) {
      if (next_is("=") || next_is("!")) return unsupported(start, "lookahead");
      if (next_is("<=") || next_is("<!")) return unsupported(start, "lookbehind");
      if (next_is(">")) return unsupported(start, "an atomic group");
      if (take("P<") || take("<")) {
        name = group_name(start);
      } else {
        counted = false;
        if (flags(start)) return;  // (?i), not (?i: ... )
      }
    }
    const auto number = static_cast<int32_t>(program_.group_names.size());
    if (counted) {
      if (program_.group_names.size() == Program::groups_max)
        return fail(start, "there are more than 31 groups");
      program_.group_names.add(name);
      emit(Op::save, 2 * number);
    }
    alternatives(depth + 1);
    if (!take(")")) fail(start, "this group is not closed");
    if (counted) emit(Op::save, 2 * number + 1);
    flags_ = outside;
  }
  Text group_name(size_t start) {
    const Text name = rest().first(rest().find(">"));
    at_ += name.size();
    if (name.empty() || !take(">")) fail(start, "the group's name is missing");
    return name;
  }
  // True when the flags stand alone, and hold from here on.
  bool flags(size_t start) {
    bool on = true;
    while (!at_end()) {
      if (take(":")) return false;
      if (take(")")) return true;
      if (take("-"))
        on = false;
      else if (take("i"))
        flags_.ignore_case = on;
      else if (take("m"))
        flags_.multi_line = on;
      else if (take("s"))
        flags_.dot_all = on;
      else if (!(on && take("u")))
        unsupported(start, "this flag");
    }
    fail(start, "this group is not closed");
    return true;
  }

  // Repeats the code from `start` on.
  void repeat(uint32_t start) {
    const size_t from = at_;
    int least = 0, most = -1;
    if (take("+"))
      least = 1;
    else if (take("?"))
      most = 1;
    else if (!take("*"))
      counts(least, most);
    const bool greedy = !take("?");
    if (most > repetition_max || least > repetition_max)
      fail(from, "there are more than 1000 repetitions");
    if (failed_) return;
    write_repetition(start, least, most, greedy);
  }
  void counts(int& least, int& most) {
    const size_t start = at_;
    const Text all = rest().first(rest().find("}"));
    const Text inside = all.after(1);
    const Text first = inside.first(inside.find(","));
    const Text second = inside.after(first.size() + 1);
    least = count(first);
    most = first.size() == inside.size() ? least : second.empty() ? -1 : count(second);
    const bool bad = least < 0 || (!second.empty() && most < least) || all.size() == rest().size();
    if (bad) fail(start, "the repetition is not one");
    at_ += all.size() + 1;
  }
  static int count(Text digits) {
    if (digits.empty() || digits.size() > 5) return -1;
    int number = 0;
    for (const char c : digits) {
      if (c < '0' || c > '9') return -1;
      number = number * 10 + (c - '0');
    }
    return number;
  }

  // x{2,4}: x x (split x (split x)); x{2,}: x x split back; x*: split x split back,
  // which is (x+)?, as in Rust: what an empty x captures depends on it.
  void write_repetition(uint32_t start, int least, int most, bool greedy) {
    const uint32_t size = here() - start;
    if (size * static_cast<uint64_t>(most > least ? most : least) > Program::size_max)
      return fail(at_, "the pattern, repetitions written out, is too long");
    Instruction* piece = take_array<Instruction>(size);
    for (uint32_t i = 0; i < size; ++i) piece[i] = program_.code[start + i];
    const auto again = [&] {
      for (uint32_t i = 0; i < size; ++i)
        emit(piece[i].op, 0), program_.code[here() - 1] = piece[i];
    };
    for (int i = 1; i < least; ++i) again();
    if (most < 0 && least > 0) return emit_split(here() - size, !greedy);
    if (most < 0) {
      insert_split(start, start + size + 2, greedy);
      return emit_split(start + 1, !greedy);
    }
    // Each of those that may be missing starts with a way out, to the end of them all.
    const uint32_t end = start + size * static_cast<uint32_t>(least) +
                         (size + 1) * static_cast<uint32_t>(most - least);
    if (least == 0 && most == 0) return insert_jump_over(start, size);
    if (least == 0) insert_split(start, end, greedy);
    for (int i = least == 0 ? 1 : least; i < most && !failed_; ++i) {
      emit_split(end, greedy);
      again();
    }
  }
  void insert_jump_over(uint32_t start, uint32_t size) {
    program_.code.insert(start, {Op::jump, false, static_cast<int32_t>(size) + 1});
  }

  void escape(size_t start) {
    if (take("A")) return assertion(Assertion::text_start);
    if (take("z")) return assertion(Assertion::text_end);
    if (next_is("b{")) return unsupported(start, "this word boundary");
    if (take("b")) return assertion(Assertion::word_boundary);
    if (take("B")) return assertion(Assertion::no_word_boundary);
    if (take("<")) return assertion(Assertion::word_start);
    if (take(">")) return assertion(Assertion::word_end);
    if (const unsigned sets = named_set(start)) {
      CharClass made;
      made.sets = sets;
      return write_class(made);
    }
    const int32_t code = escaped_character(start);
    if (!failed_) literal(code);
  }

  // \d and its like, after the backslash; 0 when it is none.
  unsigned named_set(size_t start) {
    static constexpr struct {
      char letter;
      CharSet set;
    } letters[] = {{'d', digit_set}, {'w', word_set}, {'s', space_set}};
    for (const auto& known : letters) {
      if (take(Text(&known.letter, 1))) return known.set;
      const auto capital = static_cast<char>(known.letter - 32);
      if (take(Text(&capital, 1))) return static_cast<unsigned>(known.set) << not_shift;
    }
    const bool negated = next_is("P");
    if (!take("p") && !take("P")) return 0;
    const bool braced = take("{");
    const Text name = rest().first(braced ? rest().find("}") : 1);
    at_ += name.size() + (braced ? 1 : 0);
    const unsigned set = name == "L" || name == "Alphabetic" ? letter_set
                         : name == "Lu"                      ? upper_set
                         : name == "Ll"                      ? lower_set
                         : name == "Nd"                      ? digit_set
                                                             : 0;
    if (set == 0) unsupported(start, concat("the class \\p{", name, "}"));
    return negated ? set << not_shift : set;
  }

  int32_t escaped_character(size_t start) {
    static constexpr char names[] = "ntrfva";
    static constexpr char codes[] = "\n\t\r\f\v\a";
    const size_t known = Text(names).find(rest().first(1));
    if (!rest().empty() && known != Text::npos) return ++at_, codes[known];
    if (take("x")) return hexadecimal(start, 2);
    if (take("u")) return hexadecimal(start, 4);
    if (take("U")) return hexadecimal(start, 8);
    const int32_t code = take_character();
    if (code >= '0' && code <= '9')
      unsupported(start, "a back-reference");
    else if (code < 0)
      fail(start, "the pattern ends in a backslash");
    else if (!is_punctuation(code))
      fail(start, "the escape is unknown");
    return code;
  }
  static bool is_punctuation(int32_t c) {
    return c >= ' ' && c < 0x7F && !(c >= '0' && c <= '9') && !((c | 32) >= 'a' && (c | 32) <= 'z');
  }
  int32_t hexadecimal(size_t start, size_t digits) {
    const bool braced = take("{");
    const Text text = rest().first(braced ? rest().find("}") : digits);
    at_ += text.size() + (braced ? 1 : 0);
    int32_t code = 0;
    bool good = !text.empty() && text.size() <= 8 && (braced || text.size() == digits);
    for (const char c : text) {
      const int letter = (c | 32) - 'a';
      const int digit = c >= '0' && c <= '9' ? c - '0' : letter >= 0 ? letter + 10 : 16;
      good = good && digit < 16 && code <= 0x10FFFF / 16;
      code = good ? code * 16 + digit : 0;
    }
    if (!good || code > 0x10FFFF || (code & ~0x7FF) == 0xD800)
      fail(start, "the code is not a character's");
    return code;
  }

  void write_class(CharClass made) {
    made.folded = flags_.ignore_case;
    made.index_ascii();
    emit(Op::char_class, static_cast<int32_t>(program_.classes.size()));
    program_.classes.add(made);
  }
  void bracket(size_t start) {
    CharClass made;
    List<CharRange> ranges;
    made.negated = take("^");
    for (bool first = true; first || !next_is("]"); first = false) {
      if (at_end()) return fail(start, "this class is not closed");
      if (next_is("&&") || next_is("~~") || next_is("--"))
        return unsupported(at_, "an operation of classes");
      bracket_item(made, ranges);
    }
    take("]");
    made.ranges = ranges.data();
    made.range_count = ranges.size();
    write_class(made);
  }
  void bracket_item(CharClass& made, List<CharRange>& ranges) {
    const size_t start = at_;
    if (take("[:")) return posix_class(start, ranges);
    if (next_is("[")) return unsupported(at_, "a class in a class");
    if (take("\\")) {
      if (const unsigned sets = named_set(start)) {
        made.sets |= sets;
        return;
      }
      at_ = start;
    }
    const int32_t first = bracket_character();
    int32_t last = first;
    if (next_is("-") && !next_is("-]") && take("-")) last = bracket_character();
    if (last < first) return fail(start, "the range is backwards");
    ranges.add({first, last});
  }
  int32_t bracket_character() {
    const size_t start = at_;
    return take("\\") ? escaped_character(start) : take_character();
  }
  void posix_class(size_t start, List<CharRange>& ranges) {
    static constexpr ClassName known[] = {{"alnum", "09AZaz"},
                                          {"alpha", "AZaz"},
                                          {"ascii", "\x01\x7F"},
                                          {"blank", "\t\t  "},
                                          {"cntrl", "\x01\x1F\x7F\x7F"},
                                          {"digit", "09"},
                                          {"graph", "!~"},
                                          {"lower", "az"},
                                          {"print", " ~"},
                                          {"punct", "!/:@[`{~"},
                                          {"space", "\t\r  "},
                                          {"upper", "AZ"},
                                          {"word", "09AZ__az"},
                                          {"xdigit", "09AFaf"}};
    const Text name = rest().first(rest().find(":]"));
    at_ += name.size();
    for (const ClassName& one : known) {
      if (one.name != name || !take(":]")) continue;
      for (const char* at = one.ranges; *at != '\0'; at += 2) ranges.add({at[0], at[1]});
      if (name == "ascii" || name == "cntrl") ranges.add({0, 0});
      return;
    }
    unsupported(start, "this class");
  }

  Text in_;
  size_t at_ = 0;
  Program program_;
  Flags flags_;
  bool failed_ = false;
  Text error_;
};

}  // namespace sluice::guest::detail
