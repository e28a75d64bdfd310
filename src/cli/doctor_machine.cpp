// SPDX-License-Identifier: Apache-2.0
#include <chrono>

#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/runtime_folder.hpp"
#include "base/text.hpp"
#include "cli/doctor_checks.hpp"
#include "cli/format.hpp"
#include "cli/server_files.hpp"
#include "smartmodule/module_cache.hpp"

namespace sluice::cli {
namespace {

namespace fs = std::filesystem;
using State = Finding::State;

// The folder itself, or the nearest one above that exists and in which it would be made.
fs::path nearest_existing(fs::path folder) {
  std::error_code failed;
  while (!folder.empty() && folder != folder.root_path() && !fs::exists(folder, failed)) {
    folder = folder.parent_path();
  }
  return folder;
}

bool can_write_in(const fs::path& folder) {
  return ::access(nearest_existing(folder).c_str(), W_OK | X_OK) == 0;
}

Finding look_at_clock() {
  std::error_code failed;
  const auto program = fs::last_write_time("/proc/self/exe", failed);
  const auto ahead = program - fs::file_time_type::clock::now();
  if (failed || ahead < std::chrono::hours(24)) {
    return {"clock", State::ok, utc_now(), {}};
  }
  return {"clock", State::problem, utc_now() + " is before this program was installed",
          "set the clock: records get their time from it, and TLS certificates are checked by it"};
}

Finding look_at_descriptors() {
  constexpr rlim_t few = 1'024;
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  Finding out{"open files", State::ok, "at most " + std::to_string(limit.rlim_cur), {}};
  if (limit.rlim_cur >= few) return out;
  out.state = State::warning;
  out.help = "a server keeps files and connections open: raise it with `ulimit -n " +
             std::to_string(few) + "`, or LimitNOFILE of the systemd unit";
  return out;
}

Finding look_at_space(const fs::path& data) {
  constexpr std::uint64_t little = 1'073'741'824;
  constexpr std::uint64_t very_little = 104'857'600;
  struct statvfs space{};
  Finding out{.check = "disk space"};
  if (::statvfs(nearest_existing(data).c_str(), &space) != 0) {
    out.state = State::warning;
    out.found = "the file system of " + data.string() + " does not say";
    return out;
  }
  const auto free = static_cast<std::uint64_t>(space.f_bavail) * space.f_frsize;
  out.found = human_bytes(free) + " free for " + data.string();
  if (free < little) {
    out.state = free < very_little ? State::problem : State::warning;
    out.help = "free some, or choose another directory with `--data`";
  }
  return out;
}

void look_at_server(const DoctorWanted& wanted, Findings& out) {
  try {
    const auto data = data_directory(wanted.data);
    if (can_write_in(data)) {
      out.push_back({"data directory", State::ok, data.string(), {}});
    } else {
      out.push_back({"data directory", State::problem,
                     data.string() + " cannot be written to by this user",
                     "change its owner, or choose another directory with `--data`"});
    }
    out.push_back(look_at_space(data));
    const auto server = running_server(data);
    out.push_back({"local server",
                   State::ok,
                   server ? "process " + std::to_string(server->pid) + ", " + server->sc
                          : "none runs: `sluice cluster start` starts one",
                   {}});
  } catch (const Failure& failure) {
    out.push_back({"local server", State::warning, failure.what(), {}});
  }
}

void look_at_runtime_folder(Findings& out) {
  int stale = 0;
  int live = 0;
  for (const auto& folder : runtime_folders()) {
    const auto has = has_runtime_folder(folder);
    if (!has) {
      out.push_back(
          {"runtime folder", State::problem, has.error().message(),
           "remove it if it is not yours, or set SLUICE_RUNTIME_DIR to a folder that is"});
      continue;
    }
    if (!*has) continue;
    std::error_code failed;
    for (const auto& entry : fs::directory_iterator(folder, failed)) {
      if (entry.path().extension() == ".sock") ++(is_listening(entry.path()) ? live : stale);
    }
  }
  if (!out.empty() && out.back().check == "runtime folder") return;
  Finding found{"runtime folder",
                State::ok,
                runtime_folders().front().string() + ", " + plural(live, "running connector"),
                {}};
  if (stale > 0) {
    found.state = State::warning;
    found.found += ", " + plural(stale, "socket") + " of programs that died";
    found.help = "they do no harm; `sluice top` removes them";
  }
  out.push_back(std::move(found));
}

Finding look_at_cache() {
  const auto folder = smartmodule::default_module_cache();
  if (folder.empty()) {
    return {"SmartModule cache", State::warning, "there is no home folder to have it in",
            "set SLUICE_CACHE: without it each start compiles its SmartModules again"};
  }
  if (can_write_in(folder)) return {"SmartModule cache", State::ok, folder.string(), {}};
  return {"SmartModule cache", State::warning, folder.string() + " cannot be written to",
          "change its owner, or set SLUICE_CACHE to another folder"};
}

std::string find_on_path(const std::string& name) {
  const char* const list = std::getenv("PATH");
  for (const auto folder : split(list != nullptr ? list : "", ':')) {
    const auto path = fs::path(folder) / name;
    if (!folder.empty() && ::access(path.c_str(), X_OK) == 0) return path.string();
  }
  return {};
}

// None of them is needed for anything else, so none that is missing is a fault.
void look_at_programs(Findings& out) {
  struct Other {
    const char* name;
    const char* for_what;
  };
  for (const auto& [name, for_what] :
       {Other{"systemctl", "deployments that survive a reboot"},
        Other{"podman", "images and compose files"}, Other{"docker", "images and compose files"},
        Other{"kubectl", "deployments on Kubernetes"}}) {
    const auto path = find_on_path(name);
    out.push_back({name,
                   State::ok,
                   path.empty() ? std::string("not here; only needed for ") + for_what : path,
                   {}});
  }
}

}  // namespace

Findings look_at_machine(const DoctorWanted& wanted) {
  Findings out{look_at_clock(), look_at_descriptors()};
  look_at_server(wanted, out);
  look_at_runtime_folder(out);
  out.push_back(look_at_cache());
  look_at_programs(out);
  return out;
}

}  // namespace sluice::cli
