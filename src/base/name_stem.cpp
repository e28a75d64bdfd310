// SPDX-License-Identifier: Apache-2.0
#include "base/name_stem.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>

namespace sluice {
namespace {

constexpr std::size_t file_stem_max = 63;

// FNV-1a: small, and the same for ever.
std::string hash_of(std::string_view text) {
  std::uint32_t hash = 2'166'136'261U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16'777'619U;
  std::array<char, 9> hex{};
  std::snprintf(hex.data(), hex.size(), "%08x", hash);
  return hex.data();
}

}  // namespace

std::string name_stem(std::string_view name, std::size_t size_max) {
  std::string out;
  for (const char c : name) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    out += plain ? c : '-';
  }
  const bool same = out == name && !out.empty() && out.back() != '-' && out.front() != '-';
  if (same && out.size() <= size_max) return out;
  const auto hash = hash_of(name);
  out.resize(std::min(out.size(), size_max - hash.size() - 1));
  return out + "-" + hash;
}

std::string file_stem(std::string_view name) {
  return name_stem(name, file_stem_max);
}

}  // namespace sluice
