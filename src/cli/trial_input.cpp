// SPDX-License-Identifier: Apache-2.0
#include "cli/trial_input.hpp"

#include <chrono>

#include "base/text.hpp"
#include "cli/line_splitter.hpp"
#include "cli/produce_input.hpp"

namespace sluice::cli {
namespace {

constexpr std::size_t input_bytes_max = 64U * 1024 * 1024;

std::int64_t now_ms() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

class RecordReader {
 public:
  explicit RecordReader(const TrialInputOptions& options) : options_(options) {}

  void add(std::string_view text) {
    const auto record = record_of_line(text, options_.key_separator, options_.key);
    if (!record) {
      throw Failure(Errc::usage,
                    "record " + std::to_string(out_.size()) + ": " + record.error().message());
    }
    out_.push_back({.key = record->key ? std::optional(std::string(*record->key)) : std::nullopt,
                    .value = std::string(record->value),
                    .offset = static_cast<std::int64_t>(out_.size()),
                    .timestamp = now_});
  }
  void add_file();
  [[nodiscard]] std::vector<TrialRecord> take() { return std::move(out_); }

 private:
  const TrialInputOptions& options_;
  std::int64_t now_ = now_ms();
  std::vector<TrialRecord> out_;
};

void RecordReader::add_file() {
  const StopSignal stop;
  Input input(options_.file);
  std::string whole;
  for (auto piece = input.read(stop); !piece.empty(); piece = input.read(stop)) {
    whole += piece;
    if (whole.size() > input_bytes_max) {
      throw Failure(Errc::too_large,
                    input.name() + ": larger than 64 MiB, which is more than a test");
    }
  }
  if (options_.raw) return add(whole);
  LineSplitter lines(input_bytes_max);
  lines.feed(whole);
  while (const auto line = lines.next()) add(line->text);
  if (const auto last = lines.rest()) add(last->text);
}

}  // namespace

std::vector<TrialRecord> read_records(const TrialInputOptions& options) {
  RecordReader reader(options);
  for (const auto& record : options.records) reader.add(record);
  if (!options.file.empty()) reader.add_file();
  return reader.take();
}

std::vector<TrialRecord> look_back_records(const TrialInputOptions& options) {
  std::vector<TrialRecord> out;
  const auto now = now_ms();
  for (const auto& value : options.look_back) {
    out.push_back({.key = options.key,
                   .value = value,
                   .offset = static_cast<std::int64_t>(out.size()),
                   .timestamp = now});
  }
  return out;
}

}  // namespace sluice::cli
