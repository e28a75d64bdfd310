// SPDX-License-Identifier: Apache-2.0

// Anything that a broker may send, to the codec and to a session that has just connected. The
// first byte says the version of the protocol.

#include <algorithm>
#include <cstdlib>

#include "common/mqtt/packet.hpp"
#include "session.hpp"

namespace {

using namespace sluice::mqtt;

constexpr std::size_t packet_bytes_max = 65'536;

void decode_all(std::string_view bytes, Version version) {
  while (true) {
    auto frame = split_frame(bytes, packet_bytes_max);
    if (!frame.ok() || !frame.value()) return;
    if (!decode_packet(*frame.value(), version).ok()) return;
    bytes.remove_prefix(frame.value()->size);
  }
}

void run_session(std::string_view bytes, Version version) {
  Session session({.version = version,
                   .client_id = "fuzz",
                   .topics = {"t"},
                   .packet_bytes_max = packet_bytes_max});
  session.open({});
  std::uint64_t newest = 0;
  while (!bytes.empty()) {
    const auto room = session.receive_room();
    const std::size_t count = std::min(room.size(), bytes.size());
    std::ranges::copy(bytes.substr(0, count), room.begin());
    session.received(count, {});
    bytes.remove_prefix(count);
    for (;;) {
      auto message = session.next();
      if (!message.ok()) return;
      if (!message.value()) break;
      if (message.value()->sequence) newest = *message.value()->sequence;
    }
    session.acknowledge(newest);
    if (session.waiting() != 0) std::abort();  // everything handed out is acknowledged
    session.sent(session.output().size(), {});
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const Version version = data[0] % 2 == 0 ? Version::v3_1_1 : Version::v5;
  decode_all(bytes, version);
  run_session(bytes, version);
  return 0;
}
