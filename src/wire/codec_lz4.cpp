// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include <lz4frame.h>

#include "base/assert.hpp"
#include "wire/codecs.hpp"

namespace sluice::wire {
namespace {

struct FreeCompressor {
  void operator()(LZ4F_cctx* context) const { LZ4F_freeCompressionContext(context); }
};
struct FreeDecompressor {
  void operator()(LZ4F_dctx* context) const { LZ4F_freeDecompressionContext(context); }
};

LZ4F_cctx* compressor() {
  thread_local const auto context = [] {
    LZ4F_cctx* made = nullptr;
    SLUICE_ASSERT(!LZ4F_isError(LZ4F_createCompressionContext(&made, LZ4F_VERSION)));
    return std::unique_ptr<LZ4F_cctx, FreeCompressor>(made);
  }();
  return context.get();
}
LZ4F_dctx* decompressor() {
  thread_local const auto context = [] {
    LZ4F_dctx* made = nullptr;
    SLUICE_ASSERT(!LZ4F_isError(LZ4F_createDecompressionContext(&made, LZ4F_VERSION)));
    return std::unique_ptr<LZ4F_dctx, FreeDecompressor>(made);
  }();
  return context.get();
}

// As the official producers: independent blocks, no checksums.
LZ4F_preferences_t preferences(std::size_t input_bytes) {
  LZ4F_preferences_t wanted = LZ4F_INIT_PREFERENCES;
  wanted.frameInfo.blockMode = LZ4F_blockIndependent;
  wanted.frameInfo.blockSizeID = input_bytes > 64U * 1024 ? LZ4F_max256KB : LZ4F_max64KB;
  wanted.autoFlush = 1;
  return wanted;
}

}  // namespace

Result<> deflate_lz4(ByteView input, Bytes& out) {
  const auto wanted = preferences(input.size());
  const auto before = out.size();
  out.resize(before + LZ4F_compressFrameBound(input.size(), &wanted));
  auto used = before;
  const auto add = [&](std::size_t result) {
    if (LZ4F_isError(result)) return false;
    used += result;
    return true;
  };
  auto* const context = compressor();
  const auto at = [&] { return out.data() + used; };
  const auto left = [&] { return out.size() - used; };
  const bool done =
      add(LZ4F_compressBegin(context, at(), left(), &wanted)) &&
      add(LZ4F_compressUpdate(context, at(), left(), input.data(), input.size(), nullptr)) &&
      add(LZ4F_compressEnd(context, at(), left(), nullptr));
  out.resize(done ? used : before);
  if (!done) return codec_failed("lz4", "the frame could not be made");
  return {};
}

Result<> inflate_lz4(ByteView input, Inflated& out) {
  auto* const context = decompressor();
  LZ4F_resetDecompressionContext(context);
  for (;;) {
    const auto room = out.room();
    auto written = room.size();
    auto read = input.size();
    const auto hint = LZ4F_decompress(context, room.data(), &written, input.data(), &read, nullptr);
    if (LZ4F_isError(hint)) return codec_failed("lz4", LZ4F_getErrorName(hint));
    out.wrote(written);
    input = input.subspan(read);
    if (hint == 0) break;
    if (written == room.size()) {
      if (auto grown = out.grow(); !grown) return grown;
    } else if (input.empty()) {
      return codec_failed("lz4", "the frame ends too early");
    }
  }
  if (!input.empty()) return codec_failed("lz4", "bytes behind the frame");
  return {};
}

}  // namespace sluice::wire
