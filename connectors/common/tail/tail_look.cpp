// SPDX-License-Identifier: Apache-2.0
// Looking for files: new ones, those that have moved, shrunk, grown, gone.
#include <algorithm>
#include <tuple>

#include "common/tail/tail_file.hpp"

namespace sluice::common {
namespace {

bool is_gzip(std::string_view head) {
  return head.starts_with("\x1f\x8b");
}

}  // namespace

void Tail::resume_from(const TailState& state) {
  number_ = state.number;
  first_scan_ = false;
  resumed_ = true;
  for (const auto& known : state.files) {
    auto file = std::make_unique<File>();
    file->state = known;
    files_.push_back(std::move(file));
  }
}

void Tail::look_first() {
  if (!next_scan_) look(std::chrono::steady_clock::now());
}

void Tail::look(Time now) {
  const auto heard = watch_.heard();
  if (!next_scan_ || now >= *next_scan_ || heard.names) {
    scan(now);
    next_scan_ = now + options_.scan_interval;
  } else if (heard.content) {
    for (const auto& file : files_) check_growth(*file, now);
  }
}

void Tail::scan(Time now) {
  for (const auto& file : files_) file->named = false;
  for (const auto& pattern : options_.patterns) {
    watch_.add(folder_of(pattern));
    for (const auto& path : expand(pattern)) see(path, now);
  }
  lose(now);
  // Those that were there first come first, as far as the clock of the files tells.
  if (std::exchange(resumed_, false) || first_scan_) {
    std::ranges::sort(files_, [](const FilePtr& a, const FilePtr& b) {
      return std::tie(a->modified_ns, a->state.path) < std::tie(b->modified_ns, b->state.path);
    });
  }
  first_scan_ = false;
}

Tail::File* Tail::find(const FileFacts& facts) const {
  for (const auto& file : files_) {
    if (file->state.device == facts.device && file->state.inode == facts.inode) return file.get();
  }
  return nullptr;
}

// Devices of network and overlay file systems have other numbers after a restart.
Tail::File* Tail::find_moved_device(const std::string& path, const FileFacts& facts) {
  if (!resumed_) return nullptr;
  for (const auto& file : files_) {
    const auto& state = file->state;
    if (file->file.is_open() || state.path != path || state.fingerprint.length == 0) continue;
    if (facts.size < state.offset || !open(*file, path)) continue;
    file->state.device = facts.device;
    file->state.inode = facts.inode;
    return file.get();
  }
  return nullptr;
}

// False when there is no such file, or it begins with other bytes.
bool Tail::open(File& file, const std::string& path) {
  auto opened = ReadFile::open(path);
  if (!opened) return false;
  std::string head(file.state.fingerprint.length, '\0');
  head.resize(opened->read(0, head.data(), head.size()));
  if (!file.state.fingerprint.matches(head)) return false;
  file.file = std::move(*opened);
  return true;
}

// A file that has another name in its folder than when it was read, or known, last.
bool Tail::open_renamed(File& file) {
  const auto path = find_inode(folder_of(file.state.path), file.state.inode);
  if (!path || !open(file, *path)) return false;
  if (file.state.fingerprint.length > 0) return true;
  // Nothing was read of it: only device and inode tell. Another file that has got the inode is at
  // worst too much, as nothing is left out at its beginning.
  const auto facts = file.file.facts();
  const bool same = facts.device == file.state.device && facts.inode == file.state.inode;
  const bool accepted = !options_.whole && file.state.offset == 0 && same && facts.regular &&
                        !has_compressed_name(*path) && !is_gzip(load(file, 0, 2));
  if (!accepted) file.file = ReadFile();
  return accepted;
}

bool Tail::is_wanted(const std::string& path, const FileFacts& facts) const {
  if (!facts.regular || has_compressed_name(path)) return false;
  if (!options_.ignore_older) return true;
  const auto age = std::chrono::system_clock::now().time_since_epoch() -
                   std::chrono::nanoseconds(facts.modified_ns);
  return age <= *options_.ignore_older;
}

void Tail::see(const std::string& path, Time now) {
  const auto facts = facts_of(path);
  if (!facts) return;
  File* file = find(*facts);
  if (file == nullptr) {
    if (!is_wanted(path, *facts)) return;
    file = find_moved_device(path, *facts);
    if (file == nullptr) return add(path, now);
  }
  file->named = true;
  if (!file->file.is_open()) {
    if (open(*file, path)) {
      if (options_.whole) note_sent_before(*file, path);
    } else {
      file->file = ReadFile::open(path).value_or(ReadFile());
      if (!file->file.is_open()) return;
      start_again(*file, "is not the file that was read before");
    }
    file->changed_at = now;
  }
  file->state.path = path;
  file->rotated = false;
  watch_.add(folder_of(path));
  check_growth(*file, now);
}

void Tail::add(const std::string& path, Time now) {
  if (files_.size() >= options_.files_max) {
    throw Failure(Errc::too_large, "there are more than " + std::to_string(options_.files_max) +
                                       " files to follow, the next is " + path +
                                       ": raise the limit, narrow the pattern, or leave out old "
                                       "files");
  }
  auto opened = ReadFile::open(path);
  if (!opened) return;
  auto file = std::make_unique<File>();
  file->file = std::move(*opened);
  const auto facts = file->file.facts();
  if (facts.size >= 2 && is_gzip(load(*file, 0, 2))) return;
  file->state.device = facts.device;
  file->state.inode = facts.inode;
  file->state.path = path;
  file->named = true;
  file->changed_at = now;
  if (first_scan_ && options_.start == TailStart::end) {
    file->state.offset = options_.whole ? facts.size : last_record_begin(*file, facts.size);
    file->state.lines = file->state.offset == 0 ? 0 : -1;
    // It may be long until it is read, and it must be known again until then.
    file->state.fingerprint = Fingerprint::of(load(*file, 0, Fingerprint::bytes_max));
    if (options_.whole) file->state.modified_ns = facts.modified_ns;
  }
  check_growth(*file, now);
  watch_.add(folder_of(path));
  files_.push_back(std::move(file));
}

// Files that no pattern has any more.
void Tail::lose(Time now) {
  for (std::size_t i = 0; i < files_.size();) {
    File& file = *files_[i++];
    if (file.named) continue;
    if (!file.file.is_open()) {
      if (!open_renamed(file)) {
        if (!options_.whole) {
          notes_.push_back(file.state.path + " has gone while nobody read it: what it had behind " +
                           std::to_string(file.state.offset) + " bytes is not read");
        }
        drop(&file);
        --i;
        continue;
      }
      file.changed_at = now;
    }
    if (!std::exchange(file.rotated, true)) file.has_more();  // its half line counts at last
    check_growth(file, now);
    const bool quiet = options_.stop_at_end || now - file.changed_at >= options_.rotate_wait;
    const bool over = options_.whole ? file.read_through() : file.at_end && file.rest_taken;
    if (!quiet || !over) continue;
    drop(&file);
    --i;
  }
}

void Tail::drop(File* file) {
  std::erase_if(files_, [&](const FilePtr& one) { return one.get() == file; });
}

void Tail::note_sent_before(const File& file, const std::string& path) {
  const auto& state = file.state;
  const auto facts = file.file.facts();
  const bool same = facts.device == state.device && facts.inode == state.inode;
  if (state.sent && same && !has_other_content(file, facts)) sent_before_.push_back({path, facts});
}

// A whole file, after it was read. A position of an earlier version does not have the time.
bool Tail::has_other_content(const File& file, const FileFacts& facts) const {
  const auto& state = file.state;
  return facts.size != state.offset ||
         (state.modified_ns != 0 && facts.modified_ns != state.modified_ns);
}

void Tail::check_growth(File& file, Time now) {
  if (!file.file.is_open()) return;
  const auto facts = file.file.facts();
  if (facts.size == file.size && facts.modified_ns == file.modified_ns) return;
  if (facts.size < file.state.offset) {
    start_again(file, "was emptied");
  } else if (options_.whole && file.state.offset > 0 && has_other_content(file, facts)) {
    start_again(file, "has changed");
  }
  file.size = facts.size;
  file.modified_ns = facts.modified_ns;
  file.changed_at = now;
  file.doubtful = true;
  file.has_more();
}

void Tail::start_again(File& file, const char* why) {
  notes_.push_back(file.state.path + ' ' + why + ": it is read from its beginning");
  file.state.offset = file.scanned = 0;
  file.state.lines = 0;
  file.state.fingerprint = {};
  file.state.modified_ns = 0;
  file.state.sent = false;
  file.has_more();
}

// Emptied and written anew, it may be longer than before.
void Tail::verify(File& file) {
  if (!std::exchange(file.doubtful, false)) return;
  const auto head = load(file, 0, Fingerprint::bytes_max);
  if (!file.state.fingerprint.matches(head)) {
    start_again(file, "begins with other bytes than before");
  }
  file.state.fingerprint = Fingerprint::of(head);
}

}  // namespace sluice::common
