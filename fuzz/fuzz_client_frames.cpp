// SPDX-License-Identifier: Apache-2.0

// What a server may send to a consumer: bytes through the splitter and the multiplexer into the
// state of one partition, whose records are then decoded.

#include <algorithm>
#include <cstring>

#include "client/fetch_state.hpp"
#include "net/frame.hpp"
#include "net/handshake.hpp"
#include "net/multiplexer.hpp"

namespace {

using namespace sluice;

void perform(client::FetchState& state, const client::FetchSteps& steps) {
  for (const auto& step : steps) {
    if (const auto* deliver = std::get_if<client::step::Deliver>(&step)) {
      static_cast<void>(client::decode_chunk(deliver->chunk));
    } else if (std::holds_alternative<client::step::AskBounds>(step)) {
      perform(state, state.on_bounds({.start_offset = 0, .last_stable_offset = 1'000}));
    } else if (std::holds_alternative<client::step::Reconnect>(step)) {
      perform(state, state.connected(true));
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ByteView rest(reinterpret_cast<const std::byte*>(data), size);
  static_cast<void>(net::VersionExchange("fuzz").on_frame(rest));

  net::FrameSplitter splitter;
  net::Multiplexer multiplexer("fuzz");
  client::FetchState state({.topic = "t", .start = StartAt::beginning()});
  perform(state, state.connected(false));
  multiplexer.open_stream({.api_key = 1003, .version = 25, .body = {}},
                          [&](Result<net::Answer> answer) {
                            if (answer) perform(state, state.on_answer(*answer, true));
                          });
  while (!rest.empty()) {
    const auto room = splitter.prepare();
    const auto count = std::min(room.size(), rest.size());
    std::memcpy(room.data(), rest.data(), count);
    splitter.commit(count);
    rest = rest.subspan(count);
    for (;;) {
      const auto frame = splitter.next();
      if (!frame) return 0;
      if (!*frame) break;
      if (!multiplexer.on_frame(**frame)) return 0;
    }
  }
  multiplexer.fail({Errc::connection_lost, "", {}});
  return 0;
}
