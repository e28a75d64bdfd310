// SPDX-License-Identifier: Apache-2.0
#pragma once

// Collects what is wrong while options are read, and knows how places and values are written.

#include "sluice/options/set.hpp"

namespace sluice::options {

class Report {
 public:
  // Each (place, problem) once: two readers of one value say the same.
  void problem(Diagnostic diagnostic);
  void warning(Diagnostic diagnostic);

  [[nodiscard]] const std::vector<Diagnostic>& problems() const noexcept { return problems_; }
  [[nodiscard]] std::vector<Diagnostic> take_problems() { return std::move(problems_); }
  [[nodiscard]] std::vector<Diagnostic> take_warnings() { return std::move(warnings_); }

 private:
  std::vector<Diagnostic> problems_;
  std::vector<Diagnostic> warnings_;
};

// Where in a file: `path:line:column`.
[[nodiscard]] std::string place_in(const std::string& path, int line, int column);
[[nodiscard]] std::string place_of(const std::string& path, const ConfigNode& node);
[[nodiscard]] std::string place_of_key(const std::string& path, const ConfigNode& node);

// A value for a message: quoted, cut after 60 characters.
[[nodiscard]] std::string shown(std::string_view text);
// `did you mean X?` when something is near, else the whole list when it is short.
[[nodiscard]] std::string advice(const std::optional<std::string>& near,
                                 std::span<const std::string> all);
// `a`, `b` and `c`
[[nodiscard]] std::string listed(std::span<const std::string> words, std::string_view last_joint);

}  // namespace sluice::options
