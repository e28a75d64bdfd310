// SPDX-License-Identifier: Apache-2.0
#include <zlib.h>

#include "base/assert.hpp"
#include "wire/codecs.hpp"

namespace sluice::wire {
namespace {

constexpr int gzip_window = 15 + 16;  // 32 KiB, in a gzip member
constexpr int memory_level = 8;

// zlib's states are large and slow to set up: one of each for a thread.
struct Deflater {
  z_stream stream{};
  Deflater() {
    SLUICE_ASSERT(deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, gzip_window,
                               memory_level, Z_DEFAULT_STRATEGY) == Z_OK);
  }
  ~Deflater() { deflateEnd(&stream); }
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;
};
struct Inflater {
  z_stream stream{};
  Inflater() { SLUICE_ASSERT(inflateInit2(&stream, gzip_window) == Z_OK); }
  ~Inflater() { inflateEnd(&stream); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
};

void give(z_stream& stream, ByteView input) {
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(input.data()));
  stream.avail_in = static_cast<uInt>(input.size());
}
void give_room(z_stream& stream, std::span<std::byte> room) {
  stream.next_out = reinterpret_cast<Bytef*>(room.data());
  stream.avail_out = static_cast<uInt>(room.size());
}

}  // namespace

Result<> deflate_gzip(ByteView input, Bytes& out) {
  thread_local Deflater deflater;
  auto& stream = deflater.stream;
  deflateReset(&stream);
  const auto before = out.size();
  out.resize(before + deflateBound(&stream, static_cast<uLong>(input.size())));
  give(stream, input);
  give_room(stream, std::span(out).subspan(before));
  const auto status = deflate(&stream, Z_FINISH);
  out.resize(out.size() - stream.avail_out);
  if (status != Z_STREAM_END) return codec_failed("gzip", "the output bound was too small");
  return {};
}

Result<> inflate_gzip(ByteView input, Inflated& out) {
  thread_local Inflater inflater;
  auto& stream = inflater.stream;
  inflateReset(&stream);
  give(stream, input);
  for (;;) {
    const auto room = out.room();
    give_room(stream, room);
    const auto status = inflate(&stream, Z_NO_FLUSH);
    out.wrote(room.size() - stream.avail_out);
    if (status == Z_STREAM_END) break;
    if (status != Z_OK && status != Z_BUF_ERROR) {
      return codec_failed("gzip", stream.msg != nullptr ? stream.msg : "broken member");
    }
    if (stream.avail_out != 0) return codec_failed("gzip", "the member ends too early");
    if (auto grown = out.grow(); !grown) return grown;
  }
  if (stream.avail_in != 0) return codec_failed("gzip", "bytes behind the member");
  return {};
}

}  // namespace sluice::wire
