// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <optional>

#include "catalog/metadata.hpp"
#include "cli/doctor_checks.hpp"
#include "launch/find_connector.hpp"

namespace sluice::cli {
namespace {

using State = Finding::State;

constexpr std::size_t connectors_max = 64;

// Nothing when it is no connector, and only its name made it look like one.
std::optional<Finding> look_at_connector(const launch::FoundConnector& connector,
                                         const DoctorLimits& limits) {
  Finding out{.check = "connector " + connector.name};
  const auto metadata = catalog::read_metadata(connector.program, {.deadline = limits.connectors});
  if (!metadata && connector.is_guess) return std::nullopt;
  if (!metadata) {
    out.state = State::warning;
    out.found = metadata.error().message();
    out.help =
        "a connector prints its metadata for the word `metadata`; if this is none, rename it";
    return out;
  }
  out.found = metadata->version + ", " + connector.program.string();
  if (metadata->name == connector.name) return out;
  out.state = State::warning;
  out.found += ", which calls itself `" + metadata->name + "`";
  out.help = "name the program as its metadata does";
  return out;
}

}  // namespace

Findings look_at_connectors(const DoctorWanted& wanted) {
  const auto folders = launch::connector_folders(wanted.connectors, launch::process_environment());
  const auto found = launch::list_connectors(folders);
  Findings out;
  std::map<std::string, std::filesystem::path> first;
  for (const auto& connector : found) {
    if (out.size() >= connectors_max) break;
    const auto known = first.find(connector.name);
    if (known == first.end()) {
      auto finding = look_at_connector(connector, wanted.limits);
      if (!finding) continue;
      first.emplace(connector.name, connector.program);
      out.push_back(*std::move(finding));
    } else if (std::error_code ignored;
               !std::filesystem::equivalent(known->second, connector.program, ignored)) {
      out.push_back({"connector " + connector.name, State::warning,
                     "it is also at " + connector.program.string() + ", which is never used",
                     "remove one, or choose with --connectors"});
    }
  }
  if (!out.empty()) return out;
  return {{"connectors", State::warning, "none are found",
           "name their folder with --connectors DIR or SLUICE_CONNECTORS"}};
}

}  // namespace sluice::cli
