// SPDX-License-Identifier: Apache-2.0
#include "charset.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>

#include <iconv.h>

namespace sluice::http {
namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd";

// 0x80 to 0x9f of windows-1252.
constexpr std::array<char16_t, 32> windows1252{
    0x20ac, 0x81,   0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x8d,   0x017d, 0x8f,   0x90,   0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
    0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x9d,   0x017e, 0x0178};

void append_utf8(std::string& out, char16_t c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xc0 | (c >> 6));
    out += static_cast<char>(0x80 | (c & 0x3f));
  } else {
    out += static_cast<char>(0xe0 | (c >> 12));
    out += static_cast<char>(0x80 | ((c >> 6) & 0x3f));
    out += static_cast<char>(0x80 | (c & 0x3f));
  }
}

void decode_windows1252(std::string_view bytes, std::string& out) {
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    append_utf8(out, byte >= 0x80 && byte < 0xa0 ? windows1252[byte - 0x80U] : byte);
  }
}

// How a character begins: how many bytes it has (0: it cannot begin so), and what its second
// byte may be.
struct Lead {
  std::size_t length;
  unsigned char low = 0x80;
  unsigned char high = 0xbf;
};

Lead lead_of(unsigned char first) {
  if (first < 0x80) return {1};
  if (first < 0xc2 || first > 0xf4) return {0};
  if (first < 0xe0) return {2};
  if (first == 0xe0) return {3, 0xa0};
  if (first == 0xed) return {3, 0x80, 0x9f};
  if (first < 0xf0) return {3};
  if (first == 0xf0) return {4, 0x90};
  if (first == 0xf4) return {4, 0x80, 0x8f};
  return {4};
}

struct Character {
  std::size_t good = 0;    // bytes that fit together
  std::size_t length = 0;  // bytes that it should have
};

Character next_character(std::string_view text) {
  const Lead lead = lead_of(static_cast<unsigned char>(text[0]));
  if (lead.length == 0) return {.good = 1, .length = 0};
  std::size_t good = 1;
  for (; good < lead.length && good < text.size(); ++good) {
    const auto byte = static_cast<unsigned char>(text[good]);
    const bool second = good == 1;
    if (byte < (second ? lead.low : 0x80) || byte > (second ? lead.high : 0xbf)) {
      return {.good = good, .length = 0};
    }
  }
  return {.good = good, .length = lead.length};
}

std::string_view iconv_name(std::string_view charset) {
  if (charset == "utf-16") return "utf-16le";  // without a mark, as browsers do
  return charset;
}

}  // namespace

struct TextDecoder::Iconv {
  iconv_t handle;
  std::size_t unit;  // bytes to pass over when they make no sense

  Iconv(const std::string& from, std::size_t unit_bytes)
      : handle(iconv_open("UTF-8", from.c_str())), unit(unit_bytes) {}
  ~Iconv() {
    if (valid()) iconv_close(handle);
  }
  Iconv(const Iconv&) = delete;
  Iconv& operator=(const Iconv&) = delete;
  [[nodiscard]] bool valid() const { return handle != reinterpret_cast<iconv_t>(-1); }
};

TextDecoder::TextDecoder(std::string_view charset) {
  choose(charset);
}
TextDecoder::~TextDecoder() = default;

void TextDecoder::choose(std::string_view charset) {
  constexpr std::array latin{"windows-1252", "iso-8859-1", "iso8859-1", "latin1",
                             "l1",           "us-ascii",   "ascii",     "cp1252"};
  iconv_.reset();
  if (charset == "binary") {
    kind_ = Kind::binary;
  } else if (charset.empty() || charset == "utf-8" || charset == "utf8") {
    kind_ = Kind::utf8;
  } else if (std::ranges::find(latin, charset) != latin.end()) {
    kind_ = Kind::windows1252;
  } else {
    const bool wide = charset.starts_with("utf-16");
    iconv_ = std::make_unique<Iconv>(std::string(iconv_name(charset)), wide ? 2 : 1);
    kind_ = iconv_->valid() ? Kind::other : Kind::utf8;
  }
}

void TextDecoder::decode(std::string_view bytes, std::string& out) {
  if (kind_ == Kind::binary) {
    out += bytes;
    return;
  }
  waiting_ += bytes;
  if (started_ || past_mark(false)) decode_all(out, false);
}

void TextDecoder::finish(std::string& out) {
  if (!started_) past_mark(true);
  decode_all(out, true);
}

bool TextDecoder::past_mark(bool at_end) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 3> marks{
      {{"\xef\xbb\xbf", "utf-8"}, {"\xfe\xff", "utf-16be"}, {"\xff\xfe", "utf-16le"}}};
  for (const auto& [mark, charset] : marks) {
    if (waiting_.starts_with(mark)) {
      waiting_.erase(0, mark.size());
      choose(charset);
      started_ = true;
    } else if (!at_end && mark.starts_with(waiting_)) {
      return false;
    }
    if (started_) return true;
  }
  started_ = true;
  return true;
}

void TextDecoder::decode_all(std::string& out, bool at_end) {
  std::string bytes;
  bytes.swap(waiting_);
  switch (kind_) {
    case Kind::binary:
      out += bytes;
      return;
    case Kind::utf8:
      return decode_utf8(bytes, out, at_end);
    case Kind::windows1252:
      return decode_windows1252(bytes, out);
    case Kind::other:
      return decode_other(bytes, out, at_end);
  }
}

void TextDecoder::decode_utf8(std::string_view bytes, std::string& out, bool at_end) {
  std::size_t plain = 0;  // behind it, up to `at`, all is in order and not yet copied
  std::size_t at = 0;
  while (at < bytes.size()) {
    const Character character = next_character(bytes.substr(at));
    if (character.length == character.good) {
      at += character.good;
      continue;
    }
    out += bytes.substr(plain, at - plain);
    if (character.length > 0 && !at_end) {
      waiting_ = bytes.substr(at);
      return;
    }
    out += replacement;
    at += character.good;
    plain = at;
  }
  out += bytes.substr(plain);
}

void TextDecoder::decode_other(std::string_view bytes, std::string& out, bool at_end) {
  std::array<char, 4096> room{};
  std::string input(bytes);  // iconv wants it writable
  char* from = input.data();
  std::size_t left = input.size();
  while (left > 0) {
    char* to = room.data();
    std::size_t free = room.size();
    const std::size_t done = iconv(iconv_->handle, &from, &left, &to, &free);
    const int problem = done == static_cast<std::size_t>(-1) ? errno : 0;
    out.append(room.data(), room.size() - free);
    if (problem == EINVAL && !at_end) {
      waiting_.assign(from, left);
      return;
    }
    if (problem == EILSEQ || problem == EINVAL) {
      const std::size_t skipped = std::min(left, iconv_->unit);
      out += replacement;
      from += skipped;
      left -= skipped;
    }
  }
}

}  // namespace sluice::http
