// SPDX-License-Identifier: Apache-2.0
#pragma once

// A regular expression, compiled: instructions for the machine in regex.hpp. Include regex.hpp.
//
// Jumps are relative, so that a piece of a program can be moved and copied as it is.

#include "sluice/smartmodule/letters.hpp"
#include "sluice/smartmodule/list.hpp"
#include "sluice/smartmodule/result.hpp"

namespace sluice::guest::detail {

enum class Op : uint8_t {
  character,         // argument: its code
  folded_character,  // the same, capital or not
  any,
  any_but_newline,
  char_class,  // argument: number of the class
  split,       // goes on at the next instruction and at argument; `next_first` says which first
  jump,        // argument
  save,        // argument: number of the slot, two for each group
  assertion,   // argument: an `Assertion`
  match,
};

enum class Assertion : uint8_t {
  text_start,
  text_end,
  line_start,
  line_end,
  word_boundary,
  no_word_boundary,
  word_start,
  word_end,
};

struct Instruction {
  Op op = Op::match;
  bool next_first = false;
  int32_t argument = 0;
};

// The classes with names; a class has those in it whose bit is set.
enum CharSet : uint16_t {
  digit_set = 1,
  word_set = 2,
  space_set = 4,
  letter_set = 8,
  upper_set = 16,
  lower_set = 32,
  not_shift = 8,  // `set << not_shift` is everything but the set
};

inline bool is_in_sets(unsigned sets, int32_t c) {
  unsigned of = 0;
  if (sets & (digit_set | digit_set << not_shift)) of |= is_digit(c) ? digit_set : 0;
  if (sets & (word_set | word_set << not_shift)) of |= is_word(c) ? word_set : 0;
  if (sets & (space_set | space_set << not_shift)) of |= is_space(c) ? space_set : 0;
  if (sets & (letter_set | letter_set << not_shift)) of |= is_letter(c) ? letter_set : 0;
  if (sets & (upper_set | upper_set << not_shift)) of |= lower_of(c) != c ? upper_set : 0;
  if (sets & (lower_set | lower_set << not_shift)) of |= upper_of(c) != c ? lower_set : 0;
  return (sets & of) != 0 || (sets >> not_shift & ~of & 0xFF) != 0;
}

struct CharRange {
  int32_t first = 0, last = 0;
};

// Characters between brackets. ASCII is looked up; the rest is found out each time.
struct CharClass {
  CharRange* ranges = nullptr;
  uint32_t range_count = 0;
  unsigned sets = 0;
  bool negated = false;
  bool folded = false;
  uint32_t ascii[4] = {};

  [[nodiscard]] bool has(int32_t c) const {
    return c < 0x80 ? (ascii[c >> 5] >> (c & 31) & 1) != 0 : find(c) != negated;
  }
  void index_ascii() {
    for (int32_t c = 0; c < 0x80; ++c) {
      if (find(c) != negated) ascii[c >> 5] |= uint32_t{1} << (c & 31);
    }
  }

 private:
  [[nodiscard]] bool find_exactly(int32_t c) const {
    for (uint32_t i = 0; i < range_count; ++i) {
      if (c >= ranges[i].first && c <= ranges[i].last) return true;
    }
    return is_in_sets(sets, c);
  }
  [[nodiscard]] bool find(int32_t c) const {
    return find_exactly(c) || (folded && (find_exactly(lower_of(c)) || find_exactly(upper_of(c))));
  }
};

struct Program {
  static constexpr uint32_t size_max = 5000;
  static constexpr uint32_t groups_max = 32;

  List<Instruction> code;
  List<CharClass> classes;
  List<Text> group_names;  // of each group, 0 included; empty when it has none
};

}  // namespace sluice::guest::detail
