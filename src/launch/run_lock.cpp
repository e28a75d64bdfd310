// SPDX-License-Identifier: Apache-2.0
#include "launch/run_lock.hpp"

#include <charconv>
#include <fstream>

#include <unistd.h>

#include "base/name_stem.hpp"
#include "base/runtime_folder.hpp"
#include "base/text.hpp"

namespace sluice::launch {
namespace {

std::filesystem::path lock_path(const std::filesystem::path& folder, const std::string& name) {
  return folder / (file_stem(name) + ".run");
}

// Empty values for what is not there (yet).
RunHolder read_holder(const std::filesystem::path& path) {
  RunHolder out;
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) {
    const std::string_view text = line;
    const auto value = text.substr(text.find('=') + 1);
    if (text.starts_with("pid=")) {
      std::from_chars(value.data(), value.data() + value.size(), out.pid);
    }
    if (text.starts_with("file=")) out.file = value;
    if (text.starts_with("since=")) out.since = value;
  }
  return out;
}

Result<> write_holder(int fd, const std::string& file) {
  std::error_code ignored;
  const auto full = std::filesystem::absolute(file, ignored).string();
  const auto text =
      "pid=" + std::to_string(::getpid()) + "\nfile=" + full + "\nsince=" + utc_now() + "\n";
  const bool done = ::ftruncate(fd, 0) == 0 &&
                    ::pwrite(fd, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size());
  if (!done) return fail(Errc::io, "cannot write to the lock of the run");
  return {};
}

std::string running_text(const std::string& name, const RunHolder& holder) {
  auto out = "the connector `" + name + "` is running already";
  if (holder.pid == 0) return out;
  return out + ": process " + std::to_string(holder.pid) + " runs " + quote_if_needed(holder.file) +
         " since " + holder.since;
}

}  // namespace

Result<std::optional<RunHolder>> run_holder(const std::string& name) {
  for (const auto& folder : runtime_folders()) {
    const auto has = has_runtime_folder(folder);
    if (!has) return tl::unexpected(has.error());
    if (!*has) continue;
    const auto path = lock_path(folder, name);
    const auto locked = is_locked_file(path);
    if (!locked) return tl::unexpected(locked.error());
    if (*locked) return read_holder(path);
  }
  return std::nullopt;
}

Result<RunLock> RunLock::take(const std::string& name, const std::string& file) {
  const auto folders = runtime_folders();
  const auto holder = run_holder(name);
  if (!holder) return tl::unexpected(holder.error());
  if (*holder) return fail(Errc::already_running, running_text(name, **holder));
  for (const auto& folder : folders) {
    const auto socket = control_socket(folder, name);
    if (is_listening(socket)) {
      return fail(Errc::already_running,
                  running_text(name, {}) + ", and answers at " + quote_if_needed(socket.string()));
    }
  }
  if (const auto made = make_runtime_folder(folders.front()); !made) {
    return tl::unexpected(made.error());
  }
  const auto path = lock_path(folders.front(), name);
  auto lock = FileLock::try_take(path);
  if (!lock) return tl::unexpected(lock.error());
  // Somebody was quicker by a moment.
  if (!*lock) return fail(Errc::already_running, running_text(name, read_holder(path)));
  if (const auto written = write_holder((*lock)->fd(), file); !written) {
    return tl::unexpected(written.error());
  }
  return RunLock(*std::move(*lock));
}

}  // namespace sluice::launch
