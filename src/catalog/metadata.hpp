// SPDX-License-Identifier: Apache-2.0
#pragma once

// The metadata of a connector: what its program says about itself when `metadata` is its first
// word, or what the make rule `metadata` of its folder prints.

#include <chrono>
#include <filesystem>

#include "catalog/json_limits.hpp"

namespace sluice::catalog {

struct Metadata {
  std::string name;
  std::string direction;  // `Source` or `Sink`
  std::string version;
  std::string description;
  json schema;          // draft-07, of its options; unchecked
  bool is_kit = false;  // made with the C++ kit: it knows the words `validate` and `check`
  std::string line;     // the text that was printed, without the last line feed
};

// Any JSON object with these five keys; metadata_check.hpp is strict.
// Errors: `malformed` with what is missing.
[[nodiscard]] Result<Metadata> parse_metadata(std::string_view text);

struct MetadataLimits {
  std::chrono::milliseconds deadline{10'000};
  std::size_t bytes_max = 1'048'576;
};

// What `PROGRAM metadata` prints, with no home, no Fluvio profile, no cluster and no standard
// input: metadata contacts nothing. For a folder it is `make -s metadata` there.
// Errors: `timed_out`, `too_large`, `permission_denied` or `io` when it cannot be started, and
// `malformed` when it fails, with what it wrote on standard error.
[[nodiscard]] Result<std::string> metadata_text(const std::filesystem::path& program_or_folder,
                                                const MetadataLimits& limits = {});

// Both together; errors begin with the path.
[[nodiscard]] Result<Metadata> read_metadata(const std::filesystem::path& program_or_folder,
                                             const MetadataLimits& limits = {});

}  // namespace sluice::catalog
