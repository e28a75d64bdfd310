// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a verb prints as data, said once: a table for people, JSON for programs.
//
// A `Listing` is many things with the same columns, `Facts` is one thing. A cell keeps its
// type: JSON gets the exact number, the table the readable text. JSON keys have the unit
// (`size_bytes`, `retention_seconds`), table titles do not need it.

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "sluice/options/table.hpp"

namespace sluice::cli {

struct ByteCount {
  std::uint64_t bytes = 0;
};
// `-` in a table, null in JSON.
using Nothing = std::monostate;
using Cell = std::variant<Nothing, bool, std::int64_t, std::string, ByteCount, std::chrono::seconds,
                          std::vector<std::string>>;

// A number as a cell, or nothing.
template <typename To = std::int64_t, typename From>
[[nodiscard]] Cell cell_of(const std::optional<From>& value) {
  return value ? Cell(static_cast<To>(*value)) : Cell();
}

struct Column {
  std::string_view key;    // in JSON
  std::string_view title;  // in the table
};

class Listing {
 public:
  // `when_empty` is what the table says in place of nothing.
  Listing(std::vector<Column> columns, std::string when_empty)
      : columns_(std::move(columns)), when_empty_(std::move(when_empty)) {}

  // Requires: as many cells as columns.
  void add(std::vector<Cell> row);
  [[nodiscard]] bool empty() const noexcept { return rows_.empty(); }

  // Aligned columns, numbers to the right; `bold` marks the titles.
  [[nodiscard]] std::string table(bool bold = false) const;
  // An array of objects, without a line feed.
  [[nodiscard]] std::string json() const;

 private:
  std::vector<Column> columns_;
  std::string when_empty_;
  std::vector<std::vector<Cell>> rows_;
};

class Facts {
 public:
  Facts& add(std::string_view key, std::string_view title, Cell cell);
  // Things of this thing: a table below in the table, an array in JSON.
  Facts& add(std::string_view key, Listing listing);

  [[nodiscard]] std::string table(bool bold = false) const;
  // One object, without a line feed.
  [[nodiscard]] std::string json() const;

 private:
  struct Fact {
    Column name;
    Cell cell;
  };
  struct Part {
    std::string_view key;
    Listing listing;
  };
  std::vector<Fact> facts_;
  std::vector<Part> parts_;
};

enum class OutputFormat : std::uint8_t { table, json };

// Option group of every verb that prints data.
struct OutputOptions {
  OutputFormat output = OutputFormat::table;
};

void print(const Listing& listing, const OutputOptions& options);
void print(const Facts& facts, const OutputOptions& options);
// For a verb that did something: the sentence as text, the facts as JSON.
void print_done(std::string_view sentence, const Facts& facts, const OutputOptions& options);

}  // namespace sluice::cli

template <>
struct sluice::enum_names<sluice::cli::OutputFormat> {
  using F = sluice::cli::OutputFormat;
  static constexpr std::array rows{EnumName{F::table, "table"}, EnumName{F::json, "json"}};
};

template <>
struct sluice::option_table<sluice::cli::OutputOptions> {
  using O = sluice::cli::OutputOptions;
  static constexpr auto rows = std::tuple{
      option<&O::output>("output", "How data is printed.").short_name('O'),
  };
};
