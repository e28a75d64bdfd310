// SPDX-License-Identifier: Apache-2.0

// A profile file of anybody: read, and when it is right, written and read again the same.

#include <cstdlib>

#include "base/text.hpp"
#include "client/profile_text.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sluice;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto parsed = client::parse_profiles(text, "fuzz");
  if (!parsed) return 0;
  ProfileFile file{.path = "fuzz", .current = parsed->current, .profiles = {}};
  for (const auto& one : parsed->profiles) {
    if (!one.fault) file.profiles.push_back(one.profile);
  }
  const auto written = client::format_profiles(file);
  if (!written) std::abort();
  const auto again = client::parse_profiles(*written, "again");
  if (!again || again->profiles.size() != file.profiles.size()) std::abort();
  for (const auto& one : again->profiles) {
    if (one.fault) std::abort();
  }
  return 0;
}
