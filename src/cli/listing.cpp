// SPDX-License-Identifier: Apache-2.0
#include "cli/listing.hpp"

#include <algorithm>

#include "base/assert.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "cli/format.hpp"
#include "cli/terminal.hpp"

namespace sluice::cli {
namespace {

template <typename... Ts>
struct Overloaded : Ts... {
  using Ts::operator()...;
};

std::string join(const std::vector<std::string>& texts, std::string_view between) {
  std::string out;
  for (const auto& text : texts) {
    if (!out.empty()) out += between;
    out += text;
  }
  return out;
}

// A name from outside must not move the cursor or break the table.
std::string one_line(std::string text) {
  std::ranges::replace_if(text, [](unsigned char c) { return c < ' ' || c == 0x7f; }, '?');
  return text;
}

std::string text_of(const Cell& cell) {
  return std::visit(Overloaded{
                        [](Nothing) { return std::string("-"); },
                        [](bool yes) { return std::string(yes ? "yes" : "no"); },
                        [](std::int64_t number) { return std::to_string(number); },
                        [](const std::string& text) { return text.empty() ? "-" : one_line(text); },
                        [](ByteCount size) { return human_bytes(size.bytes); },
                        [](std::chrono::seconds time) { return format_duration(time); },
                        [](const std::vector<std::string>& texts) {
                          return texts.empty() ? "-" : one_line(join(texts, ", "));
                        },
                    },
                    cell);
}

std::string quoted(std::string_view text) {
  return '"' + json_escape(text) + '"';
}

std::string json_of(const Cell& cell) {
  return std::visit(Overloaded{
                        [](Nothing) { return std::string("null"); },
                        [](bool yes) { return std::string(yes ? "true" : "false"); },
                        [](std::int64_t number) { return std::to_string(number); },
                        [](const std::string& text) { return quoted(text); },
                        [](ByteCount size) { return std::to_string(size.bytes); },
                        [](std::chrono::seconds time) { return std::to_string(time.count()); },
                        [](const std::vector<std::string>& texts) {
                          std::vector<std::string> items;
                          for (const auto& text : texts) items.push_back(quoted(text));
                          return "[" + join(items, ",") + "]";
                        },
                    },
                    cell);
}

bool is_number(const Cell& cell) {
  return std::holds_alternative<std::int64_t>(cell) || std::holds_alternative<ByteCount>(cell) ||
         std::holds_alternative<std::chrono::seconds>(cell);
}

// Characters, not bytes: a topic name has ASCII only, but a path or a status need not.
std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](unsigned char c) { return (c & 0xc0U) != 0x80; }));
}

std::string padded(std::string text, std::size_t width, bool right) {
  const auto missing = width - std::min(width, width_of(text));
  return right ? std::string(missing, ' ') + text : text + std::string(missing, ' ');
}

void strip_right(std::string& text) {
  text.erase(text.find_last_not_of(' ') + 1);
}

}  // namespace

void Listing::add(std::vector<Cell> row) {
  SLUICE_ASSERT(row.size() == columns_.size());
  rows_.push_back(std::move(row));
}

std::string Listing::table(bool bold) const {
  if (rows_.empty()) return when_empty_ + "\n";
  std::vector<std::string> lines(rows_.size() + 1);
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    std::size_t width = columns_[c].title.size();
    bool right = false;
    for (const auto& row : rows_) {
      width = std::max(width, width_of(text_of(row[c])));
      right = right || is_number(row[c]);
    }
    const std::string gap(c == 0 ? 0 : 2, ' ');
    lines[0] += gap + padded(std::string(columns_[c].title), width, right);
    for (std::size_t r = 0; r < rows_.size(); ++r) {
      lines[r + 1] += gap + padded(text_of(rows_[r][c]), width, right);
    }
  }
  for (auto& line : lines) strip_right(line);
  lines[0] = Paint(bold).bold(lines[0]);
  return join(lines, "\n") + "\n";
}

std::string Listing::json() const {
  std::vector<std::string> objects;
  for (const auto& row : rows_) {
    std::vector<std::string> members;
    for (std::size_t c = 0; c < row.size(); ++c) {
      members.push_back(quoted(columns_[c].key) + ":" + json_of(row[c]));
    }
    objects.push_back("{" + join(members, ",") + "}");
  }
  return "[" + join(objects, ",") + "]";
}

Facts& Facts::add(std::string_view key, std::string_view title, Cell cell) {
  facts_.push_back({{key, title}, std::move(cell)});
  return *this;
}

Facts& Facts::add(std::string_view key, Listing listing) {
  parts_.push_back({key, std::move(listing)});
  return *this;
}

std::string Facts::table(bool bold) const {
  std::size_t width = 0;
  for (const auto& fact : facts_) width = std::max(width, fact.name.title.size());
  std::string out;
  for (const auto& fact : facts_) {
    out += Paint(bold).bold(padded(std::string(fact.name.title) + ":", width + 1, false));
    out += " " + text_of(fact.cell) + "\n";
  }
  for (const auto& part : parts_) out += "\n" + part.listing.table(bold);
  return out;
}

std::string Facts::json() const {
  std::vector<std::string> members;
  for (const auto& fact : facts_) {
    members.push_back(quoted(fact.name.key) + ":" + json_of(fact.cell));
  }
  for (const auto& part : parts_) {
    members.push_back(quoted(part.key) + ":" + part.listing.json());
  }
  return "{" + join(members, ",") + "}";
}

namespace {
template <typename Data>
void print_data(const Data& data, const OutputOptions& options) {
  const bool as_json = options.output == OutputFormat::json;
  print(as_json ? data.json() + "\n" : data.table(Paint::of_stdout().on()));
}
}  // namespace

void print(const Listing& listing, const OutputOptions& options) {
  print_data(listing, options);
}
void print(const Facts& facts, const OutputOptions& options) {
  print_data(facts, options);
}

void print_done(std::string_view sentence, const Facts& facts, const OutputOptions& options) {
  if (options.output == OutputFormat::json) return print(facts, options);
  print(std::string(sentence) + "\n");
}

}  // namespace sluice::cli
