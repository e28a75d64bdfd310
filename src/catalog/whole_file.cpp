// SPDX-License-Identifier: Apache-2.0
#include "catalog/whole_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>

#include <fcntl.h>
#include <unistd.h>

#include "base/text.hpp"
#include "base/units.hpp"

namespace sluice::catalog {
namespace {

namespace fs = std::filesystem;

Errc errc_of(int number) {
  if (number == EACCES || number == EPERM || number == EROFS) return Errc::permission_denied;
  return number == ENOSPC || number == EDQUOT ? Errc::no_space : Errc::io;
}

[[noreturn]] void give_up(const char* what, const fs::path& path, int number) {
  throw Failure(errc_of(number), std::string("cannot ") + what + " " +
                                     quote_if_needed(path.string()) + ": " + std::strerror(number));
}

void write_file(const fs::path& path, const std::string& bytes) {
  std::error_code failed;
  fs::create_directories(path.parent_path(), failed);
  if (failed) give_up("make the folder of", path, failed.value());
  errno = 0;
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  out.close();
  if (!out) give_up("write", path, errno != 0 ? errno : EIO);
}

// A folder that is gone with this, unless it was given its place.
class Draft {
 public:
  explicit Draft(const fs::path& target)
      : path_(target.string() + ".new-" + std::to_string(::getpid())) {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;
  ~Draft() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  [[nodiscard]] const fs::path& path() const noexcept { return path_; }

  // Afterwards the draft is what was at the target, if there was something.
  void take_place_of(const fs::path& target) {
    const bool replaces = fs::exists(target);
    const unsigned flags = replaces ? RENAME_EXCHANGE : RENAME_NOREPLACE;
    if (::renameat2(AT_FDCWD, path_.c_str(), AT_FDCWD, target.c_str(), flags) == 0) return;
    if (errno != EINVAL) give_up("put the new folder in its place", target, errno);
    // A file system that cannot exchange two names.
    const fs::path old = path_.string() + ".old";
    std::error_code failed;
    if (replaces) fs::rename(target, old, failed);
    if (!failed) fs::rename(path_, target, failed);
    if (failed) {
      const auto number = failed.value();
      if (fs::exists(old) && !fs::exists(target)) fs::rename(old, target, failed);
      give_up("put the new folder in its place", target, number);
    }
    fs::remove_all(old, failed);
  }

 private:
  fs::path path_;
};

}  // namespace

Result<std::string> read_whole(const fs::path& path, std::size_t bytes_max) {
  std::error_code failed;
  const auto name = quote_if_needed(path.string());
  if (fs::is_directory(path, failed)) return fail(Errc::io, "cannot read " + name + ": a folder");
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  if (!in) return fail(errc_of(errno), "cannot read " + name + ": " + std::strerror(errno));
  const auto size = fs::file_size(path, failed);
  std::string text(failed ? 0 : std::min<std::size_t>(size, bytes_max) + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (in.bad()) return fail(Errc::io, "cannot read " + name);
  if (text.size() > bytes_max) {
    return fail(Errc::too_large, name + ": larger than " + format_byte_size(bytes_max));
  }
  return text;
}

void replace_folder(const fs::path& folder, const std::vector<NewFile>& files) {
  std::error_code failed;
  const auto target = fs::absolute(folder, failed).lexically_normal();
  const auto place = target.has_filename() ? target : target.parent_path();
  fs::create_directories(place.parent_path(), failed);
  if (failed) give_up("make the folder of", place, failed.value());
  Draft draft(place);
  for (const auto& file : files) write_file(draft.path() / file.path, file.bytes);
  draft.take_place_of(place);
}

}  // namespace sluice::catalog
