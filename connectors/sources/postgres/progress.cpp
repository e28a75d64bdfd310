// SPDX-License-Identifier: Apache-2.0
#include "progress.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>

namespace sluice::postgres {
namespace {

template <typename T>
std::optional<T> number(std::string_view text, int base = 10) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

std::vector<std::string_view> split(std::string_view text, char between) {
  std::vector<std::string_view> parts;
  while (true) {
    const auto at = text.find(between);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

std::string format_tables(const std::map<std::uint32_t, Lsn>& tables) {
  std::string text;
  for (const auto& [table, lsn] : tables) {
    if (!text.empty()) text += ',';
    text += std::to_string(table) + ':' + format_lsn(lsn);
  }
  return text.empty() ? "-" : text;
}

bool parse_tables(std::string_view text, std::map<std::uint32_t, Lsn>& tables) {
  if (text == "-") return true;
  for (const auto part : split(text, ',')) {
    const auto colon = part.find(':');
    if (colon == std::string_view::npos) return false;
    const auto table = number<std::uint32_t>(part.substr(0, colon));
    const auto lsn = parse_lsn(part.substr(colon + 1));
    if (!table || !lsn) return false;
    tables[*table] = *lsn;
  }
  return true;
}

bool parse_snapshot(const std::vector<std::string_view>& words, Progress& out) {
  if (words.size() != 3) return false;
  const auto begun = number<std::uint32_t>(words[1]);
  if (!begun || !parse_tables(words[2], out.tables)) return false;
  out.stage = Progress::Stage::snapshot;
  out.begun = *begun;
  return true;
}

bool parse_stream(const std::vector<std::string_view>& words, Progress& out) {
  if (words.size() != 4 && words.size() != 6) return false;
  const auto done = parse_lsn(words[1]);
  const auto under_way = parse_lsn(words[2]);
  const auto count = number<std::uint64_t>(words[3]);
  if (!done || !under_way || !count) return false;
  out.stage = Progress::Stage::streaming;
  out.done = *done;
  out.under_way = *under_way;
  out.count = *count;
  if (words.size() == 4) return true;
  const auto others = parse_lsn(words[4]);
  out.others = others.value_or(0);
  return others && parse_tables(words[5], out.tables);
}

}  // namespace

std::string format_lsn(Lsn lsn) {
  std::array<char, 24> text{};
  std::snprintf(text.data(), text.size(), "%X/%X", static_cast<unsigned>(lsn >> 32U),
                static_cast<unsigned>(lsn));
  return text.data();
}

std::optional<Lsn> parse_lsn(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto high = number<std::uint32_t>(text.substr(0, slash), 16);
  const auto low = number<std::uint32_t>(text.substr(slash + 1), 16);
  if (!high || !low) return std::nullopt;
  return Lsn{*high} << 32U | *low;
}

std::string format_progress(const Progress& progress) {
  if (progress.stage == Progress::Stage::snapshot) {
    return "snapshot " + std::to_string(progress.begun) + ' ' + format_tables(progress.tables);
  }
  std::string text = "stream " + format_lsn(progress.done) + ' ' + format_lsn(progress.under_way) +
                     ' ' + std::to_string(progress.count);
  if (progress.others != 0) {
    text += ' ' + format_lsn(progress.others) + ' ' + format_tables(progress.tables);
  }
  return text;
}

Outcome<Progress> parse_progress(std::string_view text) {
  Progress out;
  const auto words = split(text, ' ');
  const bool good = words[0] == "snapshot" ? parse_snapshot(words, out)
                    : words[0] == "stream" ? parse_stream(words, out)
                                           : false;
  if (good) return out;
  return Error{Errc::data_corrupt,
               "the stored position `" + std::string(text.substr(0, 100)) +
                   "` is not one of the postgres source: does another connector have this name?",
               {}};
}

Outcome<Progress> Resume::from(std::string_view stored) {
  if (!first_) first_ = stored;
  if (stored.empty()) return Progress{};
  auto parsed = parse_progress(stored);
  if (!parsed.ok() || stored != *first_) return parsed;
  Progress progress = std::move(parsed).value();
  progress.under_way = progress.count = 0;
  return progress;
}

std::vector<std::uint32_t> tables_to_read(const std::vector<std::uint32_t>& tables,
                                          const Progress& progress) {
  std::vector<std::uint32_t> out;
  for (const std::uint32_t table : tables) {
    if (progress.tables.contains(table)) continue;
    out.insert(table == progress.begun ? out.begin() : out.end(), table);
  }
  return out;
}

Progress streaming_after(const Progress& snapshot, Lsn last) {
  Progress out{.stage = Progress::Stage::streaming, .done = last};
  for (const auto& [table, lsn] : snapshot.tables) {
    if (lsn == last) continue;
    out.tables[table] = lsn;
    out.done = std::min(out.done, lsn);
  }
  if (!out.tables.empty()) out.others = last;
  return out;
}

bool is_in_rows(const Progress& progress, std::uint32_t table, Lsn commit) {
  if (progress.others == 0) return false;
  const auto found = progress.tables.find(table);
  return commit < (found == progress.tables.end() ? progress.others : found->second);
}

void forget_rows(Progress& progress) {
  if (progress.others == 0 || progress.done < progress.others) return;
  progress.others = 0;
  progress.tables.clear();
}

}  // namespace sluice::postgres
