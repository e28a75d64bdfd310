// SPDX-License-Identifier: Apache-2.0
#include "framing.hpp"

#include <algorithm>
#include <cstring>

namespace sluice::syslog {
namespace {

constexpr std::size_t read_bytes = 65'536;
constexpr std::size_t count_digits_max = 9;

}  // namespace

std::span<char> Framing::room() {
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (buffer_.size() < end_ + read_bytes) buffer_.resize(end_ + read_bytes);
  return {buffer_.data() + end_, read_bytes};
}

// False: more bytes are needed.
bool Framing::pass_over() {
  const auto count = std::min<std::uint64_t>(skip_, end_ - begin_);
  begin_ += count;
  skip_ -= count;
  if (skip_ > 0) return false;
  if (!skip_line_) return true;
  const auto at = pending().find('\n');
  begin_ = at == std::string_view::npos ? end_ : begin_ + at + 1;
  skip_line_ = at == std::string_view::npos;
  return !skip_line_;
}

// Reads the count, if there is one.
Framing::Kind Framing::kind_of_frame() {
  const auto text = pending();
  std::size_t digits = 0;
  while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9') ++digits;
  if (text.empty() || (digits == text.size() && digits <= count_digits_max)) return Kind::unknown;
  if (digits == 0 || digits > count_digits_max || text[digits] != ' ') return Kind::line;
  if (digits + 1 == text.size()) return Kind::unknown;
  if (text[digits + 1] != '<') return Kind::line;
  count_ = 0;
  for (const char c : text.substr(0, digits)) count_ = count_ * 10 + static_cast<unsigned>(c - '0');
  begin_ += digits + 1;
  in_frame_ = true;
  return Kind::counted;
}

std::optional<Frame> Framing::next() {
  while (true) {
    if ((skip_ > 0 || skip_line_) && !pass_over()) return std::nullopt;
    if (!in_frame_ && kind_of_frame() == Kind::unknown) return std::nullopt;
    auto frame = in_frame_ ? next_counted() : next_line();
    if (!frame || !frame->text.empty()) return frame;
  }
}

std::optional<Frame> Framing::next_counted() {
  const bool truncated = count_ > max_;
  const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(count_, max_));
  if (pending().size() < wanted) return std::nullopt;
  const Frame frame{pending().substr(0, wanted), truncated};
  begin_ += wanted;
  skip_ = count_ - wanted;
  in_frame_ = false;
  return frame;
}

std::optional<Frame> Framing::next_line() {
  const auto text = pending();
  const auto at = text.find('\n');
  if (at == std::string_view::npos && text.size() <= max_) return std::nullopt;
  const bool truncated = std::min(at, text.size()) > max_;
  const Frame frame{text.substr(0, std::min(at, max_)), truncated};
  skip_line_ = at == std::string_view::npos;
  begin_ = skip_line_ ? end_ : begin_ + at + 1;
  return frame.text == "\r" ? Frame{} : frame;
}

std::optional<Frame> Framing::rest() {
  const auto text = pending();
  if (text.empty() || skip_line_ || skip_ > 0) return std::nullopt;
  const Frame frame{text.substr(0, max_), in_frame_ || text.size() > max_};
  begin_ = end_;
  in_frame_ = false;
  return frame;
}

}  // namespace sluice::syslog
