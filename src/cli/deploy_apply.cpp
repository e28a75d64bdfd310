// SPDX-License-Identifier: Apache-2.0
#include "cli/control_client.hpp"
#include "cli/deploy_common.hpp"
#include "cli/deploy_options.hpp"
#include "cli/failure.hpp"
#include "cli/terminal.hpp"
#include "cli/verbs.hpp"
#include "deploy/command.hpp"
#include "deploy/compose_run.hpp"
#include "deploy/difference.hpp"
#include "deploy/files.hpp"
#include "launch/run_lock.hpp"

namespace sluice::cli {
namespace {

struct DeployApplyOptions {
  DeployInput input;
  std::chrono::seconds start_timeout{30};
  OutputOptions output;
};

}  // namespace
}  // namespace sluice::cli

template <>
struct sluice::option_table<sluice::cli::DeployApplyOptions> {
  using O = sluice::cli::DeployApplyOptions;
  static constexpr auto rows = std::tuple{
      option_group<&O::input>(),
      option<&O::start_timeout>("start-timeout", "Longest wait for a connector to be up."),
      option_group<&O::output>(),
  };
};

namespace sluice::cli {
namespace {

using deploy::Applied;
using deploy::Desired;
using deploy::Target;

// What became of one file.
struct Outcome {
  std::string name;
  std::string change;  // `started`, `changed`, `unchanged`
  std::string state;
  int exit_code = 0;
};

class Application {
 public:
  explicit Application(const DeployApplyOptions& options) : options_(options) {}

  int run();

 private:
  [[nodiscard]] bool as_json() const { return options_.output.output == OutputFormat::json; }
  void show(const std::string& text) const {
    if (!as_json()) print(text);
  }
  // Of what is new, `plan` shows all.
  void show_change(const std::string& name, bool is_there, const std::string& lines) const {
    if (is_there && !lines.empty()) show(name + ": changes\n" + lines);
    if (!is_there) show(name + ": new\n");
  }
  Outcome apply_local(Applied applied);
  void refuse_stranger(const std::string& name) const;
  Outcome start_local(const Applied& applied, std::string change);
  std::vector<Outcome> apply_compose(std::vector<Applied> all);
  Outcome apply_kubernetes(Applied applied);
  // Compared with what is saved, whose generation and wish go on; `lines` is the difference.
  [[nodiscard]] std::optional<Applied> compare(Applied& applied, std::string& lines) const;

  const DeployApplyOptions& options_;
  deploy::Store store_ = deploy_store();
  deploy::Control control_ = deploy_control();
  deploy::Local local_{store_, control_};
};

std::optional<Applied> Application::compare(Applied& applied, std::string& lines) const {
  auto& deployment = applied.deployment;
  auto before = store_.load(deployment.name);
  lines = deploy::difference(before, applied);
  if (!before) return before;
  if (before->deployment.target != deployment.target) {
    throw HintedFailure(Errc::usage,
                        "`" + deployment.name + "` is deployed already, to " +
                            std::string(name_of(before->deployment.target)),
                        "`sluice deploy delete " + deployment.name +
                            "` removes it there; or give this one another name");
  }
  deployment.generation = before->deployment.generation + (lines.empty() ? 0 : 1);
  if (before->deployment.desired == Desired::paused) deployment.desired = Desired::paused;
  return before;
}

// Looked for before anything is started: a connector of this name that somebody started by hand.
void Application::refuse_stranger(const std::string& name) const {
  if (deploy::is_locked(store_.places(name).run_lock)) return;
  if (!find_running_connector(name) && !or_throw(launch::run_holder(name))) return;
  throw HintedFailure(Errc::already_running,
                      "a connector with the name `" + name + "` runs here already",
                      "stop it, or give this one another name");
}

Outcome Application::start_local(const Applied& applied, std::string change) {
  const auto& deployment = applied.deployment;
  const auto end = local_.start(deployment.name, options_.start_timeout);
  report_start(deployment.name, end, store_.places(deployment.name).log);
  const auto state = local_.look(deployment).state;
  if (exit_code_of(end) == 0) show(deployment.name + ": " + change + ", " + state + "\n");
  if (!deployment.local.unit && exit_code_of(end) == 0) {
    write_stderr("note: `" + deployment.name +
                 "` will not survive a reboot: no systemd unit starts it\n");
  }
  return {deployment.name, std::move(change), state, exit_code_of(end)};
}

Outcome Application::apply_local(Applied applied) {
  auto& deployment = applied.deployment;
  const auto lock = store_.lock_for_change(deployment.name);
  std::string lines;
  const auto before = compare(applied, lines);
  const bool runs = local_.is_supervised(deployment.name);
  refuse_stranger(deployment.name);
  if (before && lines.empty()) {
    const auto state = local_.look(before->deployment).state;
    if (runs || state == "finished") {
      show(deployment.name + ": unchanged, " + state + "\n");
      return {deployment.name, "unchanged", state, 0};
    }
  } else {
    show_change(deployment.name, before.has_value(), lines);
  }
  if (before) local_.stop(before->deployment);
  store_.save(applied);
  if (deployment.local.unit) {
    local_.install_unit(deployment);
  } else if (before && before->deployment.local.unit) {
    local_.remove_unit(deployment);
  }
  return start_local(applied, before && !lines.empty() ? "changed" : "started");
}

// A compose.yaml of somebody else is not for us to replace.
void refuse_foreign_file(const std::filesystem::path& file) {
  constexpr std::size_t bytes_max = 16U * 1024 * 1024;
  const auto text = deploy::read_whole(file, bytes_max);
  if (!text || text->starts_with("# Written by `sluice deploy")) return;
  throw HintedFailure(Errc::usage, file.string() + " is there, and not of `sluice deploy`",
                      "name another file or folder with --compose-file");
}

std::vector<Outcome> Application::apply_compose(std::vector<Applied> all) {
  const std::filesystem::path file = all.front().deployment.container.file;
  // One lock for all that share the file.
  const auto lock = store_.lock_for_change("compose:" + file.string());
  refuse_foreign_file(file);
  std::vector<Outcome> out;
  for (auto& applied : all) {
    std::string lines;
    const auto before = compare(applied, lines);
    show_change(applied.deployment.name, before.has_value(), lines);
    out.push_back({applied.deployment.name,
                   !before         ? "started"
                   : lines.empty() ? "unchanged"
                                   : "changed",
                   "written", 0});
  }
  deploy::make_folder(file.parent_path(), 0755);
  const auto whole = with_others_of_file(store_, all);
  deploy::write_compose(file, whole);
  for (const auto& applied : all) store_.save(applied);
  const auto program = deploy::compose_program();
  if (!program) {
    write_stderr(
        "note: neither `docker compose` nor `podman compose` works here; where one does:\n"
        "  docker compose -f " +
        file.string() + " up -d\n");
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto& deployment = all[i].deployment;
    if (program) {
      const std::vector<std::string> up{"up", "--detach", "--force-recreate"};
      const std::vector<std::string> same{"up", "--detach"};
      deploy::must_run(
          deploy::compose_words(*program, deployment, out[i].change == "changed" ? up : same));
      out[i].state = deploy::compose_state(deployment);
    }
    show(deployment.name + ": " + out[i].change + ", " + out[i].state + "\n");
  }
  return out;
}

Outcome Application::apply_kubernetes(Applied applied) {
  auto& deployment = applied.deployment;
  const auto lock = store_.lock_for_change(deployment.name);
  std::string lines;
  const auto before = compare(applied, lines);
  show_change(deployment.name, before.has_value(), lines);
  store_.save(applied);
  deploy::kubectl_apply(applied, store_.places(deployment.name).folder);
  const std::string change = !before ? "started" : lines.empty() ? "unchanged" : "changed";
  Outcome out{deployment.name, change, "running", 0};
  if (deployment.desired == Desired::running) {
    const auto wrong = deploy::kubectl_rollout(deployment, options_.start_timeout);
    if (!wrong.empty()) {
      report_line("`" + deployment.name + "` did not come up: " + wrong,
                  "`sluice deploy logs " + deployment.name + "` shows what it says");
      out.exit_code = 1;
    }
  }
  out.state = deploy::kubectl_state(deployment).state;
  if (out.exit_code == 0) show(deployment.name + ": " + change + ", " + out.state + "\n");
  return out;
}

int Application::run() {
  auto all = prepare_all(options_.input);
  std::vector<Outcome> outcomes;
  if (options_.input.target == Target::compose) {
    outcomes = apply_compose(std::move(all));
  } else {
    for (auto& applied : all) {
      outcomes.push_back(options_.input.target == Target::local
                             ? apply_local(std::move(applied))
                             : apply_kubernetes(std::move(applied)));
    }
  }
  int exit_code = 0;
  Listing listing({{"name", "NAME"}, {"change", "CHANGE"}, {"state", "STATE"}}, "");
  for (const auto& outcome : outcomes) {
    listing.add({outcome.name, outcome.change, outcome.state});
    if (exit_code == 0) exit_code = outcome.exit_code;
  }
  if (as_json()) print(listing, options_.output);
  return exit_code;
}

int run_deploy_apply(const DeployApplyOptions& options) {
  return Application(options).run();
}

}  // namespace

const Verb deploy_apply = make_verb<&run_deploy_apply>(
    "deploy apply",
    "Makes the deployments of connectors' files what the files say: starts the new ones, rolls the "
    "changed ones, leaves the others alone.",
    "sluice deploy apply http.yaml --secrets secrets.txt\n"
    "sluice deploy apply http.yaml --target kubernetes --namespace streams\n"
    "sluice deploy apply http.yaml files.yaml --target compose --compose-file pipelines/");

}  // namespace sluice::cli
