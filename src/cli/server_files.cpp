// SPDX-License-Identifier: Apache-2.0
#include "cli/server_files.hpp"

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.hpp"

namespace sluice::cli {
namespace {

constexpr const char* lock_name = "server.lock";
constexpr const char* run_name = "server.run";

Errc code_of(int number) {
  if (number == EACCES || number == EPERM || number == EROFS) return Errc::permission_denied;
  return number == ENOSPC || number == EDQUOT ? Errc::no_space : Errc::io;
}

[[noreturn]] void fail_file(const std::string& what, const std::filesystem::path& path,
                            int number) {
  throw Failure(code_of(number),
                what + " " + quote_if_needed(path.string()) + ": " + std::strerror(number));
}

template <typename Number>
bool parse_number(std::string_view text, Number& out) {
  const char* end = text.data() + text.size();
  const auto [stop, failed] = std::from_chars(text.data(), end, out);
  return failed == std::errc() && stop == end;
}

std::optional<std::string> read_text(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::nullopt;
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

}  // namespace

std::filesystem::path data_directory(const std::string& given) {
  if (!given.empty()) return std::filesystem::absolute(given).lexically_normal();
  const char* home = std::getenv("HOME");
  if (home == nullptr || *home == '\0') {
    throw Failure(Errc::invalid_config, "HOME is not set: name the data directory with --data");
  }
  return std::filesystem::path(home) / ".sluice" / "data";
}

std::optional<FileLock> try_lock_server(const std::filesystem::path& data) {
  return or_throw(FileLock::try_take(data / lock_name));
}

bool is_locked(const std::filesystem::path& data) {
  return or_throw(is_locked_file(data / lock_name));
}

std::string format_run_file(const RunningServer& server) {
  return "pid=" + std::to_string(server.pid) + "\nsc=" + server.sc + "\nspu=" + server.spu +
         "\nversion=" + server.version + "\ntls=" + (server.tls ? "true" : "false") +
         "\nstarted=" + std::to_string(server.started.count()) + "\n";
}

Result<RunningServer> parse_run_file(std::string_view text) {
  RunningServer out;
  std::int64_t started = 0;
  for (const auto line : split(text, '\n')) {
    const auto at = line.find('=');
    if (at == std::string_view::npos) continue;
    const auto name = line.substr(0, at);
    const auto value = line.substr(at + 1);
    bool ok = true;
    if (name == "pid") ok = parse_number(value, out.pid);
    if (name == "started") ok = parse_number(value, started);
    if (name == "sc") out.sc = value;
    if (name == "spu") out.spu = value;
    if (name == "version") out.version = value;
    if (name == "tls") out.tls = value == "true";
    if (!ok) return fail(Errc::malformed, "wrong line in the run file: " + std::string(line));
  }
  out.started = std::chrono::milliseconds(started);
  if (out.pid <= 0 || out.sc.empty()) {
    return fail(Errc::truncated, "the run file has no pid or no address");
  }
  return out;
}

void write_run_file(const std::filesystem::path& data, const RunningServer& server) {
  const auto path = data / run_name;
  const auto next = data / (std::string(run_name) + ".new");
  const auto text = format_run_file(server);
  const int fd = ::open(next.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) fail_file("cannot write", next, errno);
  const auto written = ::write(fd, text.data(), text.size());
  const int failed = errno;
  ::close(fd);
  if (written != static_cast<ssize_t>(text.size())) {
    fail_file("cannot write", next, written < 0 ? failed : ENOSPC);
  }
  if (::rename(next.c_str(), path.c_str()) != 0) fail_file("cannot replace", path, errno);
}

void remove_run_file(const std::filesystem::path& data) {
  std::error_code ignored;
  std::filesystem::remove(data / run_name, ignored);
}

std::optional<RunningServer> running_server(const std::filesystem::path& data) {
  if (!is_locked(data)) return std::nullopt;
  const auto text = read_text(data / run_name);
  const auto server = parse_run_file(text.value_or(""));
  if (!server) {
    throw Failure(Errc::already_running,
                  "a process holds " + quote_if_needed((data / lock_name).string()) +
                      ", but does not say who it is: it may be starting; try again");
  }
  return *server;
}

bool has_lock_open(pid_t pid, const std::filesystem::path& data) {
  struct stat lock{};
  if (::stat((data / lock_name).c_str(), &lock) != 0) return false;
  const auto folder = std::filesystem::path("/proc") / std::to_string(pid) / "fd";
  std::error_code failed;
  for (std::filesystem::directory_iterator at(folder, failed), end; !failed && at != end;
       at.increment(failed)) {
    struct stat open_file{};
    if (::stat(at->path().c_str(), &open_file) != 0) continue;  // closed meanwhile
    if (open_file.st_dev == lock.st_dev && open_file.st_ino == lock.st_ino) return true;
  }
  if (failed == std::errc::permission_denied) fail_file("cannot read", folder, failed.value());
  return false;
}

}  // namespace sluice::cli
