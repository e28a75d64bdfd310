// SPDX-License-Identifier: Apache-2.0
#include "sluice/profile.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.hpp"
#include "client/profile_text.hpp"

namespace sluice {
namespace fs = std::filesystem;
namespace {

std::string read_file(const fs::path& path, std::string_view what) {
  std::ifstream in(path, std::ios::binary);
  std::string text(std::istreambuf_iterator<char>(in), {});
  if (!in.is_open() || in.bad()) {
    throw Failure(Errc::io, "cannot read " + std::string(what) + " " + path.string() + ": " +
                                std::strerror(errno));
  }
  return text;
}

// Paths in a profile are relative to where the program runs, as the official clients take them.
void read_certificates(ClusterProfile& profile) {
  auto& tls = profile.tls;
  for (auto [text, name] :
       {std::pair{&tls.key, "key"}, {&tls.cert, "cert"}, {&tls.ca_cert, "ca_cert"}}) {
    const auto what = "the " + std::string(name) + " of profile `" + profile.name + "`,";
    *text = read_file(fs::path(*text), what);
  }
  tls.in_files = false;
}

}  // namespace

fs::path default_profile_path() {
  if (const char* path = std::getenv("FLV_PROFILE_PATH"); path && *path) return path;
  const char* home = std::getenv("HOME");
  return fs::path(home && *home ? home : ".") / ".fluvio" / "config";
}

ProfileFile read_profile_file(const fs::path& path) {
  const auto text = read_file(path, "the profile file");
  auto parsed = or_throw(client::parse_profiles(text, path.string()));
  ProfileFile file{.path = path, .current = std::move(parsed.current), .profiles = {}};
  for (auto& one : parsed.profiles) {
    if (one.fault) {
      file.broken.push_back({std::move(one.profile.name), one.fault->message()});
    } else {
      file.profiles.push_back(std::move(one.profile));
    }
  }
  return file;
}

void write_profile_file(const ProfileFile& file) {
  std::error_code code;
  const auto existing = fs::exists(file.path, code) ? read_file(file.path, "the profile file") : "";
  const auto text = or_throw(client::format_profiles(file, existing));
  fs::create_directories(file.path.parent_path(), code);
  const auto temporary = file.path.string() + ".new." + std::to_string(::getpid());
  const auto fail_with = [&](std::string_view what) {
    const auto reason = std::string(std::strerror(errno));
    ::unlink(temporary.c_str());
    throw Failure(Errc::io, "cannot " + std::string(what) + " the profile file " +
                                file.path.string() + ": " + reason);
  };
  // It can hold a private key.
  const int out = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (out < 0) fail_with("write");
  const auto written = ::write(out, text.data(), text.size());
  const auto synced = ::fsync(out);
  ::close(out);
  if (written != static_cast<ssize_t>(text.size()) || synced != 0) fail_with("write");
  if (::rename(temporary.c_str(), file.path.c_str()) != 0) fail_with("replace");
}

ClusterProfile load_profile(const std::optional<fs::path>& path,
                            const std::optional<std::string>& name) {
  const auto from = path.value_or(default_profile_path());
  const auto text = read_file(from, "the profile file");
  auto parsed = or_throw(client::parse_profiles(text, from.string()));
  const auto wanted = name.value_or(parsed.current);
  std::vector<std::string> names;
  for (auto& one : parsed.profiles) {
    names.push_back(one.profile.name);
    if (one.profile.name != wanted) continue;
    if (one.fault) throw Failure(std::move(*one.fault));
    if (one.profile.tls.in_files) read_certificates(one.profile);
    return std::move(one.profile);
  }
  std::string message = from.string() + ": there is no profile `" + wanted + "`";
  if (wanted.empty()) message = from.string() + ": no current_profile is set";
  if (const auto near = nearest(wanted, names)) message += "; did you mean `" + *near + "`?";
  throw Failure(Errc::invalid_config, message);
}

}  // namespace sluice
