// SPDX-License-Identifier: Apache-2.0
#pragma once

// Bytes as a SmartModule sees them: `Text`, a view, and `Buffer`, which grows.
//
// A `Text` is any bytes, not only UTF-8; `is_utf8` tells. It owns nothing: a record's texts live
// until the function returns, a parameter's for ever. It converts from and to std::string_view.

#include <stddef.h>
#include <stdint.h>

#include "sluice/smartmodule/memory.hpp"

namespace sluice::guest {

class Text {
 public:
  static constexpr size_t npos = static_cast<size_t>(-1);

  constexpr Text() = default;
  constexpr Text(const char* bytes, size_t size) : bytes_(bytes), size_(size) {}
  template <size_t N>
  constexpr Text(const char (&literal)[N]) : bytes_(literal), size_(N - 1) {}
  template <class View>
    requires requires(const View& v) { Text(v.data(), v.size()); }
  constexpr Text(const View& view) : Text(view.data(), view.size()) {}

  template <class View>
    requires(__is_constructible(View, const char*, size_t) && !__is_same(View, Text))
  constexpr operator View() const {
    return View(bytes_, size_);
  }

  [[nodiscard]] constexpr const char* data() const { return bytes_; }
  [[nodiscard]] constexpr size_t size() const { return size_; }
  [[nodiscard]] constexpr bool empty() const { return size_ == 0; }
  [[nodiscard]] constexpr const char* begin() const { return bytes_; }
  [[nodiscard]] constexpr const char* end() const { return bytes_ + size_; }
  // Requires: i < size().
  constexpr char operator[](size_t i) const { return bytes_[i]; }

  // Both take no more than there is.
  [[nodiscard]] constexpr Text first(size_t count) const {
    return {bytes_, count < size_ ? count : size_};
  }
  [[nodiscard]] constexpr Text after(size_t count) const {
    return count < size_ ? Text(bytes_ + count, size_ - count) : Text(bytes_ + size_, 0);
  }

  [[nodiscard]] constexpr bool starts_with(Text start) const { return first(start.size_) == start; }
  [[nodiscard]] constexpr bool ends_with(Text tail) const {
    return tail.size_ <= size_ && after(size_ - tail.size_) == tail;
  }
  [[nodiscard]] constexpr size_t find(Text what, size_t from = 0) const {
    if (what.empty()) return from <= size_ ? from : npos;
    for (size_t at = from; at + what.size_ <= size_; ++at) {
      if (bytes_[at] == what.bytes_[0] && Text(bytes_ + at, what.size_) == what) return at;
    }
    return npos;
  }
  [[nodiscard]] constexpr bool contains(Text what) const { return find(what) != npos; }

  friend constexpr bool operator==(Text left, Text right) {
    return left.size_ == right.size_ && same_bytes(left.bytes_, right.bytes_, left.size_);
  }

 private:
  [[gnu::noinline]] static constexpr bool same_bytes(const char* left, const char* right,
                                                     size_t count) {
    for (size_t i = 0; i < count; ++i) {
      if (left[i] != right[i]) return false;
    }
    return true;
  }

  const char* bytes_ = "";
  size_t size_ = 0;
};

// The order of bytes.
inline bool is_before(Text left, Text right) {
  const size_t both = left.size() < right.size() ? left.size() : right.size();
  for (size_t i = 0; i < both; ++i) {
    if (left[i] != right[i])
      return static_cast<unsigned char>(left[i]) < static_cast<unsigned char>(right[i]);
  }
  return left.size() < right.size();
}

// Text that is being made. Its memory is the arena's.
class Buffer {
 public:
  [[nodiscard]] Text view() const { return {bytes_, size_}; }
  [[nodiscard]] size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  void clear() { size_ = 0; }

  // Adds `count` bytes for the caller to fill.
  char* grow(size_t count) {
    if (count > capacity_ - size_) make_room(count);
    char* at = bytes_ + size_;
    size_ += count;
    return at;
  }
  [[gnu::noinline]] Buffer& append(Text text) {
    if (!text.empty()) __builtin_memcpy(grow(text.size()), text.data(), text.size());
    return *this;
  }
  Buffer& append(char c) {
    *grow(1) = c;
    return *this;
  }
  Buffer& append(int64_t number) {
    char digits[20];
    size_t at = sizeof digits;
    uint64_t rest = number < 0 ? ~static_cast<uint64_t>(number) + 1 : static_cast<uint64_t>(number);
    do digits[--at] = static_cast<char>('0' + rest % 10);
    while ((rest /= 10) != 0);
    if (number < 0) digits[--at] = '-';
    return append(Text(digits + at, sizeof digits - at));
  }
  Buffer& append(int number) { return append(int64_t{number}); }
  Buffer& append(size_t number) { return append(static_cast<int64_t>(number)); }

 private:
  [[gnu::noinline]] void make_room(size_t count) {
    size_t wanted = capacity_ * 2 + 64;
    if (wanted - size_ < count) wanted = size_ + count;
    if (wanted < count) __builtin_trap();
    if (capacity_ != 0 && arena.try_extend(bytes_, capacity_, wanted)) {
      capacity_ = wanted;
      return;
    }
    char* moved = static_cast<char*>(arena.take(wanted));
    if (size_ != 0) __builtin_memcpy(moved, bytes_, size_);
    bytes_ = moved;
    capacity_ = wanted;
  }

  char* bytes_ = nullptr;
  size_t size_ = 0;
  size_t capacity_ = 0;
};

// The parts, one after the other: texts, characters and whole numbers.
template <class... Parts>
Text concat(const Parts&... parts) {
  Buffer out;
  (out.append(parts), ...);
  return out.view();
}

// A copy that is the caller's to change.
inline char* copy_of(Text text) {
  char* bytes = static_cast<char*>(arena.take(text.size()));
  if (!text.empty()) __builtin_memcpy(bytes, text.data(), text.size());
  return bytes;
}

// The length of the UTF-8 character at the start of a text; 0 when there is none, or a wrong one.
inline size_t utf8_length(Text text) {
  if (text.empty()) return 0;
  const auto at = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = at(0);
  if (lead < 0x80) return 1;
  const size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((at(i) & 0xC0) != 0x80) return 0;
  }
  // Too long a form, a surrogate, or beyond U+10FFFF.
  if ((lead == 0xE0 && at(1) < 0xA0) || (lead == 0xED && at(1) > 0x9F)) return 0;
  if ((lead == 0xF0 && at(1) < 0x90) || (lead == 0xF4 && at(1) > 0x8F)) return 0;
  return length;
}

// How far it is to the next character: never 0.
inline size_t utf8_step(Text text) {
  const size_t length = utf8_length(text);
  return length == 0 ? 1 : length;
}

// The code point of one UTF-8 character. Requires: utf8_length(one) == one.size().
inline int32_t utf8_code(Text one) {
  const auto lead = static_cast<unsigned char>(one[0]);
  int32_t code = one.size() == 1 ? lead : lead & (0x7F >> one.size());
  for (size_t i = 1; i < one.size(); ++i) code = code << 6 | (one[i] & 0x3F);
  return code;
}

// Appends a code point as UTF-8. Requires: it is one, and no surrogate.
inline void append_utf8(Buffer& out, int32_t code) {
  if (code < 0x80) {
    out.append(static_cast<char>(code));
    return;
  }
  const int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
  out.append(static_cast<char>((0xFF00 >> (more + 1) & 0xFF) | code >> (6 * more)));
  for (int left = more - 1; left >= 0; --left)
    out.append(static_cast<char>(0x80 | (code >> (6 * left) & 0x3F)));
}

// Where the first byte that is not UTF-8 is; npos when there is none.
inline size_t find_not_utf8(Text text) {
  for (size_t at = 0; at < text.size();) {
    const size_t length = utf8_length(text.after(at));
    if (length == 0) return at;
    at += length;
  }
  return Text::npos;
}
inline bool is_utf8(Text text) {
  return find_not_utf8(text) == Text::npos;
}

// A text that survives calls: a copy of up to N bytes, in a static variable.
template <size_t N>
class Kept {
 public:
  // False, and nothing changes, when the text is too long.
  bool store(Text text) {
    if (text.size() > N) return false;
    if (!text.empty()) __builtin_memmove(bytes_, text.data(), text.size());
    size_ = text.size();
    return true;
  }
  [[nodiscard]] Text text() const { return {bytes_, size_}; }

 private:
  char bytes_[N] = {};
  size_t size_ = 0;
};

}  // namespace sluice::guest
