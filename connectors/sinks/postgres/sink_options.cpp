// SPDX-License-Identifier: Apache-2.0
#include "sink_options.hpp"

#include "common/postgres/text.hpp"

namespace sluice::postgres {
namespace {

bool is_name(std::string_view name) {
  constexpr std::size_t name_bytes_max = 63;
  return !name.empty() && name.size() <= name_bytes_max;
}
bool is_table(std::string_view name) {
  const auto dot = name.find('.');
  return dot != std::string_view::npos && is_name(name.substr(0, dot)) &&
         is_name(name.substr(dot + 1));
}

}  // namespace

void validate_options(const SinkOptions& options, OptionProblems& problems) {
  if (auto problem = common::postgres::url_problem(options.url.reveal()); !problem.empty()) {
    problems.add("url", std::move(problem));
  }
  if (!is_name(options.offset_schema)) {
    problems.add("offset-schema", "`" + options.offset_schema + "` is not a schema",
                 "1 to 63 bytes");
  }
  for (const auto& [from, to] : options.schemas) {
    if (is_name(from) && is_name(to)) continue;
    problems.add("schema-map", "`" + from + "=" + to + "` is not two schemas",
                 "write `public=copy`");
  }
  for (const auto& [from, to] : options.tables) {
    if (is_table(from) && is_table(to)) continue;
    problems.add("table-map", "`" + from + "=" + to + "` is not two tables",
                 "write `public.pets=zoo.animals`");
  }
}

}  // namespace sluice::postgres
