// SPDX-License-Identifier: Apache-2.0
#include "smartmodule/module_cache.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.hpp"
#include "wire/record_batch.hpp"

namespace sluice::smartmodule {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view suffix = ".compiled";

// Before the code: what it is, its checksum, its length.
struct Head {
  char magic[8] = {'s', 'l', 'u', 'i', 'c', 'e', 'w', '1'};
  std::uint32_t crc = 0;
  std::uint32_t reserved = 0;
  std::uint64_t bytes = 0;
};

bool is_ours_alone(const fs::path& folder) {
  struct stat info{};
  return ::stat(folder.c_str(), &info) == 0 && S_ISDIR(info.st_mode) &&
         info.st_uid == ::geteuid() && (info.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

bool make_private_folder(const fs::path& folder) {
  std::error_code ec;
  fs::create_directories(folder.parent_path(), ec);
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return false;
  return is_ours_alone(folder);
}

std::optional<Bytes> read_all(const fs::path& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) return std::nullopt;
  const auto size = file.tellg();
  if (size < 0) return std::nullopt;
  Bytes bytes(static_cast<std::size_t>(size));
  file.seekg(0);
  file.read(reinterpret_cast<char*>(bytes.data()), size);
  if (!file) return std::nullopt;
  return bytes;
}

bool write_all(int file, ByteView bytes) {
  while (!bytes.empty()) {
    const auto count = ::write(file, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
  return true;
}

}  // namespace

ModuleCache::ModuleCache(fs::path folder, std::uint64_t bytes_max)
    : folder_(std::move(folder)), bytes_max_(bytes_max) {
  if (folder_.empty() || make_private_folder(folder_)) return;
  log::warn("smartmodule.cache",
            "compiled modules are not kept: the folder is not this user's alone",
            {{"folder", folder_.string()}});
  folder_.clear();
}

fs::path ModuleCache::path_of(const std::string& key) const {
  return folder_ / (key + std::string(suffix));
}

std::optional<Bytes> ModuleCache::find(const std::string& key) const {
  if (!on()) return std::nullopt;
  const auto path = path_of(key);
  auto bytes = read_all(path);
  if (!bytes) return std::nullopt;
  Head head;
  const Head wanted;
  if (bytes->size() < sizeof head) return std::nullopt;
  std::memcpy(&head, bytes->data(), sizeof head);
  const auto code = ByteView(*bytes).subspan(sizeof head);
  if (std::memcmp(head.magic, wanted.magic, sizeof head.magic) != 0 || head.bytes != code.size() ||
      head.crc != wire::crc32c(code)) {
    forget(key);
    return std::nullopt;
  }
  std::error_code ec;
  fs::last_write_time(path, fs::file_time_type::clock::now(), ec);  // used: not the oldest
  bytes->erase(bytes->begin(), bytes->begin() + sizeof head);
  return bytes;
}

void ModuleCache::store(const std::string& key, ByteView compiled) const {
  if (!on() || compiled.size() > bytes_max_) return;
  Head head;
  head.crc = wire::crc32c(compiled);
  head.bytes = compiled.size();
  auto name = (folder_ / "new-XXXXXX").string();
  const int file = ::mkstemp(name.data());
  if (file < 0) return;
  const bool written =
      write_all(file, std::as_bytes(std::span(&head, 1))) && write_all(file, compiled);
  ::close(file);
  std::error_code ec;
  if (written) fs::rename(name, path_of(key), ec);
  if (!written || ec) {
    fs::remove(name, ec);
    return;
  }
  trim();
}

void ModuleCache::forget(const std::string& key) const {
  std::error_code ec;
  fs::remove(path_of(key), ec);
}

void ModuleCache::trim() const {
  struct Entry {
    fs::file_time_type used;
    std::uint64_t bytes;
    fs::path path;
  };
  std::vector<Entry> entries;
  std::uint64_t total = 0;
  std::error_code ec;
  for (fs::directory_iterator it(folder_, ec), end; !ec && it != end; it.increment(ec)) {
    std::error_code gone;  // another program may trim too
    const Entry entry{it->last_write_time(gone), it->file_size(gone), it->path()};
    if (gone) continue;
    total += entry.bytes;
    entries.push_back(entry);
  }
  std::ranges::sort(entries, {}, &Entry::used);
  for (const auto& entry : entries) {
    if (total <= bytes_max_) break;
    fs::remove(entry.path, ec);
    total -= entry.bytes;
  }
}

fs::path default_module_cache() {
  const auto set = [](const char* name) {
    const auto* value = std::getenv(name);
    return value != nullptr && *value != '\0' ? fs::path(value) : fs::path();
  };
  if (const auto own = set("SLUICE_CACHE"); !own.empty()) return own / "modules";
  if (const auto xdg = set("XDG_CACHE_HOME"); !xdg.empty()) return xdg / "sluice" / "modules";
  if (const auto home = set("HOME"); !home.empty()) return home / ".cache" / "sluice" / "modules";
  return {};
}

}  // namespace sluice::smartmodule
