// SPDX-License-Identifier: Apache-2.0
#pragma once

// Records that could not be delivered, kept with the reason: one JSON object each, in a file or
// in a topic. A letter has all that is needed to send the record again: its key and value as
// they were read, bytes that are not UTF-8 as base64, and where it came from.
// The format is for users, too: docs/errors-and-dead-letters.md has it.
//
// A record counts as done only when its letter is durable, so writers say when it is.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "connector/cluster.hpp"
#include "connector/health.hpp"
#include "sluice/connector/source.hpp"

namespace sluice::connector {

struct DeadLetter {
  // Where the record is, or was: a sink's has an offset in its topic, a source's the position
  // that came with it, if one did.
  std::optional<PartitionId> partition = {};
  std::optional<Offset> offset = {};
  std::optional<Position> position = {};
  std::chrono::milliseconds timestamp{-1};  // since 1970; -1: none
  std::optional<std::string> key = {};
  std::string value = {};
  // Why.
  Error error = {};
  std::uint32_t attempts = 1;
  // The SmartModule that failed over it, when one did.
  std::string module = {};
  std::string_view kind = {};
  std::size_t step = 0;
};

// What is a letter's alone: the moment, as text, and a name that no other letter has, so that two
// of the same record are told from one that was stored twice.
struct LetterStamp {
  std::string time;
  std::string id;
};

// Makes the stamps of one run. Not thread-safe.
class LetterStamps {
 public:
  LetterStamps();
  [[nodiscard]] LetterStamp next();

 private:
  std::string run_;
  std::uint64_t count_ = 0;
};

// One line, without the line feed.
[[nodiscard]] std::string format_dead_letter(const Identity& from, const LetterStamp& stamp,
                                             const DeadLetter& letter);

class DeadLetters {
 public:
  virtual ~DeadLetters() = default;
  // The callback hears when all of them are durable, or why not; on any thread, or inside.
  virtual void write(std::span<const DeadLetter> letters, Callback<Done> durable) = 0;
  // After it no callback comes.
  virtual void close(std::chrono::milliseconds) {}
};

// Appends to a file, which belongs to this connector alone, and syncs it. A last line that a
// crash left unfinished is cut off: its record was not done.
class FileDeadLetters final : public DeadLetters {
 public:
  // Makes the file. Throws: `io`, `permission_denied`; `already_running` when another
  // connector has it.
  FileDeadLetters(Identity from, std::filesystem::path path);
  ~FileDeadLetters() override;
  FileDeadLetters(const FileDeadLetters&) = delete;
  FileDeadLetters& operator=(const FileDeadLetters&) = delete;

  void write(std::span<const DeadLetter> letters, Callback<Done> durable) override;

 private:
  void append(std::string_view text);

  Identity from_;
  LetterStamps stamps_;
  std::filesystem::path path_;
  int fd_ = -1;
};

// Sends to a topic, which is made when it is missing; the key is that of the record.
class TopicDeadLetters final : public DeadLetters {
 public:
  TopicDeadLetters(Identity from, Cluster& cluster, const std::string& topic);

  void write(std::span<const DeadLetter> letters, Callback<Done> durable) override;
  void close(std::chrono::milliseconds deadline) override { writer_->close(deadline); }

 private:
  Identity from_;
  LetterStamps stamps_;
  std::unique_ptr<RecordWriter> writer_;
};

}  // namespace sluice::connector
