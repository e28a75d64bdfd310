// SPDX-License-Identifier: Apache-2.0
#include "graphite_options.hpp"

#include <charconv>

#include "common/text_template/text_template.hpp"
#include "metric_line.hpp"

namespace sluice::graphite {

std::optional<Address> parse_address(std::string_view text, std::string& problem) {
  Address out;
  std::string_view port;
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    out.host = text.substr(1, end == std::string_view::npos ? end : end - 1);
    const auto rest = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    if (end == std::string_view::npos || (!rest.empty() && rest.front() != ':')) {
      problem = "an IPv6 address is written [::1]:2003";
      return std::nullopt;
    }
    if (!rest.empty()) port = rest.substr(1);
  } else {
    const auto colon = text.find(':');
    out.host = text.substr(0, colon);
    if (colon != std::string_view::npos) port = text.substr(colon + 1);
  }
  if (out.host.empty() || out.host.find('/') != std::string::npos) {
    problem = "it is no host and port";
    return std::nullopt;
  }
  if (port.empty()) return out;
  const auto [end, code] = std::from_chars(port.data(), port.data() + port.size(), out.port);
  if (code == std::errc{} && end == port.data() + port.size() && out.port > 0) return out;
  problem = "`" + std::string(port) + "` is no port";
  return std::nullopt;
}

void validate_options(const GraphiteOptions& options, OptionProblems& problems) {
  std::string problem;
  if (!options.address.empty() && !parse_address(options.address, problem)) {
    problems.add("addr", "`" + options.address + "`: " + problem, "write for example carbon:2003");
  }
  if (const auto why = template_problem(options.metric_path, false); !why.empty()) {
    problems.add("metric-path", "`" + options.metric_path + "`: " + why,
                 "write for example plant.{site}.temperature");
  }
  for (const auto& [name, value] : options.tags) {
    if (name.empty() || !is_plain(name, true)) {
      problems.add("tag", "`" + name + "` is no name of a tag", "use letters, digits and `_`");
    }
    if (const auto why = template_problem(value, true); !why.empty()) {
      problems.add("tag", "`" + name + "=" + value + "`: " + why);
    }
  }
  common::validate(options.tls, problems);
  if (common::has_tls_options(options.tls) && !options.use_tls) {
    problems.add("tls", "the options for TLS do nothing without it", "give --tls");
  }
}

}  // namespace sluice::graphite
