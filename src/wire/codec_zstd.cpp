// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include <zstd.h>
#include <zstd_errors.h>

#include "wire/codecs.hpp"

namespace sluice::wire {
namespace {

constexpr int level = 1;  // as the official producers

struct FreeCompressor {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};
struct FreeDecompressor {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

}  // namespace

Result<> deflate_zstd(ByteView input, Bytes& out) {
  thread_local const std::unique_ptr<ZSTD_CCtx, FreeCompressor> context(ZSTD_createCCtx());
  const auto before = out.size();
  out.resize(before + ZSTD_compressBound(input.size()));
  const auto room = std::span(out).subspan(before);
  const auto size =
      ZSTD_compressCCtx(context.get(), room.data(), room.size(), input.data(), input.size(), level);
  if (ZSTD_isError(size) != 0) {
    out.resize(before);
    return codec_failed("zstd", ZSTD_getErrorName(size));
  }
  out.resize(before + size);
  return {};
}

// In one call, and again with more room when it was too little: a stream would need a window
// of its own, of a size that the input chooses, and a copy of every byte out of it.
Result<> inflate_zstd(ByteView input, Inflated& out) {
  thread_local const std::unique_ptr<ZSTD_DCtx, FreeDecompressor> context(ZSTD_createDCtx());
  const auto frame = ZSTD_findFrameCompressedSize(input.data(), input.size());
  if (ZSTD_isError(frame) != 0) return codec_failed("zstd", ZSTD_getErrorName(frame));
  if (frame != input.size()) return codec_failed("zstd", "bytes behind the frame");
  for (;;) {
    const auto room = out.room();
    const auto size =
        ZSTD_decompressDCtx(context.get(), room.data(), room.size(), input.data(), input.size());
    if (ZSTD_isError(size) == 0) {
      out.wrote(size);
      return {};
    }
    if (ZSTD_getErrorCode(size) != ZSTD_error_dstSize_tooSmall) {
      return codec_failed("zstd", ZSTD_getErrorName(size));
    }
    if (auto grown = out.grow(); !grown) return grown;
  }
}

}  // namespace sluice::wire
