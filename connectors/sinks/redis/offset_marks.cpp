// SPDX-License-Identifier: Apache-2.0
#include "offset_marks.hpp"

#include <charconv>
#include <limits>

namespace sluice::redis {
namespace {

template <typename T>
std::optional<T> parse_number(std::string_view text) {
  T number{};
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (code != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::uint32_t reach(const Mark& mark) {
  return mark.index.value_or(std::numeric_limits<std::uint32_t>::max());
}

}  // namespace

std::string format_mark(const Mark& mark) {
  std::string out = std::to_string(mark.offset.value);
  if (mark.index) out += ':' + std::to_string(*mark.index);
  return out;
}

std::optional<Mark> parse_mark(std::string_view text) {
  const auto colon = text.find(':');
  const auto offset = parse_number<std::int64_t>(text.substr(0, colon));
  if (!offset || *offset < 0) return std::nullopt;
  Mark mark{.offset = Offset{*offset}, .index = std::nullopt};
  if (colon == std::string_view::npos) return mark;
  mark.index = parse_number<std::uint32_t>(text.substr(colon + 1));
  if (!mark.index) return std::nullopt;
  return mark;
}

std::string mark_field(std::string_view topic, PartitionId partition) {
  return std::string(topic) + '/' + std::to_string(partition.value);
}

std::optional<PartitionId> partition_of(std::string_view field, std::string_view topic) {
  if (!field.starts_with(topic)) return std::nullopt;
  field.remove_prefix(topic.size());
  if (!field.starts_with('/')) return std::nullopt;
  const auto number = parse_number<decltype(PartitionId::value)>(field.substr(1));
  if (!number) return std::nullopt;
  return PartitionId{*number};
}

Mark mark_at(std::span<const SinkRecord> records, std::size_t at) {
  const SinkRecord& record = records[at];
  const bool more_follow = at + 1 < records.size() &&
                           records[at + 1].partition == record.partition &&
                           records[at + 1].offset == record.offset;
  return {.offset = record.offset,
          .index = more_follow ? std::optional(record.index) : std::nullopt};
}

bool is_behind(const Mark& mark, const Mark& other) {
  if (mark.offset != other.offset) return mark.offset < other.offset;
  return reach(mark) < reach(other);
}

bool covers(const Marks& marks, const SinkRecord& record) {
  const auto found = marks.find(record.partition);
  if (found == marks.end()) return false;
  const Mark& mark = found->second;
  return record.offset < mark.offset ||
         (record.offset == mark.offset && record.index <= reach(mark));
}

std::map<PartitionId, Offset> whole_offsets(const Marks& marks) {
  std::map<PartitionId, Offset> out;
  for (const auto& [partition, mark] : marks) {
    out[partition] = mark.index ? Offset{mark.offset.value - 1} : mark.offset;
  }
  return out;
}

}  // namespace sluice::redis
