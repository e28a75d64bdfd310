// SPDX-License-Identifier: Apache-2.0
#pragma once

// One pair of functions for each codec, and the buffer that they inflate into. Private to
// the folder: everybody else calls compression.hpp.
//
// `deflate_x` appends to `out`. `inflate_x` reads exactly all of `input`, or fails with
// `compression`; the output fails with `too_large` when it passes its limit.

#include <cstddef>
#include <string_view>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace sluice::wire {

// Room that grows by doubling, up to a limit, as a stream of unknown length is inflated.
class Inflated {
 public:
  // Takes the memory that `out` has; its content is lost.
  Inflated(Bytes& out, std::size_t bytes_expected, std::size_t bytes_max);

  // What can be written to now. Empty only at the limit.
  [[nodiscard]] std::span<std::byte> room() noexcept { return std::span(out_).subspan(used_); }
  void wrote(std::size_t bytes) noexcept { used_ += bytes; }
  // More room; `too_large` when the limit is reached.
  [[nodiscard]] Result<> grow();
  // Cuts the buffer to what was written.
  void finish() { out_.resize(used_); }

 private:
  Bytes& out_;
  std::size_t used_ = 0;
  std::size_t bytes_max_;
};

[[nodiscard]] tl::unexpected<Error> codec_failed(std::string_view codec, std::string_view why);

[[nodiscard]] Result<> deflate_gzip(ByteView input, Bytes& out);
[[nodiscard]] Result<> inflate_gzip(ByteView input, Inflated& out);
[[nodiscard]] Result<> deflate_snappy(ByteView input, Bytes& out);
[[nodiscard]] Result<> inflate_snappy(ByteView input, Inflated& out);
[[nodiscard]] Result<> deflate_lz4(ByteView input, Bytes& out);
[[nodiscard]] Result<> inflate_lz4(ByteView input, Inflated& out);
[[nodiscard]] Result<> deflate_zstd(ByteView input, Bytes& out);
[[nodiscard]] Result<> inflate_zstd(ByteView input, Inflated& out);

}  // namespace sluice::wire
