// SPDX-License-Identifier: Apache-2.0
#include "broker/batch_reader.hpp"

namespace sluice::broker {

void BatchReader::seek(std::int64_t offset) {
  cursor_ = {.next = offset};
  position_ = offset;
  buffer_.clear();
  at_ = 0;
}

Result<> BatchReader::read() {
  const auto slice = log_.read(cursor_, isolation_, read_bytes_max_);
  if (!slice) return tl::unexpected(slice.error());
  buffer_.resize(slice->size_bytes());
  at_ = 0;
  if (!slice->file) {
    position_ = cursor_.next;
    return {};
  }
  position_ = slice->begin.offset;
  const auto count = slice->file->read_at(buffer_, slice->begin.position);
  if (!count) return tl::unexpected(count.error());
  if (*count < buffer_.size()) return fail(Errc::io, "the log got shorter while it was read");
  return {};
}

Result<std::optional<wire::BatchView>> BatchReader::next() {
  if (at_ == buffer_.size()) {
    if (auto done = read(); !done) return tl::unexpected(std::move(done).error());
    if (buffer_.empty()) return std::nullopt;
  }
  const auto rest = ByteView(buffer_).subspan(at_);
  const auto header = wire::decode_batch_header(rest);
  if (!header) return tl::unexpected(header.error());
  if (header->size_bytes() > rest.size()) {
    return fail(Errc::data_corrupt, "a batch is larger than what the log has of it");
  }
  const wire::BatchView batch{*header, rest.first(header->size_bytes())};
  if (!wire::crc_matches(batch)) {
    return fail(Errc::data_corrupt, "the CRC of the batch at offset " +
                                        std::to_string(header->base_offset) +
                                        " does not match its bytes");
  }
  at_ += batch.bytes.size();
  position_ = header->next_offset();
  return batch;
}

}  // namespace sluice::broker
