// SPDX-License-Identifier: Apache-2.0
#include "file_sink.hpp"

#include <array>
#include <cstdio>
#include <filesystem>

#include "common/record_text/record_text.hpp"

namespace sluice::file {
namespace {

constexpr std::size_t text_bytes_max = 1'048'576;
constexpr std::uint64_t log_bytes_max = 1'048'576;

std::chrono::milliseconds now() {
  return std::chrono::floor<std::chrono::milliseconds>(
      std::chrono::system_clock::now().time_since_epoch());
}

}  // namespace

FileSink::FileSink(FileOptions options) : options_(std::move(options)) {
  if (options_.suffix.empty())
    options_.suffix = options_.format == Format::json ? ".jsonl" : ".txt";
}

std::string FileSink::file_path(std::uint64_t number) const {
  std::array<char, 24> digits{};
  std::snprintf(digits.data(), digits.size(), "-%08llu", static_cast<unsigned long long>(number));
  return options_.path + '/' + prefix_ + digits.data() + options_.suffix;
}

void FileSink::open(SinkContext& context) {
  prefix_ = options_.prefix.empty() ? context.topic() : options_.prefix;
  make_folders(options_.path);
  lock();
  state_ = {};
  state_.topic = context.topic();
  recover();
  context.connected();
}

void FileSink::lock() {
  if (lock_.is_open()) return;
  OsFile file(options_.path + "/.sluice-lock");
  if (!file.try_lock()) {
    throw Failure(Errc::already_running,
                  "another connector writes to " + options_.path + ": give each its own --path");
  }
  lock_ = std::move(file);
}

CommitHistory FileSink::read_history(const std::string& topic) const {
  auto parsed = parse_commits(read_file(log_path()));
  if (!parsed.ok()) throw Failure(in_context(log_path(), parsed.error()));
  auto history = std::move(parsed).value();
  if (history.found && history.last.topic != topic) {
    throw Failure(Errc::invalid_config, options_.path + " has the topic " + history.last.topic +
                                            ", not " + topic + ": give each its own --path");
  }
  if (!history.found && has_files()) {
    throw Failure(Errc::data_corrupt,
                  options_.path + " has files, but " + log_path() +
                      " does not say what counts in them: restore it, or begin in another folder");
  }
  return history;
}

void FileSink::recover() {
  file_.close();
  text_.clear();
  const auto history = read_history(state_.topic);
  log_ = OsFile(log_path());
  log_bytes_ = history.bytes;
  log_.truncate(log_bytes_);
  if (history.found) {
    state_ = history.last;
  } else {
    commit();  // before there is a file, so that a log that is lost later is missed
    sync_folder(options_.path);
  }
  remove_files_after(state_.file_number);
  if (state_.file_number > 0) open_current();
}

void FileSink::check(CheckContext& check) {
  prefix_ = options_.prefix.empty() ? check.topic() : options_.prefix;
  const auto folder = existing_folder(options_.path);
  check_writable(folder);
  if (folder != options_.path) {
    check.found("the folder " + options_.path + " can be made in " + folder);
    return;
  }
  const auto history = read_history(check.topic());
  check.found("the folder " + folder + " can be written to");
  if (history.found) check.found("it goes on in file " + std::to_string(history.last.file_number));
}

// There is one that may be ours, whatever its number: complete ones may have been moved away.
bool FileSink::has_files() const {
  constexpr std::size_t digits_min = 8;
  const std::string begin = prefix_ + '-';
  for (const auto& entry : std::filesystem::directory_iterator(options_.path)) {
    const std::string name = entry.path().filename().string();
    if (name.size() < begin.size() + digits_min + options_.suffix.size()) continue;
    if (!name.starts_with(begin) || !name.ends_with(options_.suffix)) continue;
    const auto number = std::string_view(name).substr(
        begin.size(), name.size() - begin.size() - options_.suffix.size());
    if (number.find_first_not_of("0123456789") == std::string_view::npos) return true;
  }
  return false;
}

// Files that a crash left behind, with nothing in them that counts. The last goes first: a file
// is complete for its readers when there is a higher one.
void FileSink::remove_files_after(std::uint64_t number) {
  std::error_code ignored;
  auto last = number;
  while (std::filesystem::exists(file_path(last + 1), ignored)) ++last;
  for (; last > number; --last) remove_file(file_path(last));
}

void FileSink::open_current() {
  file_ = OsFile(file_path(state_.file_number));
  const std::uint64_t size = file_.size();
  if (size < state_.file_bytes) {
    throw Failure(Errc::data_corrupt,
                  file_.path() + " has " + std::to_string(size) + " bytes, of the " +
                      std::to_string(state_.file_bytes) +
                      " that were written: restore it, or begin in another folder");
  }
  if (size > state_.file_bytes) file_.truncate(state_.file_bytes);
}

std::optional<std::map<PartitionId, Offset>> FileSink::stored_offsets() {
  return state_.offsets;
}

void FileSink::write(std::span<const SinkRecord> records) {
  const Commit before = state_;
  try {
    append(records, before);
    if (state_ == before) return;
    finish_file();
    commit();
  } catch (...) {
    undo(before);
    throw;
  }
}

void FileSink::append(std::span<const SinkRecord> records, const Commit& before) {
  for (const SinkRecord& record : records) {
    // Not those of this batch: several records may have one offset.
    const auto stored = before.offsets.find(record.partition);
    if (stored != before.offsets.end() && record.offset <= stored->second) continue;
    if (!file_.is_open() || rotation_is_due()) begin_file();
    const std::size_t text_before = text_.size();
    common::append_record(text_, record, options_.format, options_.newlines);
    state_.file_bytes += text_.size() - text_before;
    ++state_.file_records;
    state_.offsets[record.partition] = record.offset;
    if (text_.size() >= text_bytes_max) flush_text();
  }
}

bool FileSink::rotation_is_due() const {
  if (state_.file_records == 0) return false;
  return state_.file_bytes >= options_.rotate_size.bytes ||
         (options_.rotate_records && state_.file_records >= *options_.rotate_records) ||
         (options_.rotate_age && now() - state_.file_begun >= *options_.rotate_age);
}

void FileSink::begin_file() {
  if (file_.is_open()) finish_file();
  ++state_.file_number;
  state_.file_bytes = state_.file_records = 0;
  state_.file_begun = now();
  file_ = OsFile(file_path(state_.file_number));
  file_.truncate(0);
  sync_folder(options_.path);
}

void FileSink::flush_text() {
  file_.write_at(state_.file_bytes - text_.size(), text_);
  text_.clear();
}

void FileSink::finish_file() {
  flush_text();
  file_.sync();
}

void FileSink::commit() {
  const std::string line = format_commit(state_);
  log_.write_at(log_bytes_, line);
  log_.sync();
  log_bytes_ += line.size();
  if (log_bytes_ > log_bytes_max) rewrite_log();
}

void FileSink::rewrite_log() {
  const std::string fresh = log_path() + ".new";
  const std::string line = format_commit(state_);
  try {
    OsFile log(fresh);
    log.truncate(0);
    log.write_at(0, line);
    log.sync();
    rename_file(fresh, log_path());
    log_ = std::move(log);
    log_bytes_ = line.size();
    sync_folder(options_.path);
  } catch (const Failure&) {
    // The long log is as good, and the batch is in it; the next one tries again.
    std::error_code ignored;
    std::filesystem::remove(fresh, ignored);
  }
}

// Gives the disk back what the batch took, so that a full disk is not made fuller. Whatever
// fails here is done by the next `open`.
void FileSink::undo(const Commit& before) {
  text_.clear();
  state_ = before;
  file_.close();
  try {
    log_.truncate(log_bytes_);
    log_.sync();
    remove_files_after(before.file_number);
    if (before.file_number > 0) open_current();
  } catch (const Failure&) {
    file_.close();
  }
}

void FileSink::idle() {
  if (!file_.is_open() || !rotation_is_due()) return;
  // Only the age can be due here; the file is complete as it is.
  file_.close();
}

void FileSink::close() {
  file_.close();
  log_.close();
  lock_.close();
}

}  // namespace sluice::file
