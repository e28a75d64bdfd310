// SPDX-License-Identifier: Apache-2.0
#include "cli/dead_letter_marks.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <optional>

#include <unistd.h>

#include "base/digest.hpp"
#include "base/file_lock.hpp"

namespace sluice::cli {
namespace {

constexpr std::size_t mark_length = 64;

class FileMarks final : public LetterMarks {
 public:
  FileMarks(std::string path, bool looks_only) : path_(std::move(path)) {
    if (!looks_only) {
      lock_ = std::make_unique<FileLock>(take_lock());
    }
    std::ifstream in(path_, std::ios::binary);
    for (std::string line; std::getline(in, line);) {
      if (line.size() == mark_length) marks_.insert(line);
    }
  }

  void add(std::span<const std::string> marks) override {
    // A line feed first: a crash may have cut the last line.
    std::string text = "\n";
    for (const auto& mark : marks) text += mark + "\n";
    if (::lseek(lock_->fd(), 0, SEEK_END) < 0) fail();
    std::string_view rest = text;
    while (!rest.empty()) {
      const auto count = ::write(lock_->fd(), rest.data(), rest.size());
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) fail();
      rest.remove_prefix(static_cast<std::size_t>(count));
    }
    if (::fdatasync(lock_->fd()) != 0) fail();
    marks_.insert(marks.begin(), marks.end());
  }

 private:
  [[nodiscard]] FileLock take_lock() const {
    auto lock = or_throw(FileLock::try_take(path_));
    if (!lock) {
      throw Failure(Errc::already_running,
                    "another replay of these dead letters is running: it has " + path_);
    }
    return *std::move(lock);
  }
  [[noreturn]] void fail() const {
    throw Failure(errno == ENOSPC ? Errc::no_space : Errc::io,
                  "cannot write " + path_ + ": " + std::strerror(errno));
  }

  std::string path_;
  std::unique_ptr<FileLock> lock_;
};

class TopicMarks final : public LetterMarks {
 public:
  TopicMarks(Client& client, const std::string& topic, const StopSignal& stop, bool looks_only) {
    auto admin = client.admin();
    if (admin.describe_topic(topic)) {
      read(client, topic, stop);
    } else if (looks_only) {
      return;
    } else {
      TopicConfig config;
      config.retention_time = std::chrono::days(3'650);  // as long as those of the letters
      admin.create_topic(topic, config);
    }
    if (!looks_only) producer_.emplace(client.producer(topic));
  }

  void add(std::span<const std::string> marks) override {
    for (const auto& mark : marks) producer_->send({.key = {}, .value = mark});
    producer_->flush(std::chrono::seconds(30));
    marks_.insert(marks.begin(), marks.end());
  }

 private:
  void read(Client& client, const std::string& topic, const StopSignal& stop) {
    read_to_end(client, topic, stop, [this](PartitionId, const ConsumedRecord& record) {
      if (record.value.size() == mark_length) marks_.emplace(record.value);
      return true;
    });
  }

  std::optional<Producer> producer_;
};

}  // namespace

std::unique_ptr<LetterMarks> open_marks(const LetterPlace& place, Client& client,
                                        const StopSignal& stop, bool looks_only) {
  if (place.file.empty()) {
    return std::make_unique<TopicMarks>(client, place.topic + "-replayed", stop, looks_only);
  }
  return std::make_unique<FileMarks>(place.file + ".replayed", looks_only);
}

std::string mark_of(const std::string& letter) {
  return sha256_hex(letter);
}

}  // namespace sluice::cli
