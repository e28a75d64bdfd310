// SPDX-License-Identifier: Apache-2.0

// Anything that a sender of syslog may send over TCP: cut into messages, which are read and become
// records. The first byte says the largest message, the second in what pieces the bytes come.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include <nlohmann/json.hpp>

#include "framing.hpp"
#include "message.hpp"
#include "record.hpp"

namespace {

using namespace sluice::syslog;

struct Cut {
  std::string text;
  bool truncated;
  bool operator==(const Cut&) const = default;
};

std::vector<Cut> cut(std::string_view bytes, std::size_t message_bytes_max, std::size_t piece) {
  Framing framing(message_bytes_max);
  std::vector<Cut> out;
  const auto add = [&](const Frame& frame) {
    if (frame.text.size() > message_bytes_max) std::abort();
    out.push_back({std::string(frame.text), frame.truncated});
  };
  while (!bytes.empty()) {
    const auto room = framing.room();
    const auto count = std::min({piece, bytes.size(), room.size()});
    std::ranges::copy(bytes.substr(0, count), room.begin());
    framing.filled(count);
    bytes.remove_prefix(count);
    while (const auto frame = framing.next()) add(*frame);
  }
  while (const auto frame = framing.rest()) add(*frame);
  return out;
}

void read(const Cut& its) {
  std::string record;
  for (const auto format : {Format::automatic, Format::rfc3164, Format::rfc5424}) {
    for (const bool priority_required : {false, true}) {
      auto message = parse_message(
          its.text, {.format = format, .priority_required = priority_required, .now = {}});
      write_record(record, message.ok() ? &message.value() : nullptr, its.text,
                   {.transport = "tcp", .peer = "fuzz", .truncated = its.truncated});
      if (!nlohmann::json::accept(record)) std::abort();
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  const std::size_t message_bytes_max = data[0] + 1U;
  const auto whole = cut(bytes, message_bytes_max, bytes.size());
  // How the network cuts the bytes does not matter.
  if (cut(bytes, message_bytes_max, data[1] % 16U + 1U) != whole) std::abort();
  for (const auto& one : whole) read(one);
  return 0;
}
