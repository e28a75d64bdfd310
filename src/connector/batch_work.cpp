// SPDX-License-Identifier: Apache-2.0
#include "connector/batch_work.hpp"

#include <algorithm>

#include "base/assert.hpp"

namespace sluice::connector {
namespace {

bool same_offset(const SinkRecord& a, const SinkRecord& b) {
  return a.partition == b.partition && a.offset == b.offset;
}

}  // namespace

std::size_t BatchWork::end_of_offset(std::size_t begin) const {
  auto end = begin + 1;
  while (end < batch_.size() && same_offset(batch_[begin], batch_[end])) ++end;
  return end;
}

std::size_t BatchWork::begin_of_offset(std::size_t at) const {
  while (at > 0 && same_offset(batch_[at - 1], batch_[at])) --at;
  return at;
}

std::size_t BatchWork::half(std::size_t begin, std::size_t end) const {
  const auto middle = begin_of_offset(begin + (end - begin) / 2);
  return middle > begin ? middle : std::min(end, end_of_offset(begin));
}

BatchWork::Batch BatchWork::next(Limits limits) {
  part_ = front_;
  while (part_ < batch_.size() && states_[part_].fate != Fate::open) ++part_;
  auto end = batch_.size();
  if (part_ < suspect_end_) end = half(part_, suspect_end_);
  if (part_ < culprit_) end = std::min(end, culprit_);
  if (part_ == culprit_ && culprit_ > 0) end = std::min(end, end_of_offset(part_));
  part_end_ = part_;
  std::uint64_t bytes = 0;
  while (part_end_ < end && states_[part_end_].fate == Fate::open) {
    const auto begin = part_end_;
    auto next_end = begin;
    for (const auto offset_end = end_of_offset(begin);
         next_end < offset_end && states_[next_end].fate == Fate::open; ++next_end) {
      const auto& record = batch_[next_end];
      bytes += record.value.size() + (record.key ? record.key->size() : 0);
    }
    const bool is_over = next_end - part_ > limits.records || bytes > limits.bytes;
    if (is_over && begin > part_) break;
    part_end_ = next_end;
  }
  return batch_.subspan(part_, part_end_ - part_);
}

void BatchWork::written(std::size_t count) {
  for (std::size_t at = 0; at < count; ++at) written_at(at);
}

void BatchWork::written_at(std::size_t at) {
  SLUICE_ASSERT(part_ + at < part_end_);
  states_[part_ + at].fate = Fate::written;
}

void BatchWork::give_up(std::size_t at) {
  SLUICE_ASSERT(part_ + at < part_end_);
  const auto begin = begin_of_offset(part_ + at);
  const auto end = end_of_offset(begin);
  for (auto i = begin; i < end; ++i) {
    if (states_[i].fate == Fate::open) states_[i].fate = Fate::given_up;
  }
  if (suspect_end_ <= end) suspect_end_ = 0;
}

std::uint32_t BatchWork::failed(std::size_t at) {
  SLUICE_ASSERT(part_ + at < part_end_);
  return ++states_[part_ + at].failures;
}

bool BatchWork::is_found() {
  suspect_end_ = part_end_;
  return end_of_offset(part_) >= part_end_;
}

void BatchWork::isolate(std::size_t at) {
  SLUICE_ASSERT(part_ + at < part_end_);
  culprit_ = begin_of_offset(part_ + at);
}

void BatchWork::written_if(const std::function<bool(const SinkRecord&)>& is_there) {
  for (auto i = front_; i < batch_.size(); ++i) {
    if (states_[i].fate == Fate::open && is_there(batch_[i])) states_[i].fate = Fate::written;
  }
}

std::optional<std::size_t> BatchWork::end_of_done(std::size_t begin, bool& given_up) const {
  if (begin >= batch_.size()) return std::nullopt;
  given_up = false;
  const auto end = end_of_offset(begin);
  for (auto i = begin; i < end; ++i) {
    if (states_[i].fate == Fate::open) return std::nullopt;
    given_up = given_up || states_[i].fate == Fate::given_up;
  }
  return end;
}

std::optional<BatchWork::Run> BatchWork::take() {
  Run run;
  const auto begin = front_;
  while (true) {
    bool given_up = false;
    const auto end = end_of_done(front_, given_up);
    if (!end) break;
    if (run.offsets > 0 &&
        (given_up != run.given_up || batch_[front_].partition != batch_[begin].partition)) {
      break;
    }
    run.given_up = given_up;
    ++run.offsets;
    front_ = *end;
  }
  if (run.offsets == 0) return std::nullopt;
  run.records = batch_.subspan(begin, front_ - begin);
  return run;
}

}  // namespace sluice::connector
