// SPDX-License-Identifier: Apache-2.0
#include "sluice/json_text.hpp"

#include "base/text.hpp"

namespace sluice {
namespace {

bool is_plain(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte < 0x80 && c != '"' && c != '\\';
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  // Runs of plain characters are copied; what is between them is checked character by character.
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t start = i;
    const bool plain = is_plain(text[i]);
    while (i < text.size() && is_plain(text[i]) == plain) ++i;
    const std::string_view run = text.substr(start, i - start);
    plain ? out.append(run) : out.append(json_escape(run));
  }
  out += '"';
}

}  // namespace sluice
