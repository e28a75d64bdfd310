// SPDX-License-Identifier: Apache-2.0
#include "broker/segment_scan.hpp"

#include <algorithm>

namespace sluice::broker {
namespace {

constexpr std::size_t window_bytes = 1024 * 1024;

// A piece of the file, moved along as the scan goes.
class Window {
 public:
  Window(const File& file, std::uint64_t file_bytes) : file_(file), file_bytes_(file_bytes) {}

  // `count` bytes from `position`; fewer at the end of the file.
  Result<ByteView> view(std::uint64_t position, std::size_t count) {
    if (position < begin_ || position + count > begin_ + buffer_.size()) {
      const auto rest = file_bytes_ - std::min(file_bytes_, position);
      buffer_.resize(std::min<std::uint64_t>(std::max(count, window_bytes), rest));
      const auto read = file_.read_at(buffer_, position);
      if (!read) return tl::unexpected(read.error());
      buffer_.resize(*read);
      begin_ = position;
    }
    const auto at = static_cast<std::size_t>(position - begin_);
    return ByteView(buffer_).subspan(at, std::min(count, buffer_.size() - at));
  }

 private:
  const File& file_;
  std::uint64_t file_bytes_;
  std::uint64_t begin_ = 0;
  Bytes buffer_;
};

// The end of the batch at `at`, or nothing when it is not whole and sound.
Result<std::optional<Place>> check_batch(Window& window, Place at, std::uint32_t batch_bytes_max) {
  const auto head = window.view(at.position, wire::batch_header_bytes);
  if (!head) return tl::unexpected(head.error());
  const auto header = wire::decode_batch_header(*head);
  if (!header || header->base_offset != at.offset) return std::nullopt;
  if (header->size_bytes() > batch_bytes_max) return std::nullopt;
  const auto bytes = window.view(at.position, header->size_bytes());
  if (!bytes) return tl::unexpected(bytes.error());
  if (bytes->size() < header->size_bytes()) return std::nullopt;
  if (!wire::crc_matches({*header, *bytes})) return std::nullopt;
  const auto end = std::uint64_t{at.position} + header->size_bytes();
  if (end > UINT32_MAX) return std::nullopt;
  return Place{header->next_offset(), static_cast<std::uint32_t>(end)};
}

}  // namespace

bool is_whole_batch(const File& file, Place at, std::uint64_t file_bytes,
                    std::uint32_t batch_bytes_max) {
  Window window(file, file_bytes);
  const auto end = check_batch(window, at, batch_bytes_max);
  return end && *end;
}

Result<Place> scan_batches(const File& file, Place start, std::uint64_t file_bytes,
                           std::uint32_t batch_bytes_max, const std::function<void(Place)>& note) {
  Window window(file, file_bytes);
  auto at = start;
  while (true) {
    const auto end = check_batch(window, at, batch_bytes_max);
    if (!end) return tl::unexpected(end.error());
    if (!*end) return at;
    note(at);
    at = **end;
  }
}

}  // namespace sluice::broker
