// SPDX-License-Identifier: Apache-2.0
#include "source_options.hpp"

#include <algorithm>

#include "common/postgres/text.hpp"

namespace sluice::postgres {
namespace {

constexpr std::size_t name_bytes_max = 63;

bool is_slot_name(std::string_view name) {
  return !name.empty() && name.size() <= name_bytes_max && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

}  // namespace

std::string quoted_table(const std::string& name) {
  const auto dot = name.find('.');
  if (dot == std::string::npos) return common::postgres::quote_identifier(name);
  return common::postgres::quote_name(name.substr(0, dot), name.substr(dot + 1));
}

void validate_options(const SourceOptions& options, OptionProblems& problems) {
  if (auto problem = common::postgres::url_problem(options.url.reveal()); !problem.empty()) {
    problems.add("url", std::move(problem));
  }
  if (!is_slot_name(options.slot)) {
    problems.add("slot", "`" + options.slot + "` is not the name of a slot",
                 "1 to 63 of a-z, 0-9 and _");
  }
  if (options.publication.empty() || options.publication.size() > name_bytes_max) {
    problems.add("publication", "a name has 1 to 63 bytes");
  }
  for (const std::string& table : options.tables) {
    if (table.empty() || table.front() == '.' || table.back() == '.') {
      problems.add("table", "`" + table + "` is not a table", "write `schema.table`");
    }
  }
  if (options.skip_setup && !options.tables.empty()) {
    problems.add("table", "with --skip-setup no publication is made", "leave one of them out");
  }
}

}  // namespace sluice::postgres
