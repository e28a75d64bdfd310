// SPDX-License-Identifier: Apache-2.0
// What becomes of a source's records that cannot be sent, and of its tries to reach the outside.
#include <functional>
#include <utility>

#include "connector/source_session.hpp"

namespace sluice::connector {
namespace {

std::size_t hash_of(const RecordRef& record, Errc code) {
  constexpr std::hash<std::string_view> hash;
  return hash(record.value) ^ (hash(record.key.value_or("")) * 31) ^ static_cast<std::size_t>(code);
}

}  // namespace

void SourceSession::connected() {
  failures_ = 0;
  outside_.connected();
}

void SourceSession::disconnected(const Error& error) {
  trouble_ = error;
  outside_.disconnected(error);
}

std::chrono::milliseconds SourceSession::next_retry_delay() {
  // Whatever its code: the source means to try again.
  const auto policy = errors_.verdict(Errc::outside_unavailable, ++failures_);
  if (policy != ErrorPolicy::retry && trouble_) {
    stop_with(*trouble_);
    throw Failure(*trouble_);
  }
  return outside_.next_pause();
}

std::optional<Error> SourceSession::refusal_of(Parts parts) const {
  for (const auto& part : parts) {
    if (auto error = writer_.refuses(part)) return error;
  }
  return std::nullopt;
}

std::uint32_t SourceSession::attempts_of(const RecordRef& record, Errc code) {
  constexpr std::size_t remembered_max = 1'000;
  if (attempts_.size() >= remembered_max) attempts_.clear();
  return ++attempts_[hash_of(record, code)].count;
}

void SourceSession::forget_attempts(std::uint64_t through) {
  std::erase_if(attempts_, [&](const auto& one) {
    return one.second.settled && *one.second.settled <= through;
  });
}

void SourceSession::settle_failed(const RecordRef& record, DeadLetter letter,
                                  std::optional<Position> position, ErrorPolicy policy) {
  const auto error = letter.error;
  if (policy == ErrorPolicy::stop) stop_at(error, std::move(position));
  if (policy == ErrorPolicy::retry) {
    stats_.failed(1);  // it is read again
    refused_again_ = true;
    throw Failure(error);
  }
  if (auto too_many = errors_.leave_out(error)) stop_at(*std::move(too_many), std::move(position));
  stats_.error(error);
  errors_.log(error, policy);
  const bool is_kept = policy == ErrorPolicy::dead_letter;
  if (is_kept) {
    letter.position = position;
    if (record.key) letter.key = std::string(*record.key);
    letter.value = std::string(record.value);
  } else {
    stats_.filtered(letter.module.empty() ? name_of(class_of(error.code)) : skipped_reason);
  }
  Lock lock(guard_);
  const auto number = add(lock, is_kept ? Parts(&record, 1) : Parts(), std::move(position));
  lock.unlock();
  if (const auto found = attempts_.find(hash_of(record, error.code)); found != attempts_.end()) {
    found->second.settled = number;
    // It does not come again.
    if (source_.position_keeper() == PositionKeeper::nobody) attempts_.erase(found);
  }
  if (!is_kept) return;
  try {
    errors_.letters().write(
        {&letter, 1}, [this, number](const Outcome<Done>& outcome) { on_letter(number, outcome); });
  } catch (const Failure& failure) {
    refused(number, failure.error());
    throw;
  }
}

void SourceSession::stop_at(Error error, std::optional<Position> position) {
  flush();
  std::uint64_t number = 0;
  {
    // It stays open: nothing behind it is acknowledged.
    Lock lock(guard_);
    const RecordRef itself{};
    number = add(lock, {&itself, 1}, std::move(position));
  }
  refused(number, error);
  throw Failure(std::move(error));
}

void SourceSession::refuse(const RecordRef& original, const Error& error,
                           std::optional<Position> position) {
  const auto attempts = attempts_of(original, error.code);
  const auto policy = errors_.verdict(error.code, attempts);
  {
    Lock lock(guard_);
    admit(lock, original);
  }
  settle_failed(original, {.error = error, .attempts = attempts}, std::move(position), policy);
}

}  // namespace sluice::connector
