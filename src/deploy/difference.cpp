// SPDX-License-Identifier: Apache-2.0
#include "deploy/difference.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "base/text.hpp"

namespace sluice::deploy {
namespace {

using Lines = std::vector<std::string_view>;

struct Step {
  char mark = ' ';  // ` ` in both, `-` only before, `+` only after
  std::string_view line;
};

Lines lines_of(std::string_view text) {
  auto out = split(text, '\n');
  if (!out.empty() && out.back().empty()) out.pop_back();
  return out;
}

// The longest common lines, by the table of all prefixes' lengths.
std::vector<Step> steps_of(const Lines& before, const Lines& after) {
  const auto width = after.size() + 1;
  std::vector<std::uint32_t> common((before.size() + 1) * width, 0);
  for (auto i = before.size(); i-- > 0;) {
    for (auto j = after.size(); j-- > 0;) {
      common[i * width + j] =
          before[i] == after[j] ? common[(i + 1) * width + j + 1] + 1
                                : std::max(common[(i + 1) * width + j], common[i * width + j + 1]);
    }
  }
  std::vector<Step> out;
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < before.size() || j < after.size()) {
    if (i < before.size() && j < after.size() && before[i] == after[j]) {
      out.push_back({' ', before[i++]});
      ++j;
    } else if (j == after.size() ||
               (i < before.size() && common[(i + 1) * width + j] >= common[i * width + j + 1])) {
      out.push_back({'-', before[i++]});
    } else {
      out.push_back({'+', after[j++]});
    }
  }
  return out;
}

bool is_near_change(const std::vector<Step>& steps, std::size_t at) {
  constexpr std::size_t around = 2;
  const auto first = at - std::min(at, around);
  const auto last = std::min(at + around + 1, steps.size());
  return std::any_of(steps.begin() + static_cast<std::ptrdiff_t>(first),
                     steps.begin() + static_cast<std::ptrdiff_t>(last),
                     [](const Step& step) { return step.mark != ' '; });
}

std::string whole(char mark, const Lines& lines) {
  std::string out;
  for (const auto line : lines) out.append(1, mark).append(" ").append(line).append("\n");
  return out;
}

// Settings of a deployment as lines: its JSON without what is not applied or shown elsewhere. That
// the same is applied from another folder is no change.
std::string settings(Deployment deployment) {
  deployment.generation = 0;
  deployment.desired = Desired::running;
  deployment.config_sha256.clear();
  deployment.secrets_sha256.clear();
  deployment.local.folder.clear();
  return deployment_json(deployment);
}

void add_part(std::string& out, std::string_view title, const std::string& lines) {
  if (!lines.empty()) out.append(title).append(":\n").append(lines);
}

}  // namespace

std::string line_difference(std::string_view before, std::string_view after) {
  if (before == after) return {};
  const auto old_lines = lines_of(before);
  const auto new_lines = lines_of(after);
  constexpr std::size_t table_max = 4'000'000;
  if ((old_lines.size() + 1) * (new_lines.size() + 1) > table_max) {
    return whole('-', old_lines) + whole('+', new_lines);
  }
  const auto steps = steps_of(old_lines, new_lines);
  std::string out;
  bool left_out = false;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (!is_near_change(steps, i)) {
      left_out = true;
      continue;
    }
    if (left_out && !out.empty()) out += "  ...\n";
    left_out = false;
    out.append(1, steps[i].mark).append(" ").append(steps[i].line).append("\n");
  }
  return out.empty() ? "  (only the end of the last line)\n" : out;
}

std::string difference(const std::optional<Applied>& before, const Applied& after) {
  std::string out;
  add_part(out, "deployment",
           line_difference(before ? settings(before->deployment) : "", settings(after.deployment)));
  add_part(out, "config.yaml", line_difference(before ? before->config : "", after.config));
  const auto old_secrets = before ? before->secrets : std::string();
  if (old_secrets != after.secrets) {
    auto names = line_difference(hidden_secrets(old_secrets), hidden_secrets(after.secrets));
    add_part(out, "secrets", names.empty() ? "  (values differ)\n" : names);
  }
  return out;
}

}  // namespace sluice::deploy
