// SPDX-License-Identifier: Apache-2.0
#pragma once

// A log file of limited size: `log`, and the files before it, `log.1` (the youngest), `log.2` ...
//
// Lines are never cut in two by the change of files, unless one is longer than a file. One writer;
// any number of readers, which find their way by the files' identity (`LogReader`).

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include <sys/types.h>

namespace sluice::deploy {

struct LogLimits {
  std::uint64_t file_bytes = 8U * 1024 * 1024;
  int old_files = 4;
};

class RotatingLog {
 public:
  // Appends to what is there. Throws: `io`, `permission_denied`, `no_space`.
  RotatingLog(std::filesystem::path path, const LogLimits& limits);
  ~RotatingLog();
  RotatingLog(const RotatingLog&) = delete;
  RotatingLog& operator=(const RotatingLog&) = delete;

  // What cannot be written, as on a full disk, is dropped: the connector must not stand still
  // because of its log. Whole lines, or pieces of them.
  void write(std::string_view text) noexcept;

 private:
  void open();
  void rotate();
  void append(std::string_view text);

  std::filesystem::path path_;
  LogLimits limits_;
  int fd_ = -1;
  std::uint64_t size_ = 0;
};

// Reads a log that is being written, across its changes of file.
class LogReader {
 public:
  // Begins `lines` lines before the end of all that is there; all of it when negative.
  LogReader(std::filesystem::path path, std::int64_t lines);
  ~LogReader();
  LogReader(const LogReader&) = delete;
  LogReader& operator=(const LogReader&) = delete;

  // What is there and was not yet returned; empty when there is nothing new.
  [[nodiscard]] std::string read();

 private:
  [[nodiscard]] int next_file() const;

  std::filesystem::path path_;
  std::string first_;  // of before the following
  int fd_ = -1;
  ino_t inode_ = 0;
};

// The last lines of a log, without what is before them.
[[nodiscard]] std::string last_log_lines(const std::filesystem::path& path, std::int64_t lines);

}  // namespace sluice::deploy
