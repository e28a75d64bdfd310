// SPDX-License-Identifier: Apache-2.0
#pragma once

// Names in another casing: taken apart into words and put together again.
//
// Where words end differs between the modules: `Split::convert_case` also parts letters from
// digits (casing-json), `Split::heck` parts at whatever is no letter or digit (csv-json). These are
// the libraries whose results Fluvio's own modules have.

#include <sluice/smartmodule/letters.hpp>
#include <sluice/smartmodule/list.hpp>
#include <sluice/smartmodule/result.hpp>

namespace casing {

using sluice::guest::Buffer;
using sluice::guest::List;
using sluice::guest::Optional;
using sluice::guest::Text;

enum class Split : uint8_t { convert_case, heck };
enum class Style : uint8_t { snake, camel, pascal, kebab, constant, cobol };

inline Optional<Style> style_named(Text name) {
  static constexpr struct {
    Text name;
    Style style;
  } known[] = {{"snake", Style::snake}, {"camel", Style::camel},       {"pascal", Style::pascal},
               {"kebab", Style::kebab}, {"constant", Style::constant}, {"cobol", Style::cobol}};
  Buffer lower;
  for (const char c : name) lower.append(static_cast<char>(sluice::guest::lower_of(c)));
  for (const auto& one : known) {
    if (one.name == lower.view()) return one.style;
  }
  return sluice::guest::none;
}

namespace detail {

enum class CharKind : uint8_t { lower, upper, digit, other, separator };

inline CharKind kind_of(int32_t c, Split split) {
  if (sluice::guest::lower_of(c) != c) return CharKind::upper;
  if (sluice::guest::upper_of(c) != c) return CharKind::lower;
  if (sluice::guest::is_digit(c)) return CharKind::digit;
  const bool parts =
      split == Split::heck ? !sluice::guest::is_letter(c) : c == '_' || c == '-' || c == ' ';
  return parts ? CharKind::separator : CharKind::other;
}

inline bool is_cased(CharKind kind) {
  return kind == CharKind::lower || kind == CharKind::upper;
}

// Whether a word ends between `before` and `now`. `mode` is the case of the last letter.
inline bool ends_word(Split split, CharKind mode, CharKind before, CharKind now, CharKind next) {
  const CharKind left = split == Split::heck ? mode : before;
  if (left == CharKind::lower && now == CharKind::upper) return true;  // fooBar
  if (left == CharKind::upper && now == CharKind::upper && next == CharKind::lower)
    return true;  // HTTPServer
  if (split == Split::heck) return false;
  return (is_cased(before) && now == CharKind::digit) ||
         (before == CharKind::digit && is_cased(now));
}

struct Char {
  Text text;
  int32_t code = 0;
  CharKind kind = CharKind::separator;
};

inline Char char_at(Text rest, Split split) {
  if (rest.empty()) return {};
  const Text one = rest.first(sluice::guest::utf8_step(rest));
  const int32_t code = sluice::guest::utf8_code(one);
  return {one, code, kind_of(code, split)};
}

}  // namespace detail

// Requires: is_utf8(name).
inline List<Text> words_of(Text name, Split split) {
  using detail::CharKind;
  List<Text> words;
  size_t start = 0;
  CharKind before = CharKind::separator;
  CharKind mode = CharKind::separator;
  const auto end_word = [&](size_t at) {
    if (at > start) words.add(name.after(start).first(at - start));
    start = at;
    mode = CharKind::separator;
  };
  for (size_t at = 0; at < name.size();) {
    const detail::Char now = detail::char_at(name.after(at), split);
    const detail::Char next = detail::char_at(name.after(at + now.text.size()), split);
    if (now.kind == CharKind::separator) {
      end_word(at);
      start = at + now.text.size();
    } else if (detail::ends_word(split, mode, before, now.kind, next.kind)) {
      end_word(at);
    }
    if (detail::is_cased(now.kind)) mode = now.kind;
    before = now.kind;
    at += now.text.size();
  }
  end_word(name.size());
  return words;
}

// A name without words, such as `_`, stays as it is.
inline Text convert(Text name, Style style, Split split) {
  const List<Text> words = words_of(name, split);
  if (words.empty()) return name;
  const bool capitals = style == Style::constant || style == Style::cobol;
  Buffer out;
  for (const Text& word : words) {
    const bool first_word = out.empty();
    if (!first_word && (style == Style::snake || style == Style::constant)) out.append('_');
    if (!first_word && (style == Style::kebab || style == Style::cobol)) out.append('-');
    const bool capital = style == Style::pascal || (style == Style::camel && !first_word);
    for (Text rest = word; !rest.empty();) {
      const detail::Char c = detail::char_at(rest, split);
      const bool up = capitals || (capital && rest.size() == word.size());
      sluice::guest::append_utf8(
          out, up ? sluice::guest::upper_of(c.code) : sluice::guest::lower_of(c.code));
      rest = rest.after(c.text.size());
    }
  }
  return out.view();
}

}  // namespace casing
