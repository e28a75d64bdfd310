// SPDX-License-Identifier: Apache-2.0
#pragma once

// What can go wrong with a SmartModule, and how each is called.
//
// A `ModuleError` is about the module or the chain: it cannot be loaded, its init refuses, it
// traps. A `RecordFault` is about one record: the module's own words for why it cannot be
// transformed, or that the module did not survive it. Pure values; safe to copy anywhere.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace sluice::smartmodule {

// The kinds, in the order in which an export is looked for; the first found is the module's.
enum class Kind : std::uint8_t { filter, map, filter_map, array_map, aggregate };

struct KindRow {
  Kind kind;
  std::string_view export_name;
  std::uint8_t error_tag;  // in a runtime error: shared/reference/smartmodule.md §4
};
inline constexpr std::array kind_rows{
    KindRow{Kind::filter, "filter", 0}, KindRow{Kind::map, "map", 1},
    KindRow{Kind::filter_map, "filter_map", 4}, KindRow{Kind::array_map, "array_map", 2},
    KindRow{Kind::aggregate, "aggregate", 3}};
[[nodiscard]] constexpr const KindRow& row_of(Kind kind) noexcept {
  return kind_rows[static_cast<std::size_t>(kind)];
}
[[nodiscard]] constexpr std::string_view name_of(Kind kind) noexcept {
  return row_of(kind).export_name;
}

enum class FaultCode : std::uint8_t {
  invalid,        // not WebAssembly, broken, or too large
  exports,        // WebAssembly, but not a SmartModule
  instantiation,  // it cannot be started within its limits
  init,           // its init refused the parameters
  look_back,      // its look_back refused the records
  trap,           // it broke down: out of bounds, unreachable, stack overflow
  time_limit,     // a call took longer than it may
  memory_limit,   // it broke down with its memory used up
  contract        // it answered something that no SmartModule may
};

struct ModuleError {
  FaultCode code = FaultCode::invalid;
  std::string module;  // its name, as the user gave it
  std::string text;    // what happened; for `init` and `look_back`, the module's own words
  std::uint64_t memory_bytes = 0;  // memory_limit: what it has, and may have
  std::uint64_t memory_bytes_max = 0;

  // "SmartModule `name`: text", as it is shown to people.
  [[nodiscard]] Error to_error() const;
};

template <typename T = void>
using ModuleResult = tl::expected<T, ModuleError>;

// One record that a module could not transform.
struct RecordFault {
  std::string module;
  Kind kind = Kind::filter;
  std::size_t step = 0;  // in the chain
  // Nothing: the module's own error, in `text`. Else the module broke down over this record.
  std::optional<FaultCode> breakdown;
  std::string text;
  std::int64_t offset = 0;
  std::int64_t timestamp = -1;
  std::optional<Bytes> key;  // of the record as this step got it
  Bytes value;

  // Everything above in one line; a long or binary value is cut and said to be.
  [[nodiscard]] Error to_error() const;
};

}  // namespace sluice::smartmodule
