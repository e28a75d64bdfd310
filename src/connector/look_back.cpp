// SPDX-License-Identifier: Apache-2.0
#include "connector/look_back.hpp"

#include <algorithm>
#include <utility>

namespace sluice::connector {
namespace {

using std::chrono::milliseconds;

constexpr std::int64_t first_window = 1'024;  // of records, when only an age is known
constexpr milliseconds stop_check_period{250};
constexpr milliseconds close_timeout{1'000};
constexpr std::chrono::seconds last_value_timeout{30};

ReadPlan plan_for(PartitionId partition, const StartAt& start) {
  ReadPlan plan;
  plan.options.partitions = {partition};
  plan.options.start = start;
  plan.options.until_end = true;
  return plan;
}

}  // namespace

void LookBackReader::look_back(RecordChain& chain, PartitionId partition, Offset before) {
  for (std::size_t step = 0; step < chain.size(); ++step) {
    const auto lookback = chain.lookback(step);
    if (!lookback) continue;
    const auto found = find(partition, before, *lookback);
    chain.look_back(step, {found.count, found.records});
  }
}

LookBackReader::Found LookBackReader::find(PartitionId partition, Offset before,
                                           const smartmodule::Lookback& lookback) {
  const auto now = std::chrono::floor<milliseconds>(clock_.wall()).time_since_epoch();
  const auto age = lookback.age ? std::chrono::ceil<milliseconds>(*lookback.age) : now;
  const auto oldest = std::max(now - age, milliseconds(0));
  const auto back = [&](std::int64_t count) {
    return Offset{std::max<std::int64_t>(before.value - count, 0)};
  };
  if (lookback.last > 0 || !lookback.age) {
    const auto most = static_cast<std::uint64_t>(before.value);
    const auto count = static_cast<std::int64_t>(std::min(lookback.last, most));
    return read(partition, back(count), before, lookback.age ? oldest : milliseconds(-1));
  }
  // Nobody knows at which offset an age begins: look twice as far until it is reached.
  for (auto window = first_window;; window *= 2) {
    auto found = read(partition, back(window), before, oldest);
    if (found.reached_age || found.reached_beginning) return found;
  }
}

std::unique_ptr<RecordReader> LookBackReader::open(PartitionId partition, const StartAt& start) {
  return cluster_.reader(topic_, plan_for(partition, start));
}

LookBackReader::Found LookBackReader::read(PartitionId partition, Offset first, Offset before,
                                           milliseconds oldest) {
  Found found{.reached_beginning = first.value == 0};
  if (first >= before) return found;
  auto reader = open(partition, StartAt::absolute(first));
  bool is_first = true;
  for (bool ended = false; !ended;) {
    if (stop_) throw Failure(Errc::cancelled, "told to stop while looking back");
    Next next;
    try {
      next = reader->next(stop_check_period);
    } catch (const Failure& failure) {
      if (failure.code() != Errc::offset_evicted || found.reached_beginning) throw;
      // Retention was there: what is left is all that there is.
      reader->close(close_timeout);
      reader = open(partition, StartAt::beginning());
      found = {.reached_beginning = true};
      is_first = true;
      continue;
    }
    ended = next.state == Next::State::ended;
    for (const auto& record : next.records) {
      ended = ended || record.offset >= before;
      if (record.offset >= before) break;
      const bool is_old = record.timestamp < oldest;
      if (std::exchange(is_first, false)) found.reached_age = is_old;
      if (is_old) continue;
      wire::append_record(found.records,
                          {.timestamp_delta = record.timestamp.count(),
                           .offset_delta = record.offset.value,
                           .key = record.key ? std::optional(as_bytes(*record.key)) : std::nullopt,
                           .value = as_bytes(record.value)});
      ++found.count;
    }
    if (found.records.size() > bytes_max_) {
      throw Failure(Errc::too_large, "the records to look back on are more than " +
                                         std::to_string(bytes_max_ >> 20U) +
                                         " MiB; choose a smaller `lookback`");
    }
    // The last record before the offset may be the last that is there.
    if (!next.records.empty() && next.records.back().offset.value + 1 >= before.value) ended = true;
  }
  reader->close(close_timeout);
  return found;
}

std::string last_value(Cluster& cluster, const std::string& topic) {
  const auto reader = cluster.reader(topic, plan_for(PartitionId{0}, StartAt::end(1)));
  const auto until = std::chrono::steady_clock::now() + last_value_timeout;
  std::string value;
  for (bool ended = false; !ended;) {
    if (std::chrono::steady_clock::now() > until) {
      throw Failure(Errc::timed_out, "reading the last record of the topic " + topic);
    }
    const auto next = reader->next(stop_check_period);
    if (!next.records.empty()) value = std::string(next.records.back().value);
    ended = next.state == Next::State::ended;
  }
  reader->close(close_timeout);
  return value;
}

}  // namespace sluice::connector
