// SPDX-License-Identifier: Apache-2.0
#include "wire/compression.hpp"

#include <algorithm>
#include <string>

#include "wire/codecs.hpp"

namespace sluice::wire {
namespace {

// The first guess at an inflated size; a wrong one costs a doubling, or some memory.
constexpr std::size_t expansion = 8;
constexpr std::size_t expected_bytes_min = 4096;
// One call of a codec library takes sizes of 31 bits.
constexpr std::size_t input_bytes_max = std::size_t{1} << 30;

Result<> inflate(Compression codec, ByteView input, Inflated& out) {
  switch (codec) {
    case Compression::gzip:
      return inflate_gzip(input, out);
    case Compression::snappy:
      return inflate_snappy(input, out);
    case Compression::lz4:
      return inflate_lz4(input, out);
    case Compression::zstd:
      return inflate_zstd(input, out);
    case Compression::none:
      break;
  }
  return codec_failed("unknown codec", std::to_string(static_cast<int>(codec)));
}

Result<> copy(ByteView input, Bytes& out, std::size_t bytes_max) {
  if (input.size() > bytes_max) {
    return fail(Errc::too_large,
                std::to_string(input.size()) + " bytes; the limit is " + std::to_string(bytes_max));
  }
  out.assign(input.begin(), input.end());
  return {};
}

}  // namespace

Inflated::Inflated(Bytes& out, std::size_t bytes_expected, std::size_t bytes_max)
    : out_(out), bytes_max_(bytes_max) {
  const auto wanted = std::min(std::max(bytes_expected, out_.size()), bytes_max_);
  out_.reserve(wanted);
  out_.resize(wanted);
}

Result<> Inflated::grow() {
  if (out_.size() >= bytes_max_) {
    return fail(Errc::too_large,
                "inflated to more than the limit of " + std::to_string(bytes_max_) + " bytes");
  }
  const auto wanted = std::min(bytes_max_, std::max(out_.size() * 2, expected_bytes_min));
  out_.reserve(wanted);  // exactly: the vector's own growth would pass the limit
  out_.resize(wanted);
  return {};
}

tl::unexpected<Error> codec_failed(std::string_view codec, std::string_view why) {
  return fail(Errc::compression, std::string(codec) + ": " + std::string(why));
}

Result<> compress(Compression codec, ByteView input, Bytes& out) {
  if (input.size() > input_bytes_max) {
    return fail(Errc::too_large, "to compress " + std::to_string(input.size()) +
                                     " bytes at once; the limit is " +
                                     std::to_string(input_bytes_max));
  }
  switch (codec) {
    case Compression::none:
      out.insert(out.end(), input.begin(), input.end());
      return {};
    case Compression::gzip:
      return deflate_gzip(input, out);
    case Compression::snappy:
      return deflate_snappy(input, out);
    case Compression::lz4:
      return deflate_lz4(input, out);
    case Compression::zstd:
      return deflate_zstd(input, out);
  }
  return codec_failed("unknown codec", std::to_string(static_cast<int>(codec)));
}

Result<> decompress(Compression codec, ByteView input, Bytes& out, std::size_t bytes_max) {
  if (codec == Compression::none) return copy(input, out, bytes_max);
  if (input.size() > input_bytes_max) {
    return fail(Errc::too_large, "to inflate " + std::to_string(input.size()) +
                                     " bytes; the limit is " + std::to_string(input_bytes_max));
  }
  const auto expected = std::max(input.size() * expansion, expected_bytes_min);
  Inflated inflated(out, expected, bytes_max);
  auto done = inflate(codec, input, inflated);
  inflated.finish();
  return done;
}

}  // namespace sluice::wire
