// SPDX-License-Identifier: Apache-2.0
#include "common/tail/record_cutter.hpp"

#include <charconv>

namespace sluice::common {
namespace {

std::optional<char> code_of(std::string_view digits) {
  unsigned value = 0;
  if (digits.size() != 2) return std::nullopt;
  const char* const end = digits.data() + 2;
  const auto [at, error] = std::from_chars(digits.data(), end, value, 16);
  if (error != std::errc{} || at != end) return std::nullopt;
  return static_cast<char>(value);
}

std::optional<char> letter_of(char letter) {
  switch (letter) {
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case '0':
      return '\0';
    case '\\':
      return '\\';
    default:
      return std::nullopt;
  }
}

}  // namespace

std::optional<Cut> RecordCutter::next() {
  const std::size_t width = rules_.delimiter.size();
  while (true) {
    const auto end = width == 1 ? text_.find(rules_.delimiter.front(), line_)
                                : text_.find(rules_.delimiter, line_);
    if (end == std::string_view::npos) return std::nullopt;
    const auto line = text_.substr(line_, end - line_);
    if (!rules_.begins_record) {
      const Cut cut{line_, end, end + width, 1};
      begin_ = line_ = cut.next;
      return cut;
    }
    if (line_ != begin_ && rules_.begins_record(line)) {
      const Cut cut{begin_, line_ - width, line_, lines_};
      begin_ = line_;
      line_ = end + width;
      lines_ = 1;
      return cut;
    }
    line_ = end + width;
    ++lines_;
  }
}

std::optional<Cut> RecordCutter::complete_lines() const {
  if (line_ == begin_) return std::nullopt;
  return Cut{begin_, line_ - rules_.delimiter.size(), line_, lines_};
}

std::optional<Cut> RecordCutter::everything() const {
  if (line_ == text_.size()) return complete_lines();
  return Cut{begin_, text_.size(), text_.size(), lines_ + 1};
}

std::optional<std::string> unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      out += text[i];
      continue;
    }
    if (++i == text.size()) return std::nullopt;
    const bool is_code = text[i] == 'x';
    const auto byte = is_code ? code_of(text.substr(i + 1, 2)) : letter_of(text[i]);
    if (!byte) return std::nullopt;
    out += *byte;
    if (is_code) i += 2;
  }
  return out;
}

}  // namespace sluice::common
