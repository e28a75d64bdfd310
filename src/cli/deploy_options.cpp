// SPDX-License-Identifier: Apache-2.0
#include "cli/deploy_options.hpp"

#include <set>

#include "cli/failure.hpp"
#include "cli/terminal.hpp"
#include "deploy/compose_run.hpp"
#include "deploy/systemd.hpp"

namespace sluice::cli {
namespace {

using deploy::Target;

bool wants_unit(UnitChoice choice) {
  if (choice == UnitChoice::never) return false;
  const bool running = deploy::Systemd().is_running();
  if (choice == UnitChoice::always && !running) {
    throw HintedFailure(Errc::permission_denied,
                        "--systemd always: no systemd manager answers here",
                        "`--systemd never` starts it without a unit; it will not survive a reboot");
  }
  return running;
}

// The file that is there, so that a deployment keeps to it whatever the environment is later.
std::string profile_file(const DeployInput& input) {
  if (!input.cluster.empty()) return {};
  if (!input.profile.empty()) return std::filesystem::absolute(input.profile).string();
  const char* home = std::getenv("HOME");
  const auto usual = std::filesystem::path(home != nullptr ? home : "") / ".fluvio" / "config";
  std::error_code ignored;
  return input.target == Target::compose && std::filesystem::exists(usual, ignored) ? usual.string()
                                                                                    : std::string();
}

deploy::Given given(const DeployInput& input) {
  deploy::Given out{.secrets = input.secrets,
                    .connectors = input.connectors,
                    .target = input.target,
                    .running = {.drain_timeout = input.drain_timeout,
                                .cluster = input.cluster,
                                .profile_name = input.profile_name}};
  if (!input.log.empty()) out.environment["RUST_LOG"] = input.log;
  switch (input.target) {
    case Target::local:
      out.local = {.unit = wants_unit(input.systemd),
                   .profile_file = profile_file(input),
                   .folder = std::filesystem::current_path().string()};
      break;
    case Target::compose:
      out.container = {.image = input.image,
                       .file = deploy::compose_path(input.compose_file).string(),
                       .profile_file = profile_file(input)};
      break;
    case Target::kubernetes:
      out.container = {.image = input.image,
                       .context = input.context,
                       .name_space = input.name_space,
                       .profile_map = input.cluster.empty() ? input.profile_map : std::string(),
                       .state_size = input.state_volume,
                       .cpu = input.cpu,
                       .memory = input.memory};
      break;
  }
  return out;
}

}  // namespace

std::vector<deploy::Applied> prepare_all(const DeployInput& input) {
  auto wanted = given(input);
  std::vector<deploy::Applied> out;
  std::vector<Diagnostic> problems;
  std::set<std::string> names;
  for (const auto& file : input.files) {
    wanted.file = file;
    auto prepared = deploy::prepare(wanted, launch::process_environment());
    for (const auto& warning : prepared.warnings) {
      write_stderr("warning: " + warning.text() + "\n");
    }
    const auto& name = prepared.applied.deployment.name;
    if (prepared.problems.empty() && !names.insert(name).second) {
      problems.push_back({Errc::usage,
                          file,
                          "another file has the name `" + name + "`, too",
                          "one name runs once",
                          {}});
    }
    problems.insert(problems.end(), prepared.problems.begin(), prepared.problems.end());
    out.push_back(std::move(prepared.applied));
  }
  if (problems.empty()) return out;
  // All but the last here; that one ends the program.
  for (std::size_t i = 0; i + 1 < problems.size(); ++i) report_line(problems[i].text(), {});
  const auto& last = problems.back();
  throw HintedFailure(last.code, (last.place.empty() ? "" : last.place + ": ") + last.problem,
                      last.help);
}

std::vector<deploy::Applied> with_others_of_file(const deploy::Store& store,
                                                 const std::vector<deploy::Applied>& applied) {
  auto out = applied;
  if (applied.empty()) return out;
  const auto& file = applied.front().deployment.container.file;
  std::set<std::string> names;
  for (const auto& one : applied) names.insert(one.deployment.name);
  std::vector<Error> unreadable;
  for (auto& other : store.load_all(unreadable)) {
    const auto& deployment = other.deployment;
    if (deployment.target == Target::compose && deployment.container.file == file &&
        !names.contains(deployment.name)) {
      out.push_back(std::move(other));
    }
  }
  // Without knowing all of them, one would go from the file.
  if (!unreadable.empty()) throw Failure(unreadable.front());
  std::ranges::sort(out, {}, [](const auto& one) { return one.deployment.name; });
  return out;
}

}  // namespace sluice::cli
