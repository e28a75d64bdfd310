// SPDX-License-Identifier: Apache-2.0
#pragma once

// The five codecs of a record batch, each in the framing that the protocol uses: gzip member,
// Snappy framing format, LZ4 frame, zstd frame. Format: fluvio-protocol.md §7.3. Pure.

#include <cstddef>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "sluice/types.hpp"

namespace sluice::wire {

// Appends the compressed form of `input` to `out`.
[[nodiscard]] Result<> compress(Compression codec, ByteView input, Bytes& out);
// Replaces `out` with the inflated form. `too_large` above `bytes_max`, whatever the input
// claims; `compression` when it is broken or has bytes behind its end.
[[nodiscard]] Result<> decompress(Compression codec, ByteView input, Bytes& out,
                                  std::size_t bytes_max);

}  // namespace sluice::wire
