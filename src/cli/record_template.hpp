// SPDX-License-Identifier: Apache-2.0
#pragma once

// A line format with places for the parts of a record: `{{offset}} {{key}}: {{value}}`.
//
// Places: topic, partition, offset, time, key, value. `\n`, `\t`, `\0` and `\\` are what they
// are in C; everything else is itself.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "sluice/options/table.hpp"
#include "sluice/record.hpp"

namespace sluice::cli {

// A record and where it is from.
struct Placed {
  std::string_view topic;
  PartitionId partition;
  const ConsumedRecord& record;
};

class RecordTemplate {
 public:
  RecordTemplate() = default;
  // Names the place that does not exist, with the nearest that does.
  [[nodiscard]] static Result<RecordTemplate> parse(std::string_view text);

  void append(std::string& out, const Placed& placed) const;
  [[nodiscard]] const std::string& text() const noexcept { return text_; }

 private:
  enum class Place : std::uint8_t { literal, topic, partition, offset, time, key, value };
  struct Part {
    Place place = Place::literal;
    std::string literal;
  };
  struct Name {
    std::string_view text;
    Place place;
  };
  static const std::vector<Name>& names();
  [[nodiscard]] static Result<Place> place_named(std::string_view name);
  void add_literal(std::string_view text);

  std::string text_;
  std::vector<Part> parts_;
};

}  // namespace sluice::cli

template <>
struct sluice::option_value<sluice::cli::RecordTemplate> {
  static std::string check(std::string_view text);
  static constexpr options::ValueInfo info{.kind = OptionKind::text, .check = &check};
  static cli::RecordTemplate from(const options::Scalar& scalar);
  static options::Scalar to(const cli::RecordTemplate& format);
};
