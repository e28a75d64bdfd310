// SPDX-License-Identifier: Apache-2.0
#include "options/roff.hpp"

#include <algorithm>

namespace sluice::options {
namespace {

// Plain, a backquote and its like would be shown as typographic signs, which cannot be pasted.
std::string escaped(char c) {
  switch (c) {
    case '\\':
      return "\\e";
    case '-':
      return "\\-";
    case '\'':
      return "\\(aq";
    case '`':
      return "\\(ga";
    case '^':
      return "\\(ha";
    case '~':
      return "\\(ti";
    case '\n':
      return " ";
    default:
      return {c};
  }
}

// A dot at the start of a line would be a macro. Quotes are escaped everywhere.
std::string at_line_start(std::string line) {
  return line.starts_with('.') ? "\\&" + line : line;
}

class Fonts {
 public:
  void use(char font, std::string& out) {
    if (font != font_) (out += "\\f") += font;
    font_ = font;
  }

 private:
  char font_ = 'R';
};

}  // namespace

std::string roff_escaped(std::string_view text) {
  std::string out;
  for (const char c : text) out += escaped(c);
  return at_line_start(out);
}

std::string roff_paragraph(std::string_view text) {
  // A last backtick without a partner is one.
  auto pairs = std::ranges::count(text, '`') / 2 * 2;
  std::string out;
  Fonts fonts;
  for (const char c : text) {
    if (c == '`' && pairs > 0) {
      fonts.use(pairs-- % 2 == 0 ? 'B' : 'R', out);
    } else {
      out += escaped(c);
    }
  }
  return at_line_start(out);
}

std::string roff_usage(std::string_view usage) {
  std::string out;
  Fonts fonts;
  char words = 'B';
  for (const char c : usage) {
    if (c == '<' || c == '>') {
      words = c == '<' ? 'I' : 'B';
      continue;
    }
    const bool plain = c == '[' || c == ']' || c == '.' || c == ',' || c == '|';
    if (c != ' ') fonts.use(plain ? 'R' : words, out);
    out += escaped(c);
  }
  fonts.use('R', out);
  return at_line_start(out);
}

}  // namespace sluice::options
