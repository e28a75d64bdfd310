// SPDX-License-Identifier: Apache-2.0
#pragma once

// What tools/web_bundle.py makes of catalog/: all files behind each other in one zlib stream.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace sluice::web {

enum class PageSet : std::uint8_t { site, console, templates };

struct BundledFile {
  PageSet set;
  std::string_view path, content_type;
  std::size_t offset, bytes;  // in what the stream holds
};

struct Bundle {
  std::span<const unsigned char> packed;
  std::size_t bytes;                   // unpacked
  std::span<const BundledFile> files;  // by set, then by path
};

extern const Bundle bundle;

}  // namespace sluice::web
