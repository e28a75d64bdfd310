// SPDX-License-Identifier: Apache-2.0
#include "deploy/systemd.hpp"

#include <cstdlib>
#include <vector>

#include <unistd.h>

#include "base/name_stem.hpp"
#include "deploy/command.hpp"
#include "deploy/files.hpp"

namespace sluice::deploy {
namespace {

using namespace std::chrono_literals;

// A word of a unit file: systemd reads `%` and `$` in it, and quotes.
std::string unit_word(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (c == '%' || c == '$') out += c;
    out += c;
  }
  return out + "\"";
}

// `Environment=` knows no `$`.
std::string unit_variable(const std::string& name, const std::string& value) {
  std::string out = "Environment=\"" + name + "=";
  for (const char c : value) {
    if (c == '"' || c == '\\') out += '\\';
    if (c == '%') out += c;
    out += c;
  }
  return out + "\"\n";
}

// The user's manager may not make mount namespaces. A sink may write anywhere but in the system.
constexpr std::string_view system_hardening =
    "ProtectSystem=full\n"
    "ProtectControlGroups=yes\n"
    "ProtectKernelModules=yes\n"
    "ProtectKernelTunables=yes\n"
    "ProtectKernelLogs=yes\n"
    "ProtectClock=yes\n"
    "ProtectHostname=yes\n"
    "CapabilityBoundingSet=CAP_DAC_OVERRIDE CAP_CHOWN CAP_FOWNER CAP_NET_BIND_SERVICE\n";

std::string home_folder() {
  const char* config = std::getenv("XDG_CONFIG_HOME");
  if (config != nullptr && *config == '/') return config;
  const char* home = std::getenv("HOME");
  return std::string(home != nullptr ? home : "") + "/.config";
}

std::vector<std::string> systemctl(bool system, std::initializer_list<std::string> words) {
  std::vector<std::string> out{"systemctl"};
  if (!system) out.emplace_back("--user");
  out.insert(out.end(), words);
  return out;
}

}  // namespace

std::string unit_name(const std::string& name) {
  return "sluice-" + file_stem(name) + ".service";
}

std::string unit_text(const UnitInput& input) {
  std::string out =
      "# Written by `sluice deploy apply`, and removed by `sluice deploy delete`.\n"
      "[Unit]\n"
      "Description=Sluice connector " +
      file_stem(input.name) +
      "\n"
      "Wants=network-online.target\n"
      "After=network-online.target\n"
      "StartLimitIntervalSec=0\n"
      "\n"
      "[Service]\n"
      "Type=exec\n"
      "ExecStart=" +
      unit_word(input.program) + " deploy supervise " + unit_word(input.name) + "\n";
  for (const auto& [name, value] : input.environment) out += unit_variable(name, value);
  // A wrong configuration stays wrong; what else ends the supervisor may be over the next time.
  out +=
      "Restart=on-failure\n"
      "RestartSec=5s\n"
      "RestartPreventExitStatus=2\n"
      "KillMode=mixed\n"
      "TimeoutStopSec=" +
      std::to_string(input.stop_timeout.count()) +
      "s\n"
      "UMask=0077\n"
      "NoNewPrivileges=yes\n"
      "LockPersonality=yes\n"
      "RestrictRealtime=yes\n"
      "RestrictSUIDSGID=yes\n";
  if (input.system) out += system_hardening;
  out += "\n[Install]\nWantedBy=";
  out += input.system ? "multi-user.target\n" : "default.target\n";
  return out;
}

Systemd::Systemd() : system_(::geteuid() == 0) {
  const char* given = std::getenv("SLUICE_UNIT_DIR");
  if (given != nullptr && *given != '\0') {
    folder_ = given;
  } else {
    folder_ = system_ ? "/etc/systemd/system" : home_folder() + "/systemd/user";
  }
}

bool Systemd::is_running() const {
  return run_command(systemctl(system_, {"show", "--property=Version"}), 10s).exit_code == 0;
}

bool Systemd::has_unit(const std::string& name) const {
  std::error_code ignored;
  return std::filesystem::exists(folder_ / unit_name(name), ignored);
}

void Systemd::install(const std::string& name, const std::string& text) const {
  make_folder(folder_, 0755);
  write_whole(folder_ / unit_name(name), text, 0644);
  must_run(systemctl(system_, {"daemon-reload"}));
  must_run(systemctl(system_, {"enable", unit_name(name)}));
}

void Systemd::start(const std::string& name) const {
  must_run(systemctl(system_, {"restart", unit_name(name)}));
}

void Systemd::stop(const std::string& name) const {
  must_run(systemctl(system_, {"stop", unit_name(name)}));
}

void Systemd::remove(const std::string& name) const {
  if (!has_unit(name)) return;
  must_run(systemctl(system_, {"disable", "--now", unit_name(name)}));
  remove_file(folder_ / unit_name(name));
  must_run(systemctl(system_, {"daemon-reload"}));
}

bool Systemd::starts_at_boot() const {
  if (system_) return true;
  return run_command({"loginctl", "enable-linger"}, 10s).exit_code == 0;
}

}  // namespace sluice::deploy
