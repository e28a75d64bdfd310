// SPDX-License-Identifier: Apache-2.0
// Reading the files that are there.
#include "common/tail/tail.hpp"

#include <algorithm>

#include "common/tail/tail_file.hpp"

namespace sluice::common {
namespace {

constexpr std::size_t chunk_bytes = 262'144;

std::int64_t add_lines(std::int64_t before, std::uint64_t count) {
  return before < 0 ? before : before + static_cast<std::int64_t>(count);
}

}  // namespace

Tail::Tail(TailOptions options, const std::optional<Position>& resume)
    : options_(std::move(options)) {
  if (!resume) return;
  auto state = parse_state(resume->bytes);
  resume_from(std::move(state).value());
}

Tail::~Tail() = default;

std::unique_ptr<Tail> TailRuns::next(TailOptions options, SourceContext& stream) {
  const auto& stored = stream.resume_from();
  if (stored) begin_.reset();
  const bool begins_at_end = options.start == TailStart::end && !stored && !begin_;
  auto tail = std::make_unique<Tail>(std::move(options), stored ? stored : begin_);
  tail->look_first();
  if (begins_at_end) {
    begin_ = Position{tail->position()};
    stream.passed(*begin_);
  }
  return tail;
}

bool Tail::step(const Take& take) {
  const auto now = std::chrono::steady_clock::now();
  look(now);
  File* const file = next_ready(now);
  if (file == nullptr) {
    end_if_done(now);
    return false;
  }
  read(*file, take, now);
  return true;
}

Tail::File* Tail::next_ready(Time now) {
  // One file is read for a while, so that files that were there before are read one by one.
  constexpr std::size_t steps_max = 256;
  if (turn_ < files_.size() && ++stayed_ < steps_max && is_ready(*files_[turn_], now)) {
    return files_[turn_].get();
  }
  stayed_ = 0;
  for (std::size_t i = 0; i < files_.size(); ++i) {
    turn_ = (turn_ + 1) % files_.size();
    if (is_ready(*files_[turn_], now)) return files_[turn_].get();
  }
  turn_ = files_.size() - 1;
  return nullptr;
}

bool Tail::more() const {
  const auto now = std::chrono::steady_clock::now();
  return std::ranges::any_of(files_, [&](const FilePtr& one) { return is_ready(*one, now); });
}

bool Tail::is_ready(const File& file, Time now) const {
  if (!file.file.is_open() || waits_for_older(file)) return false;
  if (options_.whole) {
    const bool quiet = options_.stop_at_end || now - file.changed_at >= options_.settle_time;
    return !file.read_through() && quiet;
  }
  if (!file.at_end) return true;
  const auto due = rest_due(file);
  return due && *due <= now;
}

// A file that has taken the name of another is read after it.
bool Tail::waits_for_older(const File& file) const {
  if (file.rotated) return false;
  return std::ranges::any_of(files_, [&](const FilePtr& one) {
    return one->rotated && !one->at_end && one->state.path == file.state.path;
  });
}

// When what stands at the end counts as a record.
std::optional<Tail::Time> Tail::rest_due(const File& file) const {
  if (options_.whole || !file.at_end || file.rest_taken) return std::nullopt;
  if (options_.stop_at_end) return file.changed_at;
  if (file.rotated) return file.changed_at + options_.rotate_wait;
  if (options_.rules.begins_record && !file.group_taken) {
    return file.changed_at + options_.group_wait;
  }
  if (!options_.half_line_wait) return std::nullopt;
  return file.changed_at + *options_.half_line_wait;
}

void Tail::read(File& file, const Take& take, Time now) {
  verify(file);
  if (options_.whole) return read_whole(file, take);
  if (file.scanned > file.state.offset) return skip_long(file, take);
  if (!file.at_end) {
    file.at_end = read_records(file, take);
    return;
  }
  const bool half_line =
      options_.stop_at_end || (file.rotated && now - file.changed_at >= options_.rotate_wait) ||
      (options_.half_line_wait && now - file.changed_at >= *options_.half_line_wait);
  read_rest(file, take, half_line);
  file.group_taken = true;
  file.rest_taken = half_line;
}

std::string_view Tail::load(const File& file, std::uint64_t offset, std::size_t count) {
  if (buffer_.size() < count) buffer_.resize(count);
  return {buffer_.data(), file.file.read(offset, buffer_.data(), count)};
}

void Tail::give(File& file, const Take& take, Piece piece) {
  piece.path = &file.state.path;
  for (std::size_t i = 0; i < files_.size(); ++i) {
    if (files_[i].get() == &file) piece.file = i;
  }
  if (!piece.too_large && piece.bytes.size() > options_.record_bytes_max) {
    piece.too_large = true;
    piece.bytes = piece.bytes.substr(0, too_large_bytes_max);
  }
  take(piece);
  file.state.offset = piece.next;
  file.state.lines = piece.lines_after;
}

// True at the end of the file.
bool Tail::read_records(File& file, const Take& take) {
  const std::uint64_t base = file.state.offset;
  std::size_t wanted = chunk_bytes;
  while (true) {
    const auto text = load(file, base, wanted);
    const bool is_end = text.size() < wanted;
    RecordCutter cutter(options_.rules, text);
    bool any = false;
    while (const auto cut = cutter.next()) {
      any = true;
      const auto lines = file.state.lines;
      give(file, take,
           {.bytes = text.substr(cut->begin, cut->end - cut->begin),
            .offset = base + cut->begin,
            .next = base + cut->next,
            .line = add_lines(lines, 1),
            .lines_after = add_lines(lines, cut->lines)});
    }
    if (any) return is_end && file.state.offset == base + text.size();
    if (text.size() > options_.record_bytes_max + options_.rules.delimiter.size()) {
      const auto whole_lines = cutter.complete_lines();
      if (whole_lines) {
        read_rest(file, take, false);
      } else {
        file.scanned = base + text.size() - (options_.rules.delimiter.size() - 1);
      }
      return false;
    }
    if (is_end) return true;
    wanted = std::min(wanted * 2, options_.record_bytes_max + chunk_bytes);
  }
}

// Looks for the end of a line that is too long, a chunk at a time.
void Tail::skip_long(File& file, const Take& take) {
  const auto text = load(file, file.scanned, chunk_bytes);
  const auto at = text.find(options_.rules.delimiter);
  const auto width = options_.rules.delimiter.size();
  const bool is_end = text.size() < chunk_bytes;
  std::uint64_t next = file.scanned + text.size();
  if (at != std::string_view::npos) {
    next = file.scanned + at + width;
  } else if (!is_end || !(options_.stop_at_end || file.rotated)) {
    if (text.size() >= width) file.scanned += text.size() - (width - 1);
    file.at_end = is_end;
    file.rest_taken = is_end;
    return;
  }
  prefix_.resize(too_large_bytes_max);
  prefix_.resize(file.file.read(file.state.offset, prefix_.data(), prefix_.size()));
  file.scanned = 0;
  const auto lines = file.state.lines;
  give(file, take,
       {.bytes = prefix_,
        .offset = file.state.offset,
        .next = next,
        .line = add_lines(lines, 1),
        .lines_after = add_lines(lines, 1),
        .too_large = true});
}

void Tail::read_rest(File& file, const Take& take, bool half_line) {
  const std::uint64_t base = file.state.offset;
  const auto text = load(file, base, options_.record_bytes_max + chunk_bytes);
  RecordCutter cutter(options_.rules, text);
  if (cutter.next()) return;  // it has grown meanwhile; the next look sees it
  const auto cut = half_line ? cutter.everything() : cutter.complete_lines();
  if (!cut) return;
  const auto lines = file.state.lines;
  give(file, take,
       {.bytes = text.substr(cut->begin, cut->end - cut->begin),
        .offset = base,
        .next = base + cut->next,
        .line = add_lines(lines, 1),
        .lines_after = add_lines(lines, cut->lines)});
}

void Tail::read_whole(File& file, const Take& take) {
  const bool too_large = file.size > options_.record_bytes_max;
  const std::uint64_t size = file.size;
  const auto wanted = static_cast<std::size_t>(
      too_large ? std::min<std::uint64_t>(size, too_large_bytes_max) : size);
  const auto text = load(file, 0, wanted);
  // What has changed since it was looked at, or while it was read, may be half of this and half of
  // that: it has to be quiet again.
  const auto facts = file.file.facts();
  const bool changed = facts.size != size || facts.modified_ns != file.modified_ns;
  if (changed || text.size() < wanted) {
    return check_growth(file, std::chrono::steady_clock::now());
  }
  file.state.modified_ns = facts.modified_ns;
  give(file, take,
       {.bytes = text,
        .offset = 0,
        .next = size,
        .line = 1,
        .lines_after = 0,
        .too_large = too_large,
        .facts = &facts});
  file.state.sent = !too_large;
}

// Behind the last delimiter that is not far from the end.
std::uint64_t Tail::last_record_begin(const File& file, std::uint64_t size) {
  const std::uint64_t from = size > chunk_bytes ? size - chunk_bytes : 0;
  const auto text = load(file, from, static_cast<std::size_t>(size - from));
  const auto at = text.rfind(options_.rules.delimiter);
  if (at == std::string_view::npos) return from == 0 ? 0 : size;
  return from + at + options_.rules.delimiter.size();
}

void Tail::end_if_done(Time now) {
  if (!options_.stop_at_end) return;
  scan(now);  // the last look: a file may have come, or grown
  ended_ = !more();
}

std::chrono::milliseconds Tail::idle_time() const {
  const auto now = std::chrono::steady_clock::now();
  auto until = next_scan_.value_or(now);
  for (const auto& file : files_) {
    auto due = rest_due(*file);
    if (options_.whole && !file->read_through()) due = file->changed_at + options_.settle_time;
    if (due) until = std::min(until, *due);
  }
  return std::max(std::chrono::ceil<std::chrono::milliseconds>(until - now),
                  std::chrono::milliseconds{0});
}

std::string Tail::position() {
  std::string out;
  append_state_begin(out, ++number_);
  for (const auto& file : files_) append_file_state(out, file->state);
  append_state_end(out);
  return out;
}

std::string Tail::position_after(const Piece& piece) {
  auto& state = files_[piece.file]->state;
  const auto [offset, lines] = std::pair(state.offset, state.lines);
  state.offset = piece.next;
  state.lines = piece.lines_after;
  auto out = position();
  state.offset = offset;
  state.lines = lines;
  return out;
}

std::uint64_t Tail::number_of(const Position& position) {
  auto state = parse_state(position.bytes);
  return state.ok() ? state.value().number : 0;
}

std::vector<std::string> Tail::take_notes() {
  return std::exchange(notes_, {});
}

}  // namespace sluice::common
