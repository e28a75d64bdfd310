// SPDX-License-Identifier: Apache-2.0
#include "connector/tap.hpp"

#include <deque>
#include <functional>
#include <utility>

#include "base/text.hpp"
#include "sluice/base64.hpp"
#include "sluice/json_text.hpp"

namespace sluice::connector {
namespace {

constexpr std::size_t field_bytes_max = 65'536;
constexpr std::size_t piece_bytes_max = 262'144;

using Line = std::shared_ptr<const std::string>;

// True when it was cut.
bool append_field(std::string& out, std::string_view name, std::string_view bytes) {
  const bool cut = bytes.size() > field_bytes_max;
  const bool is_text = is_utf8(bytes);
  if (cut) {
    auto size = field_bytes_max;
    // Not in the middle of a character.
    while (is_text && (static_cast<unsigned char>(bytes[size]) & 0xC0U) == 0x80U) --size;
    bytes = bytes.substr(0, size);
  }
  out.append(",\"").append(name).append(is_text ? "\":" : "_base64\":");
  if (is_text) {
    append_json_string(out, bytes);
  } else {
    out.append("\"").append(to_base64(bytes)).append("\"");
  }
  return cut;
}

std::string skipped_line(std::uint64_t count) {
  return "{\"skipped\":" + std::to_string(count) + "}\n";
}

}  // namespace

std::string tap_line(const TapRecord& record, std::string_view time) {
  std::string out = "{\"time\":\"";
  out.append(time).append("\",\"partition\":").append(std::to_string(record.partition.value));
  out.append(",\"offset\":");
  out.append(record.offset.value < 0 ? "null" : std::to_string(record.offset.value));
  bool cut = false;
  if (record.key) {
    cut = append_field(out, "key", *record.key);
  } else {
    out.append(",\"key\":null");
  }
  cut = append_field(out, "value", record.value) || cut;
  return out.append(cut ? ",\"cut\":true}" : "}");
}

class Tap::Listener final : public LineFeed {
 public:
  Listener(std::shared_ptr<std::atomic<std::size_t>> count, std::optional<std::uint64_t> wanted)
      : listener_count_(std::move(count)), wanted_(wanted) {}
  ~Listener() override { listener_count_->fetch_sub(1, std::memory_order_relaxed); }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  // Whether it would take a line; counts one that it does not.
  [[nodiscard]] bool has_room() {
    const std::lock_guard lock(guard_);
    if (wanted_ == 0) return false;
    if (lines_.size() < queued_lines_max && bytes_ < queued_bytes_max) return true;
    ++skipped_;
    return false;
  }
  void add(const Line& line) {
    const std::lock_guard lock(guard_);
    if (wanted_ == 0) return;
    if (skipped_ > 0) {
      push(std::make_shared<const std::string>(skipped_line(std::exchange(skipped_, 0))));
    }
    push(line);
    if (wanted_) --*wanted_;
    if (wake_) wake_();
  }

  [[nodiscard]] Piece take() override {
    const std::lock_guard lock(guard_);
    Piece out;
    while (!lines_.empty() && out.text.size() < piece_bytes_max) {
      bytes_ -= lines_.front()->size();
      out.text += *lines_.front();
      lines_.pop_front();
    }
    if (lines_.empty() && skipped_ > 0) out.text += skipped_line(std::exchange(skipped_, 0));
    out.last = lines_.empty() && wanted_ == 0;
    return out;
  }
  void on_ready(std::function<void()> wake) override {
    const std::lock_guard lock(guard_);
    wake_ = std::move(wake);
  }

 private:
  void push(Line line) {
    bytes_ += line->size();
    lines_.push_back(std::move(line));
  }

  std::shared_ptr<std::atomic<std::size_t>> listener_count_;
  std::mutex guard_;
  std::optional<std::uint64_t> wanted_;  // how many more
  std::deque<Line> lines_;
  std::size_t bytes_ = 0;
  std::uint64_t skipped_ = 0;
  std::function<void()> wake_;
};

Tap::Tap() : listener_count_(std::make_shared<std::atomic<std::size_t>>(0)) {}
Tap::~Tap() = default;

void Tap::pass(const TapRecord& record) {
  const std::lock_guard lock(guard_);
  Line line;
  std::erase_if(listeners_, [](const auto& one) { return one.expired(); });
  for (const auto& one : listeners_) {
    const auto listener = one.lock();
    if (!listener || !listener->has_room()) continue;
    if (!line) line = std::make_shared<const std::string>(tap_line(record, utc_now()) + "\n");
    listener->add(line);
  }
}

std::shared_ptr<LineFeed> Tap::listen(std::optional<std::uint64_t> count) {
  const std::lock_guard lock(guard_);
  std::erase_if(listeners_, [](const auto& one) { return one.expired(); });
  if (listeners_.size() >= listeners_max) return nullptr;
  listener_count_->fetch_add(1, std::memory_order_relaxed);
  auto listener = std::make_shared<Listener>(listener_count_, count);
  listeners_.push_back(listener);
  return listener;
}

}  // namespace sluice::connector
