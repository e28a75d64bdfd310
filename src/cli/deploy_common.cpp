// SPDX-License-Identifier: Apache-2.0
#include "cli/deploy_common.hpp"

#include "base/text.hpp"
#include "cli/control_client.hpp"
#include "cli/failure.hpp"
#include "cli/terminal.hpp"
#include "deploy/command.hpp"
#include "deploy/compose_run.hpp"

namespace sluice::cli {

deploy::Control deploy_control() {
  const auto client = [](const std::string& name) {
    return ControlClient(running_connector(name).socket);
  };
  return {.state = [](const std::string& name) -> std::optional<std::string> {
            const auto found = find_running_connector(name);
            if (!found || found->problem || !found->status.contains("state")) return std::nullopt;
            return found->status.at("state").get<std::string>();
          },
          .pause = [client](const std::string& name) { client(name).pause(); },
          .resume = [client](const std::string& name) { client(name).resume(); }};
}

deploy::Store deploy_store() {
  return deploy::Store(deploy::state_root());
}

deploy::Applied find_deployment(const deploy::Store& store, const std::string& name) {
  if (auto applied = store.load(name)) return *std::move(applied);
  std::vector<Error> unreadable;
  std::vector<std::string> names;
  for (const auto& applied : store.load_all(unreadable)) names.push_back(applied.deployment.name);
  const auto near = nearest(name, names);
  throw HintedFailure(Errc::usage, "there is no deployment " + quote_if_needed(name),
                      near            ? "did you mean `" + *near + "`?"
                      : names.empty() ? "there is none at all in " + store.root().string() +
                                            "; `sluice deploy apply FILE` makes one"
                                      : "`sluice deploy list` lists them");
}

std::vector<std::string> need_compose_program(const deploy::Deployment& deployment) {
  if (auto program = deploy::compose_program()) return *std::move(program);
  throw HintedFailure(Errc::permission_denied,
                      "neither `docker compose` nor `podman compose` works here",
                      "where one does: docker compose -f " + deployment.container.file + " up -d");
}

void run_compose(const deploy::Deployment& deployment, const std::vector<std::string>& words) {
  deploy::must_run(deploy::compose_words(need_compose_program(deployment), deployment, words));
}

int exit_code_of(const deploy::StartEnd& end) {
  if (end.start == deploy::Start::up || end.start == deploy::Start::finished) return 0;
  return end.exit_code == 2 || end.exit_code == 3 ? end.exit_code : 1;
}

void report_start(const std::string& name, const deploy::StartEnd& end,
                  const std::filesystem::path& log) {
  if (exit_code_of(end) == 0) return;
  const bool again = end.start == deploy::Start::trying;
  if (!end.log_tail.empty()) {
    write_stderr("the last lines of " + log.string() + ":\n" + end.log_tail);
  }
  report_line("`" + name + "` did not come up: " + end.reason,
              again ? "it is tried again; `sluice deploy logs " + name + " -f` shows how it goes"
                    : "put it right and apply again, or `sluice deploy delete " + name + "`");
}

void print_state(const deploy::Deployment& deployment, std::string_view state,
                 const std::string& sentence, const OutputOptions& options) {
  Facts facts;
  facts.add("name", "Name", deployment.name)
      .add("target", "Target", std::string(name_of(deployment.target)))
      .add("state", "State", std::string(state));
  print_done(sentence, facts, options);
}

}  // namespace sluice::cli
