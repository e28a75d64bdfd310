// SPDX-License-Identifier: Apache-2.0
#include "common/tail/tail_state.hpp"

#include <algorithm>
#include <charconv>

#include <nlohmann/json.hpp>

namespace sluice::common {
namespace {

template <typename T>
void append_number(std::string& out, T number, char behind) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  out.append(digits, end);
  out += behind;
}

// A path is bytes, and JSON is UTF-8: every byte becomes one character of Latin-1.
void append_path(std::string& out, std::string_view path) {
  static constexpr char hex[] = "0123456789abcdef";
  out += '"';
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7f && c != '"' && c != '\\') {
      out += c;
    } else {
      out += "\\u00";
      out += hex[byte >> 4U];
      out += hex[byte & 15U];
    }
  }
  out += '"';
}

std::string path_of(std::string_view utf8) {
  std::string out;
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    const auto byte = static_cast<unsigned char>(utf8[i]);
    if (byte < 0x80 || i + 1 == utf8.size()) {
      out += utf8[i];
    } else {
      const auto low = static_cast<unsigned char>(utf8[++i]);
      out += static_cast<char>(((byte & 3U) << 6U) | (low & 0x3fU));
    }
  }
  return out;
}

}  // namespace

Fingerprint Fingerprint::of(std::string_view head) {
  const auto length = std::min(head.size(), bytes_max);
  std::uint64_t hash = 14695981039346656037ULL;  // FNV-1a
  for (const char c : head.substr(0, length)) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  }
  return {static_cast<std::uint32_t>(length), length == 0 ? 0 : hash};
}

bool Fingerprint::matches(std::string_view head) const {
  return head.size() >= length && of(head.substr(0, length)) == *this;
}

void append_state_begin(std::string& out, std::uint64_t number) {
  out += R"({"v":1,"n":)";
  append_number(out, number, ',');
  out += R"("files":[)";
}

void append_file_state(std::string& out, const FileState& file) {
  if (out.back() != '[') out += ',';
  out += '[';
  append_number(out, file.device, ',');
  append_number(out, file.inode, ',');
  append_number(out, file.fingerprint.length, ',');
  append_number(out, file.fingerprint.hash, ',');
  append_number(out, file.offset, ',');
  append_number(out, file.lines, ',');
  append_path(out, file.path);
  if (file.modified_ns != 0) {
    out += ',';
    append_number(out, file.modified_ns, ',');
    out += file.sent ? '1' : '0';
  }
  out += ']';
}

void append_state_end(std::string& out) {
  out += "]}";
}

Outcome<TailState> parse_state(std::string_view text) {
  try {
    const auto json = nlohmann::json::parse(text);
    if (json.at("v").get<int>() != 1) throw Failure(Errc::unsupported, "another version");
    TailState state{.number = json.at("n").get<std::uint64_t>(), .files = {}};
    for (const auto& row : json.at("files")) {
      const bool has_time = row.size() > 7;
      state.files.push_back(
          {.device = row.at(0).get<std::uint64_t>(),
           .inode = row.at(1).get<std::uint64_t>(),
           .fingerprint = {row.at(2).get<std::uint32_t>(), row.at(3).get<std::uint64_t>()},
           .offset = row.at(4).get<std::uint64_t>(),
           .lines = row.at(5).get<std::int64_t>(),
           .path = path_of(row.at(6).get_ref<const std::string&>()),
           .modified_ns = has_time ? row.at(7).get<std::int64_t>() : 0,
           .sent = has_time && row.at(8).get<int>() != 0});
    }
    return state;
  } catch (const std::exception& problem) {
    return Error{Errc::data_corrupt,
                 std::string("the stored position is not one of files that are read: ") +
                     problem.what() + "; run under another --name, or delete it",
                 {}};
  }
}

}  // namespace sluice::common
