// SPDX-License-Identifier: Apache-2.0
#pragma once

// Follows files: reads what is in them and what is added, as records, and knows where it is.
//
// A file is recognised by device, inode and a fingerprint of its first bytes, under whatever name.
// Renamed or deleted, it is read on through its open descriptor until it has been quiet for
// `rotate_wait`; a new one under its name is begun when the old one was read to its end. A file
// that shrinks, or begins with other bytes than before, is read from 0 again; with `whole` also one
// whose size or time is another than when it was read. A record whose end is not there yet waits,
// and takes no memory: it is read again when the file has grown. inotify only makes it look sooner:
// each `scan_interval` it looks by itself, as network file systems need. One thread. Everything
// throws: `permission_denied`, `io`, `too_large`.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sluice/connector/source.hpp>

#include "common/tail/os.hpp"
#include "common/tail/record_cutter.hpp"
#include "common/tail/tail_state.hpp"
#include "common/tail/watch.hpp"

namespace sluice::common {

enum class TailStart : std::uint8_t { beginning, end };

struct TailOptions {
  std::vector<std::string> patterns;
  TailStart start = TailStart::beginning;  // of files that are there at the very first start
  bool whole = false;                      // a file is one record, once it is quiet
  bool stop_at_end = false;
  CutRules rules;
  std::size_t record_bytes_max = 1'048'576;
  std::size_t files_max = 1000;
  std::chrono::milliseconds scan_interval{1'000};
  std::chrono::milliseconds rotate_wait{5'000};
  // How long a file is quiet before what stands at its end counts as a record: a group of
  // complete lines, a half line (never when not set), a whole file.
  std::chrono::milliseconds group_wait{1'000};
  std::optional<std::chrono::milliseconds> half_line_wait;
  std::chrono::milliseconds settle_time{2'000};
  std::optional<std::chrono::milliseconds> ignore_older;
};

// A record, or what is too large for one. The views end with the next `step`.
struct Piece {
  const std::string* path = nullptr;
  std::string_view bytes;    // when too large: the first of them, at most `too_large_bytes_max`
  std::uint64_t offset = 0;  // in the file
  std::uint64_t next = 0;    // where the following record begins
  std::int64_t line = -1;    // number of its first line, from 1; -1 when not known
  std::int64_t lines_after = -1;
  bool too_large = false;
  std::size_t file = 0;              // for `position_after`
  const FileFacts* facts = nullptr;  // of a whole file: they were so before and after it was read
};
constexpr std::size_t too_large_bytes_max = 65'536;

// A whole file that was sent, as it was then.
struct SentFile {
  std::string path;
  FileFacts facts;
};

class Tail {
 public:
  using Take = std::function<void(const Piece&)>;

  // Throws: `data_corrupt` for a position that is not one.
  Tail(TailOptions options, const std::optional<Position>& resume);
  ~Tail();

  // Looks for the files, and reads nothing. The first `step` does it when nobody did.
  void look_first();
  // Looks for changes when it is time, and reads one piece of one file. False: nothing to read now.
  bool step(const Take& take);
  // A `step` would read at once.
  [[nodiscard]] bool more() const;
  // `stop_at_end`, and everything was read.
  [[nodiscard]] bool ended() const { return ended_; }

  // For poll(2), -1 when there is none; and how long to wait at most.
  [[nodiscard]] int fd() const { return watch_.fd(); }
  [[nodiscard]] std::chrono::milliseconds idle_time() const;

  // Behind everything that was taken; inside `take`: in front of that piece, and behind it.
  [[nodiscard]] std::string position();
  [[nodiscard]] std::string position_after(const Piece& piece);
  // The number in a position: grows.
  [[nodiscard]] static std::uint64_t number_of(const Position& position);
  // Of the last position; the next one is larger, and covers what was taken since.
  [[nodiscard]] std::uint64_t number() const { return number_; }
  // With `whole`: files that were sent, by the position it resumed from, and are still there as
  // they were.
  [[nodiscard]] std::vector<SentFile> take_sent_before() { return std::exchange(sent_before_, {}); }

  // What the user should know, since the last call: files that were emptied, or are gone.
  [[nodiscard]] std::vector<std::string> take_notes();

 private:
  using Time = std::chrono::steady_clock::time_point;
  struct File;
  using FilePtr = std::unique_ptr<File>;

  // Looking: tail_look.cpp.
  void look(Time now);
  void scan(Time now);
  void resume_from(const TailState& state);
  void see(const std::string& path, Time now);
  [[nodiscard]] File* find(const FileFacts& facts) const;
  [[nodiscard]] File* find_moved_device(const std::string& path, const FileFacts& facts);
  [[nodiscard]] bool open(File& file, const std::string& path);
  [[nodiscard]] bool open_renamed(File& file);
  [[nodiscard]] bool is_wanted(const std::string& path, const FileFacts& facts) const;
  void add(const std::string& path, Time now);
  void lose(Time now);
  void note_sent_before(const File& file, const std::string& path);
  [[nodiscard]] bool has_other_content(const File& file, const FileFacts& facts) const;
  void check_growth(File& file, Time now);
  void start_again(File& file, const char* why);
  void drop(File* file);
  void verify(File& file);

  // Reading: tail.cpp.
  [[nodiscard]] File* next_ready(Time now);
  [[nodiscard]] bool is_ready(const File& file, Time now) const;
  [[nodiscard]] bool waits_for_older(const File& file) const;
  [[nodiscard]] std::optional<Time> rest_due(const File& file) const;
  void read(File& file, const Take& take, Time now);
  void read_whole(File& file, const Take& take);
  bool read_records(File& file, const Take& take);
  void skip_long(File& file, const Take& take);
  void read_rest(File& file, const Take& take, bool half_line);
  void give(File& file, const Take& take, Piece piece);
  [[nodiscard]] std::string_view load(const File& file, std::uint64_t offset, std::size_t count);
  [[nodiscard]] std::uint64_t last_record_begin(const File& file, std::uint64_t size);
  void end_if_done(Time now);

  TailOptions options_;
  Watch watch_;
  std::vector<FilePtr> files_;
  std::vector<std::string> notes_;
  std::vector<SentFile> sent_before_;
  std::string buffer_, prefix_;
  std::uint64_t number_ = 0;
  std::size_t turn_ = static_cast<std::size_t>(-1);  // the file that is read
  std::size_t stayed_ = 0;                           // steps in a row
  std::optional<Time> next_scan_;
  bool first_scan_ = true;  // of all runs: no position was there
  bool resumed_ = false;    // files of the position were not looked for yet
  bool ended_ = false;
};

// Makes the tail of each run of a source. It goes on at the stored position; while there is none,
// where the first run began: neither a run that fails early nor a new start begins at another end.
class TailRuns {
 public:
  // Throws: as `Tail` and its first look.
  [[nodiscard]] std::unique_ptr<Tail> next(TailOptions options, SourceContext& stream);

 private:
  std::optional<Position> begin_;
};

}  // namespace sluice::common
