// SPDX-License-Identifier: Apache-2.0
#pragma once

// Text of any character set to UTF-8, piece by piece and never failing: what cannot be read
// becomes U+FFFD. Names mean what they mean to browsers, so iso-8859-1 is windows-1252; an
// unknown name is UTF-8, and a byte order mark at the start overrides the name.

#include <memory>
#include <string>
#include <string_view>

namespace sluice::http {

class TextDecoder {
 public:
  // `binary` passes bytes through as they are; empty is UTF-8.
  explicit TextDecoder(std::string_view charset);
  ~TextDecoder();
  TextDecoder(const TextDecoder&) = delete;
  TextDecoder& operator=(const TextDecoder&) = delete;

  // Appends what the bytes say. A character that is not complete waits for the rest.
  void decode(std::string_view bytes, std::string& out);
  // There are no more bytes.
  void finish(std::string& out);

 private:
  enum class Kind { binary, utf8, windows1252, other };
  struct Iconv;

  void choose(std::string_view charset);
  // False while it is not certain whether the text begins with a mark.
  bool past_mark(bool at_end);
  void decode_utf8(std::string_view bytes, std::string& out, bool at_end);
  void decode_other(std::string_view bytes, std::string& out, bool at_end);
  void decode_all(std::string& out, bool at_end);

  Kind kind_ = Kind::utf8;
  bool started_ = false;
  std::string waiting_;  // a part of a character, or what may be a mark
  std::unique_ptr<Iconv> iconv_;
};

}  // namespace sluice::http
