// SPDX-License-Identifier: Apache-2.0
#pragma once

// One log for the whole program: lines of text or of JSON on standard error.
//
// A line has a level, the component that speaks (a dotted name such as `client.producer`), a
// fixed text, and fields. Values that change belong in fields, so that a text can be searched
// for. The filter has the syntax of RUST_LOG: `info`, `warn,client=debug`; the longest
// matching component prefix wins, `.` and `::` are the same. Thread-safe.

#include <initializer_list>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace sluice::log {

enum class Level { trace, debug, info, warn, error, off };
enum class Format { text, json };

struct Field {
  std::string_view name;
  std::string value;
};

struct Options {
  std::string filter = "info";
  Format format = Format::text;
};

// Takes effect for all threads at once. `invalid_config` names the part that is wrong.
[[nodiscard]] Result<> configure(const Options& options);

[[nodiscard]] bool enabled(Level level, std::string_view component);
void write(Level level, std::string_view component, std::string_view text,
           std::initializer_list<Field> fields = {});

inline void debug(std::string_view component, std::string_view text,
                  std::initializer_list<Field> fields = {}) {
  write(Level::debug, component, text, fields);
}
inline void info(std::string_view component, std::string_view text,
                 std::initializer_list<Field> fields = {}) {
  write(Level::info, component, text, fields);
}
inline void warn(std::string_view component, std::string_view text,
                 std::initializer_list<Field> fields = {}) {
  write(Level::warn, component, text, fields);
}
inline void error(std::string_view component, std::string_view text,
                  std::initializer_list<Field> fields = {}) {
  write(Level::error, component, text, fields);
}

}  // namespace sluice::log
