// SPDX-License-Identifier: Apache-2.0
#pragma once

// Reads CSV, a row at a time.
//
// Rows end with CR, LF or both; a field that starts with a quote ends with one, and two quotes in
// it are one quote; spaces around fields go. Rows without any field are skipped.

#include <sluice/smartmodule/list.hpp>
#include <sluice/smartmodule/result.hpp>

namespace csv {

using sluice::guest::Buffer;
using sluice::guest::Error;
using sluice::guest::List;
using sluice::guest::Result;
using sluice::guest::Text;

class Reader {
 public:
  Reader(Text text, char delimiter) : in_(text), delimiter_(delimiter) {
    if (in_.starts_with("\xEF\xBB\xBF")) in_ = in_.after(3);  // byte order mark
  }

  // The number of the row that was read last, the first being 1.
  [[nodiscard]] size_t row() const { return row_; }

  // No fields: that was all.
  Result<List<Text>> next() {
    List<Text> fields;
    while (at_ < in_.size() && is_line_end()) ++at_;
    if (at_ == in_.size()) return fields;
    ++row_;
    while (true) {
      const Result<Text> one = field();
      if (!one.ok()) return one.error();
      fields.add(*one);
      if (at_ == in_.size() || is_line_end()) return fields;
      ++at_;  // the delimiter
    }
  }

 private:
  [[nodiscard]] bool is_line_end() const { return in_[at_] == '\n' || in_[at_] == '\r'; }
  [[nodiscard]] bool at_field_end() const {
    return at_ == in_.size() || in_[at_] == delimiter_ || is_line_end();
  }
  static bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
  static Text trimmed(Text text) {
    while (!text.empty() && is_space(text[0])) text = text.after(1);
    while (!text.empty() && is_space(text[text.size() - 1])) text = text.first(text.size() - 1);
    return text;
  }

  Result<Text> field() {
    if (at_ < in_.size() && in_[at_] == '"') return quoted_field();
    const size_t start = at_;
    while (!at_field_end()) ++at_;
    return trimmed(in_.after(start).first(at_ - start));
  }
  Result<Text> quoted_field() {
    Buffer out;
    bool inside = true;
    for (++at_; inside || !at_field_end(); ++at_) {
      if (at_ == in_.size()) return Error("row ", row_, ": a quote is not closed");
      const char c = in_[at_];
      if (!inside || c != '"') {
        out.append(c);
      } else if (in_.after(at_ + 1).starts_with("\"")) {
        out.append('"');
        ++at_;
      } else {
        inside = false;  // what stands between it and the delimiter belongs to the field
      }
    }
    return trimmed(out.view());
  }

  Text in_;
  char delimiter_;
  size_t at_ = 0;
  size_t row_ = 0;
};

}  // namespace csv
