// SPDX-License-Identifier: Apache-2.0
#include "broker/processed_stream.hpp"

#include <utility>

#include <boost/asio/post.hpp>

namespace sluice::broker {
namespace {

namespace asio = boost::asio;

// One is being sent, another waits.
constexpr std::size_t ready_frames_max = 2;
// A client learns at least so often how far it is when nothing is left for it.
constexpr auto gap_interval = std::chrono::seconds(1);

}  // namespace

ProcessedStream::ProcessedStream(std::uint32_t id, std::shared_ptr<Partition> partition,
                                 const wire::StreamFetchRequest& request,
                                 const StreamLimits& limits, Shared shared,
                                 std::shared_ptr<SmartModules::StreamPlace> place)
    : Stream(id, std::move(partition), request, limits),
      shared_(std::move(shared)),
      reader_(
          std::make_shared<StreamReader>(shared_.modules, std::move(place),
                                         StreamReaderOptions{.partition = this->partition(),
                                                             .invocations = invocations_of(request),
                                                             .isolation = isolation(),
                                                             .start = request.fetch_offset,
                                                             .frame_bytes_max = bytes_max()})),
      end_at_open_(this->partition()->log().offsets().end),
      gap_timer_(shared_.executor),
      sent_end_(request.fetch_offset),
      framed_end_(request.fetch_offset),
      covered_(request.fetch_offset) {}

std::optional<StreamFrame> ProcessedStream::next_frame() {
  if (ended()) return std::nullopt;
  if (partition()->deleted()) return error_frame(wire::Code::topic_deleted);
  if (wants_step()) start_step();
  if (ready_.empty() || window().is_full()) return std::nullopt;
  auto next = std::move(ready_.front());
  ready_.pop_front();
  ready_bytes_ -= next.records.size();
  sent_end_ = next.end_offset;
  window().sent(next.end_offset, static_cast<std::uint32_t>(next.records.size()));
  auto out = frame();
  out.response.next_filter_offset = next.end_offset;
  out.records = std::move(next.records);
  out.last = !next.error.ok();
  out.response.error_code = std::move(next.error);
  if (out.last) end();
  if (wants_step()) start_step();
  return out;
}

bool ProcessedStream::wants_step() const {
  if (running_ || over_ || ready_.size() >= ready_frames_max ||
      ready_bytes_ >= shared_.waiting_bytes_max) {
    return false;
  }
  // The first one also tells whether there is a chain at all.
  if (!begun_ || (gap_due_ && covered_ != framed_end_)) return true;
  const auto offsets = partition()->log().offsets();
  const auto end = isolation() == Isolation::read_committed ? offsets.committed : offsets.end;
  // The log ends before what was read when that was never committed.
  return end > covered_ || offsets.end < covered_;
}

void ProcessedStream::start_step() {
  begun_ = true;
  running_ = true;
  // A client that wants no more than what there was waits for its end.
  const bool cover_all = std::exchange(gap_due_, false) || covered_ < end_at_open_;
  shared_.modules.workers().run(
      [weak = weak_from_this(), reader = reader_, executor = shared_.executor, cover_all] {
        auto step = std::make_shared<StreamReader::Step>(reader->step(cover_all));
        // Locked on the connection's thread only, so that it cannot go on another.
        asio::post(executor, [weak, step] {
          if (const auto self = weak.lock()) self->on_step(std::move(*step));
        });
      });
}

void ProcessedStream::on_step(StreamReader::Step step) {
  running_ = false;
  if (restart_at_) {
    const auto offset = *std::exchange(restart_at_, std::nullopt);
    reader_->restart(offset);
    covered_ = framed_end_ = offset;
  } else {
    covered_ = step.covered;
    for (auto& frame : step.frames) {
      over_ = over_ || !frame.error.ok();
      framed_end_ = frame.end_offset;
      ready_bytes_ += frame.records.size();
      ready_.push_back(std::move(frame));
    }
    if (!over_ && covered_ != framed_end_) wait_for_gap();
  }
  ready_callback_();
}

void ProcessedStream::wait_for_gap() {
  if (std::exchange(gap_armed_, true)) return;
  gap_timer_.expires_after(gap_interval);
  gap_timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
    const auto self = weak.lock();
    if (error || !self) return;
    self->gap_armed_ = false;
    self->gap_due_ = true;
    self->ready_callback_();
  });
}

void ProcessedStream::report(std::int64_t offset) {
  if (window().report(offset, sent_end_)) return;
  // What waits was made for a client that is further.
  ready_.clear();
  ready_bytes_ = 0;
  over_ = false;
  begun_ = false;
  sent_end_ = framed_end_ = covered_ = offset;
  if (running_) {
    restart_at_ = offset;
  } else {
    reader_->restart(offset);
  }
}

std::vector<wire::SmartModuleInvocation> invocations_of(const wire::StreamFetchRequest& request) {
  if (!request.smartmodules.empty()) return request.smartmodules;
  if (request.smartmodule) return {*request.smartmodule};
  if (request.wasm_module.empty()) return {};
  return {{.wasm = wire::AdHocWasm{request.wasm_module}}};
}

}  // namespace sluice::broker
