// SPDX-License-Identifier: Apache-2.0
#include "line_pattern.hpp"

#include <array>

#include <regex.h>

namespace sluice::file_source {

struct LinePattern::Compiled {
  regex_t regex{};
  bool ready = false;
  Compiled() = default;
  Compiled(const Compiled&) = delete;
  Compiled& operator=(const Compiled&) = delete;
  ~Compiled() {
    if (ready) ::regfree(&regex);
  }
};

Outcome<LinePattern> LinePattern::compile(const std::string& text) {
  auto compiled = std::make_shared<Compiled>();
  const int code = ::regcomp(&compiled->regex, text.c_str(), REG_EXTENDED | REG_NOSUB);
  if (code != 0) {
    std::array<char, 256> problem{};
    ::regerror(code, &compiled->regex, problem.data(), problem.size());
    return Error{Errc::invalid_argument, problem.data(), {}};
  }
  compiled->ready = true;
  return LinePattern(std::move(compiled));
}

bool LinePattern::matches(std::string_view line) const {
  regmatch_t range{.rm_so = 0, .rm_eo = static_cast<regoff_t>(line.size())};
  return ::regexec(&compiled_->regex, line.data(), 1, &range, REG_STARTEND) == 0;
}

}  // namespace sluice::file_source
