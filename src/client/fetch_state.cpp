// SPDX-License-Identifier: Apache-2.0
#include "client/fetch_state.hpp"

#include <algorithm>
#include <utility>

#include "client/rpc.hpp"

namespace sluice::client {
namespace {

// An answer without progress is legal; a server that gives only those is not.
constexpr int idle_answers_max = 100;
// What a slow SmartModule may take for a record.
constexpr std::chrono::microseconds silence_per_record{10};

FetchSteps one(FetchStep step) {
  FetchSteps steps;
  steps.push_back(std::move(step));
  return steps;
}

// Errors that another attempt, perhaps at another SPU, can cure.
bool is_passing(wire::Code code) {
  switch (code) {
    case wire::Code::unknown_server_error:
    case wire::Code::not_leader_for_partition:
    case wire::Code::request_timed_out:
    case wire::Code::storage_error:
    case wire::Code::spu_offline:
    case wire::Code::spu_not_found:
    case wire::Code::topic_pending_initialization:
    case wire::Code::partition_pending_initialization:
    case wire::Code::partition_not_leader:
    case wire::Code::fetch_session_not_found:
      return true;
    default:
      return false;
  }
}

// The only sign of it is the text (reference §10.4).
bool says_beyond_end(const wire::ErrorCode& code) {
  return code.code == wire::Code::offset_out_of_range ||
         (code.code == wire::Code::other &&
          code.text().find("is greater than") != code.text().npos);
}

Error to_client_error(const wire::ErrorCode& code, const std::string& where) {
  auto error = to_module_error(code, where);
  if (code.code == wire::Code::topic_deleted || code.code == wire::Code::topic_not_found) {
    error.code = Errc::topic_not_found;
  }
  if (says_beyond_end(code)) error.code = Errc::offset_out_of_range;
  return error;
}

}  // namespace

FetchState::FetchState(FetchSettings settings)
    : settings_(std::move(settings)), fetch_bytes_(settings_.fetch_bytes_max) {}

bool FetchState::has_smartmodules() const {
  return settings_.smartmodules && !settings_.smartmodules->empty();
}

std::string FetchState::where() const {
  return "reading " + settings_.topic + "-" + std::to_string(settings_.partition.value);
}

FetchSteps FetchState::connected(bool session_wanted) {
  session_.reset();
  pending_ack_ = false;
  session_wanted_ = session_wanted;
  if (phase_ == Phase::stopped) return session_wanted ? open_for_session() : FetchSteps{};
  if (position_ && !(settings_.until_end && !end_)) return go_on();
  phase_ = Phase::asking;
  const auto managed = !settings_.consumer_id.empty() && !position_ &&
                       settings_.start.from != StartAt::From::absolute;
  if (managed && !stored_) return one(step::AskStored{});
  return one(step::AskBounds{});
}

FetchSteps FetchState::on_stored(std::optional<Offset> stored) {
  if (phase_ != Phase::asking) return {};
  if (stored) stored_ = stored->value;
  return one(step::AskBounds{});
}

FetchSteps FetchState::on_bounds(const wire::OffsetsOfPartition& bounds) {
  if (phase_ != Phase::asking) return {};
  if (!bounds.error_code.ok()) return on_error(bounds.error_code);
  const auto first = std::max<std::int64_t>(bounds.start_offset, 0);
  const auto end = std::max(bounds.last_stable_offset, first);
  if (!position_) {
    const auto resolved = resolve(first, end);
    if (!resolved) return stop(resolved.error());
    position_ = *resolved;
  }
  if (settings_.until_end) end_ = end;
  return go_on();
}

// Where to begin (reference §14.1), except that nothing is skipped without a word: a stored
// offset that retention has passed, or that is behind the end, is the caller's to decide on.
Result<std::int64_t> FetchState::resolve(std::int64_t first, std::int64_t end) const {
  const auto evicted = [&](std::int64_t offset) {
    return fail(Errc::offset_evicted, where() + ": offset " + std::to_string(offset) +
                                          " was removed by retention; the next one there is " +
                                          std::to_string(first));
  };
  const auto beyond = [&](std::int64_t offset) {
    return fail(Errc::offset_out_of_range,
                where() + ": offset " + std::to_string(offset) + " is behind the end, which is " +
                    std::to_string(end) + "; was the topic created anew?");
  };
  const auto& start = settings_.start;
  if (start.from == StartAt::From::absolute) {
    if (start.count < first) return evicted(start.count);
    if (start.count > end) return beyond(start.count);
    return start.count;
  }
  if (stored_) {
    if (*stored_ + 1 < first) return evicted(*stored_ + 1);
    if (*stored_ + 1 > end) return beyond(*stored_ + 1);
  }
  const auto from_beginning = start.from == StartAt::From::beginning;
  const auto base = stored_ ? *stored_ + 1 : (from_beginning ? first : end);
  // Clamped before the sum, so that no count overflows.
  const auto count = std::clamp<std::int64_t>(start.count, 0, end - first);
  return std::clamp(from_beginning ? base + count : base - count, first, end);
}

FetchSteps FetchState::go_on() {
  if (!end_ || *position_ < *end_) return open_stream();
  phase_ = Phase::stopped;
  auto steps = one(step::End{});
  if (session_wanted_) steps.emplace_back(stream_from_position());
  return steps;
}

FetchSteps FetchState::open_stream() {
  phase_ = Phase::streaming;
  return one(stream_from_position());
}

FetchSteps FetchState::open_for_session() {
  if (!position_) return {};  // nothing was delivered
  return one(stream_from_position());
}

step::OpenStream FetchState::stream_from_position() {
  session_.reset();
  pending_ack_ = false;
  asked_from_ = *position_;
  if (session_wanted_ && asked_from_ > 0) --asked_from_;
  wire::StreamFetchRequest request;
  request.topic = settings_.topic;
  request.partition = settings_.partition.value;
  request.fetch_offset = asked_from_;
  request.max_bytes = fetch_bytes_;
  request.isolation = settings_.isolation == Isolation::read_committed
                          ? wire::WireIsolation::read_committed
                          : wire::WireIsolation::read_uncommitted;
  if (!settings_.consumer_id.empty()) request.consumer_id = settings_.consumer_id;
  if (has_smartmodules()) request.smartmodules = *settings_.smartmodules;
  return {std::move(request)};
}

FetchSteps FetchState::stop(Error error) {
  phase_ = Phase::stopped;
  pending_ack_ = false;
  session_wanted_ = false;
  return one(step::Fail{std::move(error)});
}

FetchSteps FetchState::reconnect(Error why) {
  phase_ = Phase::offline;
  session_.reset();
  pending_ack_ = false;
  return one(step::Reconnect{std::move(why)});
}

FetchSteps FetchState::on_lost(const Error& why) {
  if (phase_ != Phase::asking && phase_ != Phase::streaming) return {};
  return reconnect(why);
}

FetchSteps FetchState::want_session() {
  if (session_ || session_wanted_) return {};
  if (phase_ != Phase::streaming && phase_ != Phase::stopped) return {};
  session_wanted_ = true;
  return phase_ == Phase::stopped ? open_for_session() : open_stream();
}

void FetchState::halt() {
  phase_ = Phase::stopped;
  session_wanted_ = false;
  pending_ack_ = false;
}

std::optional<std::chrono::milliseconds> FetchState::silence_max() const {
  if (phase_ != Phase::streaming || pending_ack_ || !end_ || !has_smartmodules()) return {};
  constexpr std::int64_t records_max = 1'000'000'000;
  const auto missing = std::clamp<std::int64_t>(*end_ - *position_, 0, records_max);
  return settings_.silence_max +
         std::chrono::duration_cast<std::chrono::milliseconds>(missing * silence_per_record);
}

FetchSteps FetchState::on_silence() {
  if (!silence_max()) return {};
  position_ = std::max(*position_, *end_);
  phase_ = Phase::stopped;
  return one(step::End{});
}

FetchSteps FetchState::on_topic_gone() {
  Error error{Errc::topic_not_found, where() + ": the topic was deleted", {}};
  if (phase_ == Phase::stopped) return one(step::NoSession{std::move(error)});
  return stop(std::move(error));
}

FetchSteps FetchState::on_answer(const net::Answer& answer, bool room) {
  if (phase_ != Phase::streaming && phase_ != Phase::stopped) return {};
  const auto response = decode_answer<wire::StreamFetchResponse>(answer, "stream answer");
  if (phase_ == Phase::stopped) {
    return response ? on_answer_for_session(*response) : FetchSteps{};
  }
  if (!response) return stop(in_context(where(), response.error()));
  if (response->topic != settings_.topic || response->partition != settings_.partition.value) {
    return stop({Errc::protocol,
                 where() + ": the server answers for " + response->topic + "-" +
                     std::to_string(response->partition),
                 {}});
  }
  if (response->stream_id != 0) session_ = response->stream_id;
  return on_response(*response, answer.body, room);
}

FetchSteps FetchState::on_answer_for_session(const wire::StreamFetchResponse& response) {
  if (session_ || !session_wanted_) return {};
  const auto code = response.error_code.code;
  if (code == wire::Code::none) {
    if (response.stream_id != 0) session_ = response.stream_id;
    return {};
  }
  if (code == wire::Code::offset_evicted && asked_from_ < *position_) {
    session_wanted_ = false;  // only the extra record is gone
    auto steps = open_for_session();
    session_wanted_ = true;
    return steps;
  }
  auto error = to_client_error(response.error_code, where());
  if (is_passing(code)) return one(step::Reconnect{std::move(error)});
  return one(step::NoSession{std::move(error)});
}

FetchSteps FetchState::on_response(const wire::StreamFetchResponse& response,
                                   const net::Frame& frame, bool room) {
  auto split = wire::split_batches(response.records.bytes);
  if (!split) return stop(in_context(where(), split.error()));
  const auto cut_inside_first = split->batches.empty() && !response.records.bytes.empty();
  const auto before = *position_;
  auto next = before;
  // What SmartModules made of one record may come in several answers: the position moves with
  // the last of them.
  auto is_news = false;
  for (const auto& batch : split->batches) {
    next = std::max(next, batch.header.next_offset());
    is_news = is_news || batch.header.base_offset >= before;
  }
  // With an error, that offset is behind records which nobody has seen.
  const auto ends_early = !response.error_code.ok();
  if (!ends_early) next = std::max(next, response.next_filter_offset);

  FetchSteps steps;
  is_news = is_news || next > before;
  if (!split->batches.empty() && is_news) {
    Chunk chunk{.partition = settings_.partition,
                .generation = generation_,
                .frame = frame,
                .batches = std::move(split->batches),
                .from = before,
                .next = next,
                .high_watermark = response.high_watermark,
                .processed = has_smartmodules(),
                .ends_early = ends_early};
    if (end_) chunk.until = *end_;
    steps.emplace_back(step::Deliver{std::move(chunk)});
  }
  const auto append = [&steps](FetchSteps more) {
    for (auto& step : more) steps.push_back(std::move(step));
    return std::move(steps);
  };
  position_ = next;
  if (!response.error_code.ok()) return append(on_error(response.error_code));
  if (end_ && next >= *end_) {
    phase_ = Phase::stopped;
    return append(one(step::End{}));
  }
  if (cut_inside_first && next == before) return on_cut(split->cut_batch_bytes);
  idle_answers_ = is_news ? 0 : idle_answers_ + 1;
  if (idle_answers_ > idle_answers_max) {
    return append(
        stop({Errc::protocol,
              where() + ": the server repeats records before offset " + std::to_string(next),
              {}}));
  }
  if (!room) {
    pending_ack_ = true;
    return steps;
  }
  return append(one(acknowledge()));
}

// Not one whole batch came, so the answer was cut inside the first: ask for more at once.
FetchSteps FetchState::on_cut(std::optional<std::size_t> cut_batch_bytes) {
  const auto limit = static_cast<std::size_t>(settings_.fetch_bytes_limit);
  const auto now = static_cast<std::size_t>(fetch_bytes_);
  auto wanted = std::max(cut_batch_bytes.value_or(0), wire::batch_header_bytes);
  if (wanted <= now) wanted = now * 2;  // the server gives less than it was asked for
  if (wanted > limit) {
    return stop({Errc::too_large,
                 where() + ": the batch at offset " + std::to_string(*position_) + " has " +
                     std::to_string(cut_batch_bytes.value_or(wanted)) +
                     " bytes, more than the limit of " + std::to_string(limit) +
                     "; `seek` behind it to go on",
                 {}});
  }
  fetch_bytes_ = static_cast<std::int32_t>(wanted);
  return open_stream();
}

FetchSteps FetchState::on_error(const wire::ErrorCode& code) {
  auto error = to_client_error(code, where());
  if (code.code == wire::Code::offset_evicted && position_ && asked_from_ < *position_) {
    session_wanted_ = false;  // only the extra record is gone
    return open_stream();
  }
  if (is_passing(code.code)) return reconnect(std::move(error));
  return stop(std::move(error));
}

FetchStep FetchState::acknowledge() {
  pending_ack_ = false;
  return step::Acknowledge{{.offset = *position_, .session_id = session_.value_or(0)}};
}

FetchSteps FetchState::on_room() {
  if (phase_ != Phase::streaming || !pending_ack_) return {};
  return one(acknowledge());
}

FetchSteps FetchState::seek(Offset offset, std::uint64_t generation) {
  generation_ = generation;
  position_ = offset.value;
  session_wanted_ = false;
  const auto connected = phase_ == Phase::streaming || phase_ == Phase::asking;
  if (phase_ == Phase::stopped) {
    phase_ = Phase::offline;
    return one(step::Reconnect{{Errc::cancelled, "seek", {}}});
  }
  if (!connected) return {};
  if (settings_.until_end && !end_) return {};  // the bounds are being asked for
  return go_on();
}

}  // namespace sluice::client
