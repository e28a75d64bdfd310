// SPDX-License-Identifier: Apache-2.0
#include "sluice/base64.hpp"

#include <openssl/evp.h>

#include "base/assert.hpp"

namespace sluice {
namespace {

// Of four letters; OpenSSL takes an `int`.
constexpr std::size_t piece_letters = std::size_t{1} << 24U;
constexpr std::size_t piece_bytes = piece_letters / 4 * 3;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes_of(std::string& text, std::size_t offset) {
  return reinterpret_cast<unsigned char*>(text.data()) + offset;
}

}  // namespace

std::string to_base64(std::string_view bytes) {
  std::string out((bytes.size() + 2) / 3 * 4 + 1, '\0');  // and the zero that OpenSSL writes
  std::size_t size = 0;
  for (std::size_t i = 0; i < bytes.size(); i += piece_bytes) {
    const auto piece = bytes.substr(i, piece_bytes);
    size += static_cast<std::size_t>(
        ::EVP_EncodeBlock(bytes_of(out, size), bytes_of(piece), static_cast<int>(piece.size())));
  }
  SLUICE_ASSERT(size + 1 == out.size());
  out.pop_back();
  return out;
}

std::optional<std::string> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::string out(text.size() / 4 * 3, '\0');
  std::size_t size = 0;
  for (std::size_t i = 0; i < text.size(); i += piece_letters) {
    const auto piece = text.substr(i, piece_letters);
    const int made =
        ::EVP_DecodeBlock(bytes_of(out, size), bytes_of(piece), static_cast<int>(piece.size()));
    if (made < 0) return std::nullopt;
    size += static_cast<std::size_t>(made);
  }
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  if (size < padding) return std::nullopt;
  out.resize(size - padding);
  // OpenSSL forgives white space, padding in the middle and bits that are left over.
  if (to_base64(out) != text) return std::nullopt;
  return out;
}

}  // namespace sluice
