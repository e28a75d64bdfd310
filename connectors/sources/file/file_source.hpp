// SPDX-License-Identifier: Apache-2.0
#pragma once

// Files -> stream. The kit keeps the position: of every file that is followed, how far the topic
// has it. Files of a folder drop are moved or deleted in `acknowledged`.

#include <cstdint>
#include <deque>
#include <string>

#include <sluice/connector/source.hpp>

#include "common/tail/tail_feed.hpp"
#include "file_options.hpp"

namespace sluice::file_source {

class FileSource final : public Source {
 public:
  explicit FileSource(FileOptions options) : options_(std::move(options)) {}

  void run(SourceContext& stream) override;
  void acknowledged(const Position& position) override;
  void check(CheckContext& check) override;

 private:
  struct Sent {
    std::uint64_t number;  // of the position that covers it
    common::SentFile file;
  };
  [[nodiscard]] Outcome<RecordRef> make(const common::Piece& piece, std::string& room) const;
  void wait(SourceContext& stream, const common::Tail& tail) const;
  void require_files() const;
  void prepare_done_folder() const;
  // Deletes or moves a file that the topic has, unless it has changed, or another has its name.
  void put_away(const common::SentFile& sent) const;
  void move_away(const std::string& path) const;

  FileOptions options_;
  common::TailRuns runs_;
  std::deque<Sent> sent_;
};

}  // namespace sluice::file_source
