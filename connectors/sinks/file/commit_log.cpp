// SPDX-License-Identifier: Apache-2.0
#include "commit_log.hpp"

#include <array>
#include <charconv>
#include <cstdio>
#include <optional>

namespace sluice::file {
namespace {

// `<checksum> v1 <topic> <file> <bytes> <records> <begun> <partition>=<offset> ...`
constexpr std::string_view version = "v1";
constexpr std::size_t checksum_length = 16;

std::string checksum(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325U;  // FNV-1a
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  std::array<char, checksum_length + 1> out{};
  std::snprintf(out.data(), out.size(), "%016llx", static_cast<unsigned long long>(hash));
  return out.data();
}

class Words {
 public:
  explicit Words(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool at_end() const { return rest_.empty(); }
  std::string_view word(char end = ' ') {
    const auto found = rest_.find(end);
    const auto word = rest_.substr(0, found);
    rest_ = found == std::string_view::npos ? std::string_view() : rest_.substr(found + 1);
    return word;
  }
  template <typename T>
  T number(char end = ' ') {
    const auto text = word(end);
    T value{};
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    ok_ = ok_ && read.ec == std::errc{} && read.ptr == text.data() + text.size();
    return value;
  }
  [[nodiscard]] bool ok() const { return ok_; }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

std::optional<Commit> parse_commit(std::string_view line) {
  if (line.size() < checksum_length + 1) return std::nullopt;
  const std::string_view content = line.substr(checksum_length + 1);
  if (line.substr(0, checksum_length) != checksum(content)) return std::nullopt;
  Words words(content);
  if (words.word() != version) return std::nullopt;
  Commit out;
  out.topic = words.word();
  out.file_number = words.number<std::uint64_t>();
  out.file_bytes = words.number<std::uint64_t>();
  out.file_records = words.number<std::uint64_t>();
  out.file_begun = std::chrono::milliseconds(words.number<std::int64_t>());
  while (!words.at_end()) {
    const PartitionId partition{words.number<std::uint32_t>('=')};
    out.offsets[partition] = Offset{words.number<std::int64_t>()};
  }
  return words.ok() ? std::optional(out) : std::nullopt;
}

}  // namespace

std::string format_commit(const Commit& commit) {
  std::string text(version);
  text += ' ' + commit.topic;
  for (const std::uint64_t number : {commit.file_number, commit.file_bytes, commit.file_records}) {
    text += ' ' + std::to_string(number);
  }
  text += ' ' + std::to_string(commit.file_begun.count());
  for (const auto& [partition, offset] : commit.offsets) {
    text += ' ' + std::to_string(partition.value) + '=' + std::to_string(offset.value);
  }
  return checksum(text) + ' ' + text + '\n';
}

Outcome<CommitHistory> parse_commits(std::string_view text) {
  CommitHistory history;
  while (history.bytes < text.size()) {
    const auto end = text.find('\n', history.bytes);
    const bool whole = end != std::string_view::npos;
    const auto commit = parse_commit(text.substr(history.bytes, end - history.bytes));
    if (!commit || !whole) {
      // Only what a crash cut off may be broken, and that is the last line.
      if (!whole || end + 1 == text.size()) break;
      return Error{
          Errc::data_corrupt, "line at byte " + std::to_string(history.bytes) + " is broken", {}};
    }
    history.last = *commit;
    history.found = true;
    history.bytes = end + 1;
  }
  return history;
}

}  // namespace sluice::file
