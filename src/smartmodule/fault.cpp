// SPDX-License-Identifier: Apache-2.0
#include "smartmodule/fault.hpp"

#include "base/text.hpp"

namespace sluice::smartmodule {
namespace {

constexpr std::size_t shown_bytes_max = 200;

std::string shown(ByteView bytes) {
  const auto text = as_text(bytes.first(std::min(bytes.size(), shown_bytes_max)));
  std::string out = "\"" + json_escape(text) + "\"";
  if (bytes.size() > shown_bytes_max) out += "... (" + std::to_string(bytes.size()) + " bytes)";
  return out;
}

}  // namespace

Error ModuleError::to_error() const {
  return {Errc::smartmodule, "SmartModule `" + module + "`: " + text, {}};
}

Error RecordFault::to_error() const {
  auto where = "SmartModule `" + module + "` (" + std::string(name_of(kind)) +
               ") on the record at offset " + std::to_string(offset) + ", key " +
               (key ? shown(*key) : "none") + ", value " + shown(value);
  return {Errc::smartmodule, where + ": " + text, {}};
}

}  // namespace sluice::smartmodule
