// SPDX-License-Identifier: Apache-2.0
#pragma once

// Stream -> files in a folder: `<prefix>-00000001.txt`, `-00000002`, ...
//
// Each record is in the files once, whatever happens: a batch is written and synced, then the
// commit log says, synced too, how far the newest file counts and which offsets it has. What a
// crash left behind that point is cut off at the next start, and the stream goes on behind the
// offsets. A batch that fails is undone before `write` throws. The log is there before the first
// file, so files without one are not ours to touch.

#include <string>

#include <sluice/connector/sink.hpp>

#include "commit_log.hpp"
#include "file_options.hpp"
#include "os_file.hpp"

namespace sluice::file {

class FileSink final : public Sink {
 public:
  explicit FileSink(FileOptions options);

  void open(SinkContext& context) override;
  std::optional<std::map<PartitionId, Offset>> stored_offsets() override;
  void write(std::span<const SinkRecord> records) override;
  void idle() override;
  void close() override;
  void check(CheckContext& check) override;

 private:
  [[nodiscard]] std::string file_path(std::uint64_t number) const;
  [[nodiscard]] std::string log_path() const { return options_.path + "/.sluice-commits"; }
  void lock();
  void recover();
  // What the log says, checked against the topic and the files. Throws: `invalid_config`,
  // `data_corrupt`.
  [[nodiscard]] CommitHistory read_history(const std::string& topic) const;
  [[nodiscard]] bool has_files() const;
  void remove_files_after(std::uint64_t number);
  [[nodiscard]] bool rotation_is_due() const;
  void begin_file();
  void open_current();
  // Without those that were there before.
  void append(std::span<const SinkRecord> records, const Commit& before);
  void flush_text();
  void finish_file();
  void commit();
  void undo(const Commit& before);
  void rewrite_log();

  FileOptions options_;
  std::string prefix_;
  OsFile lock_;
  OsFile log_;
  std::uint64_t log_bytes_ = 0;
  OsFile file_;  // the newest, when it is open
  Commit state_;
  std::string text_;  // of records, not yet in the file
};

}  // namespace sluice::file
