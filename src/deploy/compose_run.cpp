// SPDX-License-Identifier: Apache-2.0
#include "deploy/compose_run.hpp"

#include <cerrno>
#include <cstring>

#include <nlohmann/json.hpp>
#include <unistd.h>

#include "base/text.hpp"
#include "deploy/command.hpp"
#include "deploy/container.hpp"
#include "deploy/files.hpp"
#include "sluice/error.hpp"

namespace sluice::deploy {
namespace {

using namespace std::chrono_literals;

void give_to(const std::filesystem::path& path, const ComposeUser& user) {
  if (::geteuid() != 0) return;
  if (::chown(path.c_str(), user.id, user.group) != 0) {
    throw Failure(Errc::permission_denied, "cannot give " + path.string() + " to user " +
                                               std::to_string(user.id) + ": " +
                                               std::strerror(errno));
  }
}

// One object, a list of them, or one a line, as the versions of Compose have it.
std::string state_in(const std::string& output) {
  for (const auto line : split(output, '\n')) {
    auto json = nlohmann::json::parse(line, nullptr, false);
    if (json.is_array() && !json.empty()) json = json.front();
    if (json.is_object() && json.contains("State") && json["State"].is_string()) {
      return json["State"];
    }
  }
  return "absent";
}

}  // namespace

std::optional<std::vector<std::string>> compose_program() {
  const std::vector<std::vector<std::string>> known{
      {"docker", "compose"}, {"podman", "compose"}, {"docker-compose"}};
  for (auto words : known) {
    const auto program = words;
    words.emplace_back("version");
    if (run_command(words, 10s).exit_code == 0) return program;
  }
  return std::nullopt;
}

std::filesystem::path compose_path(const std::string& output) {
  const auto path = std::filesystem::absolute(output).lexically_normal();
  const auto ending = path.extension();
  return ending == ".yaml" || ending == ".yml" ? path : path / "compose.yaml";
}

ComposeUser compose_user() {
  if (::geteuid() == 0) return {};
  return {.id = ::geteuid(), .group = ::getegid()};
}

void write_compose(const std::filesystem::path& file, std::span<const Applied> all) {
  const auto folder = file.parent_path();
  const auto user = compose_user();
  for (const auto& applied : all) {
    const auto own = folder / compose_service(applied.deployment.name);
    make_folder(own, 0755);
    make_folder(own / "state", 0700);
    give_to(own / "state", user);
    for (const auto& part : compose_files(applied)) {
      write_whole(folder / part.path, part.content, part.secret ? 0600 : 0644);
      if (part.secret) give_to(folder / part.path, user);
    }
  }
  write_whole(file, compose_yaml(all, user), 0644);
}

void remove_compose_files(const std::filesystem::path& file, const std::string& name,
                          bool keep_state) {
  const auto own = file.parent_path() / compose_service(name);
  remove_file(own / "config.yaml");
  remove_file(own / "secrets");
  if (!keep_state) remove_tree(own);
}

std::vector<std::string> compose_words(const std::vector<std::string>& program,
                                       const Deployment& deployment,
                                       std::span<const std::string> words) {
  auto out = program;
  out.insert(out.end(), {"-f", deployment.container.file});
  out.insert(out.end(), words.begin(), words.end());
  out.push_back(compose_service(deployment.name));
  return out;
}

std::string compose_state(const Deployment& deployment) {
  const auto program = compose_program();
  if (!program) return "unknown";
  const std::vector<std::string> words{"ps", "--all", "--format", "json"};
  const auto end = run_command(compose_words(*program, deployment, words), 20s);
  return end.exit_code == 0 ? state_in(end.output) : "unknown";
}

}  // namespace sluice::deploy
