// SPDX-License-Identifier: Apache-2.0
#include "net/multiplexer.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/assert.hpp"

namespace sluice::net {
namespace {

constexpr std::size_t response_header_bytes = 4;

Bytes encode_header(const wire::RequestHeader& header, std::size_t body_bytes) {
  Bytes out;
  wire::WireWriter writer(out);
  const auto text_bytes = 2 + header.client_id.size();
  writer.big_endian(static_cast<std::int32_t>(8 + text_bytes + body_bytes));
  wire::put(writer, header, 0);
  return out;
}

}  // namespace

std::size_t OutBody::size_bytes() const noexcept {
  std::size_t size = small.size();
  for (const auto& cut : cuts) size += cut.bytes.size();
  return size;
}

void OutFrame::append_views(std::vector<ByteView>& out) const {
  out.emplace_back(header);
  std::size_t at = 0;
  for (const auto& cut : body.cuts) {
    if (cut.small_end > at) out.push_back(ByteView(body.small).subspan(at, cut.small_end - at));
    out.push_back(cut.bytes);
    at = cut.small_end;
  }
  if (at < body.small.size()) out.push_back(ByteView(body.small).subspan(at));
}

std::int32_t Multiplexer::take_id() {
  const auto id = next_id_;
  do {
    next_id_ = next_id_ == std::numeric_limits<std::int32_t>::max() ? 1 : next_id_ + 1;
  } while (calls_.contains(next_id_) || streams_.contains(next_id_));
  return id;
}

std::int32_t Multiplexer::queue(Request request) {
  SLUICE_ASSERT(!failed_);
  const wire::RequestHeader header{.api_key = request.api_key,
                                   .api_version = request.version,
                                   .correlation_id = take_id(),
                                   .client_id = client_id_};
  auto encoded = encode_header(header, request.body.size_bytes());
  output_.push_back({std::move(encoded), std::move(request.body)});
  return header.correlation_id;
}

std::int32_t Multiplexer::call(Request request, TimePoint deadline, Handler handler) {
  Call call{request.api_key, request.version, deadline, std::move(handler)};
  const auto id = queue(std::move(request));
  calls_.emplace(id, std::move(call));
  return id;
}

std::int32_t Multiplexer::open_stream(Request request, Handler handler) {
  Stream stream{request.version, std::make_shared<Handler>(std::move(handler))};
  const auto id = queue(std::move(request));
  streams_.emplace(id, std::move(stream));
  return id;
}

void Multiplexer::drop_stream(std::int32_t id) {
  streams_.erase(id);
}

Result<> Multiplexer::on_frame(const Frame& frame) {
  wire::WireReader in(frame.bytes());
  const auto id = in.big_endian<std::int32_t>();
  if (!in.ok()) {
    return sluice::fail(Errc::protocol, "the server sent a frame of " +
                                            std::to_string(frame.size()) +
                                            " bytes, too short for an answer");
  }
  auto body = frame.without_front(response_header_bytes);
  if (auto node = calls_.extract(id)) {
    node.mapped().handler(Answer{std::move(body), node.mapped().version});
    return {};
  }
  const auto stream = streams_.find(id);
  if (stream == streams_.end()) {
    ++dropped_;
    return {};
  }
  const auto handler = stream->second.handler;
  (*handler)(Answer{std::move(body), stream->second.version});
  return {};
}

std::optional<TimePoint> Multiplexer::next_deadline() const {
  std::optional<TimePoint> earliest;
  for (const auto& [id, call] : calls_) {
    if (!earliest || call.deadline < *earliest) earliest = call.deadline;
  }
  return earliest;
}

std::optional<Error> Multiplexer::expired(TimePoint now) const {
  for (const auto& [id, call] : calls_) {
    if (call.deadline > now) continue;
    return Error{Errc::timed_out,
                 "the server did not answer request " + std::to_string(id) + " (API key " +
                     std::to_string(call.api_key) + ") in time",
                 {}};
  }
  return std::nullopt;
}

void Multiplexer::fail(const Error& error) {
  if (failed_) return;
  failed_ = true;
  output_.clear();
  auto calls = std::exchange(calls_, {});
  auto streams = std::exchange(streams_, {});
  for (auto& [id, call] : calls) call.handler(tl::unexpected(error));
  for (auto& [id, stream] : streams) (*stream.handler)(tl::unexpected(error));
}

}  // namespace sluice::net
