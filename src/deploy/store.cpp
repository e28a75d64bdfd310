// SPDX-License-Identifier: Apache-2.0
#include "deploy/store.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include <fcntl.h>
#include <unistd.h>

#include "base/name_stem.hpp"
#include "deploy/files.hpp"

namespace sluice::deploy {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t file_bytes_max = 1'048'576;
// A change waits for what it stops: its drain, and some.
constexpr auto change_timeout = 120s;

std::filesystem::path beside(std::filesystem::path path, const char* suffix) {
  path += suffix;
  return path;
}

std::string required(const std::filesystem::path& file) {
  if (auto text = read_whole(file, file_bytes_max)) return *std::move(text);
  throw Failure(Errc::data_corrupt, file.string() +
                                        ": it is missing, and its deployment is there; put it "
                                        "back, or remove the folder");
}

// Puts the new folder in the place of the old one in one step, where the file system can.
void swap_in(const std::filesystem::path& fresh, const std::filesystem::path& place) {
  if (::rename(fresh.c_str(), place.c_str()) == 0) return;  // there was none
  if (::renameat2(AT_FDCWD, fresh.c_str(), AT_FDCWD, place.c_str(), RENAME_EXCHANGE) == 0) {
    remove_tree(fresh);
    return;
  }
  // `load` knows what it means when only the new one is there.
  const auto old = beside(place, ".old");
  remove_tree(old);
  move_file(place, old);
  move_file(fresh, place);
  remove_tree(old);
}

}  // namespace

std::filesystem::path state_root() {
  const char* given = std::getenv("SLUICE_STATE_DIR");
  if (given != nullptr && *given != '\0') return std::filesystem::absolute(given);
  if (::geteuid() == 0) return "/var/lib/sluice";
  const char* state = std::getenv("XDG_STATE_HOME");
  if (state != nullptr && *state == '/') return std::filesystem::path(state) / "sluice";
  const char* home = std::getenv("HOME");
  if (home == nullptr || *home == '\0') {
    throw Failure(Errc::invalid_config, "neither SLUICE_STATE_DIR nor HOME is set");
  }
  return std::filesystem::path(home) / ".local" / "state" / "sluice";
}

Places Store::places(const std::string& name) const {
  const auto stem = file_stem(name);
  Places out;
  out.folder = root_ / "deployments" / stem;
  out.applied = out.folder / "applied";
  out.config = out.applied / "config.yaml";
  out.secrets = out.applied / "secrets";
  out.deployment = out.applied / "deployment.json";
  out.state = out.folder / "state";
  out.run = out.folder / "run.json";
  out.log = out.folder / "log";
  out.run_lock = root_ / "locks" / (stem + ".run");
  out.change_lock = root_ / "locks" / (stem + ".change");
  return out;
}

std::optional<Applied> Store::load_from(const Places& at) const {
  auto applied = at.applied;
  std::error_code ignored;
  if (!std::filesystem::exists(applied, ignored)) {
    // A file system without exchange, and a crash in the moment between.
    applied = beside(at.applied, ".old");
    if (!std::filesystem::exists(applied, ignored)) return std::nullopt;
  }
  const auto file = applied / "deployment.json";
  auto parsed = parse_deployment(required(file));
  if (!parsed) throw Failure(in_context(file.string(), std::move(parsed).error()));
  Applied out{.deployment = *std::move(parsed), .config = required(applied / "config.yaml")};
  if (!out.deployment.secrets_sha256.empty()) out.secrets = required(applied / "secrets");
  return out;
}

std::optional<Applied> Store::load(const std::string& name) const {
  return load_from(places(name));
}

std::vector<Applied> Store::load_all(std::vector<Error>& unreadable) const {
  std::vector<Applied> out;
  std::error_code failed;
  for (std::filesystem::directory_iterator at(root_ / "deployments", failed), end;
       !failed && at != end; at.increment(failed)) {
    Places places;
    places.applied = at->path() / "applied";
    try {
      if (auto applied = load_from(places)) out.push_back(*std::move(applied));
    } catch (const Failure& wrong) {
      unreadable.push_back(wrong.error());
    }
  }
  if (failed && failed != std::errc::no_such_file_or_directory) {
    unreadable.push_back(
        {Errc::io,
         "cannot read " + (root_ / "deployments").string() + ": " + failed.message(),
         {}});
  }
  std::ranges::sort(out, {}, [](const Applied& applied) { return applied.deployment.name; });
  return out;
}

void Store::save(const Applied& applied) const {
  const auto at = places(applied.deployment.name);
  make_folder(root_, 0700);
  make_folder(root_ / "deployments", 0700);
  make_folder(at.folder, 0700);
  make_folder(at.state, 0700);
  const auto fresh = beside(at.applied, ".new");
  remove_tree(fresh);  // of a program that died
  make_folder(fresh, 0700);
  write_whole(fresh / "config.yaml", applied.config, 0600);
  if (!applied.secrets.empty()) write_whole(fresh / "secrets", applied.secrets, 0600);
  write_whole(fresh / "deployment.json", deployment_json(applied.deployment), 0600);
  swap_in(fresh, at.applied);
  remove_tree(beside(at.applied, ".old"));
  sync_folder(at.folder);
}

void Store::save_desired(const std::string& name, Desired desired) const {
  auto applied = load(name);
  if (!applied || applied->deployment.desired == desired) return;
  applied->deployment.desired = desired;
  write_whole(places(name).deployment, deployment_json(applied->deployment), 0600);
}

void Store::remove(const std::string& name, bool keep_state) const {
  const auto at = places(name);
  // Without `applied` there is no deployment: whatever a crash leaves of the rest is a remnant.
  const auto gone = beside(at.applied, ".new");
  remove_tree(gone);
  std::error_code ignored;
  if (std::filesystem::exists(at.applied, ignored)) move_file(at.applied, gone);
  remove_tree(beside(at.applied, ".old"));
  sync_folder(at.folder);
  if (!keep_state) return remove_tree(at.folder);
  for (const auto& entry : std::filesystem::directory_iterator(at.folder)) {
    if (entry.path() != at.state) remove_tree(entry.path());
  }
}

HeldLock Store::lock_for_change(const std::string& name) const {
  auto lock = HeldLock::take(places(name).change_lock, change_timeout);
  if (lock) return *std::move(lock);
  throw Failure(Errc::already_running, "another command changes the deployment `" + name +
                                           "`, and is not done after 2 minutes");
}

}  // namespace sluice::deploy
