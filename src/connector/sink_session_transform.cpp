// SPDX-License-Identifier: Apache-2.0
// A sink's records and SmartModules: what is left out, and the letters.
#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "connector/record_bytes.hpp"
#include "connector/sink_session.hpp"

namespace sluice::connector {

void SinkSession::transform_with(const Transforms& transforms) {
  LookBack look_back;
  if (transforms.looks_back()) {
    look_back_.emplace(cluster_, settings_.topic, clock_, stopping_);
    look_back = [this](RecordChain& chain, PartitionId partition, Offset before) {
      look_back_->look_back(chain, partition, before);
    };
  }
  transform_.emplace(transforms, std::move(look_back));
}

Records SinkSession::transform(const Records& records) {
  const auto partition = records.partition();
  SinkTransform::Output output;
  try {
    output = transform_->run(records);
  } catch (const Failure& failure) {
    ended_ = true;
    if (stopping_) return {};  // the next run reads them again
    stats_.error(failure.error());
    fault_ = failure.error();
    unfinished_ += records.size();
    return {};
  }
  settle_faults(records, output);
  stats_.filtered(filtered_reason, output.filtered);
  auto last = records.back().offset;
  if (output.stopped) last = {output.faults.back().record->offset.value - 1};
  // At a stop the first record may be the one.
  if (last >= records.front().offset) {
    commit(partition, commits_.read(partition, last, output.records.size()));
  }
  if (errors_.wants_letters() && !output.records.empty()) {
    originals_[partition].push_back(records);
    originals_bytes_ += bytes_of_records(records);
  }
  return std::move(output.records);
}

namespace {

// Of what a chain made, only what is before a record of its input.
void keep_before(const Records& records, SinkTransform::Output& output, std::size_t fault) {
  const auto* const end = output.faults[fault].record;
  std::vector<ConsumedRecord> kept;
  std::size_t behind = static_cast<std::size_t>(records.end() - end) - 1;
  behind -= output.faults.size() - fault - 1;
  std::optional<Offset> last;
  for (const auto& record : output.records) {
    if (record.offset < end->offset) {
      kept.push_back(record);
    } else if (std::exchange(last, record.offset) != record.offset) {
      --behind;
    }
  }
  output.filtered -= behind;
  output.faults.resize(fault + 1);
  output.stopped = true;
  output.records = Records(records.partition(), std::move(kept),
                           std::make_shared<std::pair<Records, Records>>(records, output.records));
}

}  // namespace

void SinkSession::settle_faults(const Records& records, SinkTransform::Output& output) {
  const auto policy = as_error_policy(errors_.on_transform());
  const auto place = "partition " + std::to_string(records.partition().value);
  std::vector<DeadLetter> letters;
  std::uint64_t skipped = 0;
  const auto* next = records.begin();
  for (std::size_t i = 0; i < output.faults.size(); ++i) {
    const auto& fault = output.faults[i];
    const auto error = in_context(place, fault.fault.to_error());
    errors_.good(static_cast<std::uint64_t>(fault.record - next));
    next = fault.record + 1;
    if (output.stopped && i + 1 == output.faults.size()) {
      stop_at(records, fault, error);
    } else if (auto too_many = errors_.leave_out(error)) {
      stop_at(records, fault, *std::move(too_many));
      keep_before(records, output, i);
    } else {
      stats_.error(error);
      errors_.log(error, policy);
      if (policy == ErrorPolicy::skip) ++skipped;
      if (policy == ErrorPolicy::dead_letter) {
        letters.push_back(letter_of(records.partition(), fault));
      }
    }
  }
  if (!fault_) errors_.good(static_cast<std::uint64_t>(records.end() - next));
  if (!letters.empty()) write_letters(letters);
  stats_.dead_lettered(letters.size());
  stats_.filtered(skipped_reason, skipped);
}

void SinkSession::stop_at(const Records& records, const SinkTransform::Fault& fault, Error error) {
  fault_ = std::move(error);
  stats_.error(*fault_);
  stats_.failed(1);
  unfinished_ += static_cast<std::uint64_t>(records.end() - fault.record);
}

DeadLetter SinkSession::letter_of(PartitionId partition, const SinkTransform::Fault& fault) const {
  auto letter = dead_letter(fault.fault);
  const auto& record = *fault.record;
  letter.partition = partition;
  letter.offset = record.offset;
  letter.timestamp = record.timestamp;
  if (record.key) letter.key = std::string(*record.key);
  letter.value = std::string(record.value);
  return letter;
}

void SinkSession::write_letters(std::span<const DeadLetter> letters) {
  struct Wait {
    std::optional<Outcome<Done>> outcome;
  };
  Backoff backoff(settings_.backoff);
  while (true) {
    // Shared with the callback, which may come after a wait that was given up.
    const auto wait = std::make_shared<Wait>();
    errors_.letters().write(letters, [this, wait](Outcome<Done> outcome) {
      const std::lock_guard lock(guard_);
      wait->outcome = std::move(outcome);
      changed_.notify_all();
    });
    std::unique_lock lock(guard_);
    changed_.wait(lock, [&] { return wait->outcome || abandoned_; });
    if (!wait->outcome) throw Failure(Errc::cancelled, "writing a dead letter");
    if (wait->outcome->ok()) return;
    const auto error = wait->outcome->error();
    lock.unlock();
    stats_.error(error);
    if (!error.retryable()) throw Failure(error);
    stats_.retry();
    log::warn("connector.dead_letters", "cannot write a dead letter, trying again",
              {{"error", error.message()}});
    pause(backoff.next());
  }
}

}  // namespace sluice::connector
