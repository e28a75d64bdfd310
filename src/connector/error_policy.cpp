// SPDX-License-Identifier: Apache-2.0
#include "connector/error_policy.hpp"

#include <algorithm>
#include <array>

namespace sluice::connector {
namespace {

struct Row {
  Errc code;
  ErrorClass which;
};

constexpr auto rows = [] {
  using E = Errc;
  using C = ErrorClass;
  return std::to_array<Row>({
      {E::truncated, C::malformed},
      {E::malformed, C::malformed},
      {E::too_large, C::too_large},
      {E::crc_mismatch, C::fatal},
      {E::unsupported, C::fatal},
      {E::usage, C::fatal},
      {E::invalid_config, C::fatal},
      {E::invalid_argument, C::fatal},
      {E::io, C::unavailable},
      {E::no_space, C::unavailable},
      {E::permission_denied, C::fatal},
      {E::address_in_use, C::fatal},
      {E::connection_refused, C::unavailable},
      {E::connection_lost, C::unavailable},
      {E::unresolved_host, C::unavailable},
      {E::tls, C::fatal},
      {E::timed_out, C::unavailable},
      {E::cancelled, C::fatal},
      {E::incompatible_server, C::fatal},
      {E::protocol, C::fatal},
      {E::topic_not_found, C::fatal},
      {E::topic_exists, C::fatal},
      {E::partition_not_found, C::fatal},
      {E::not_leader, C::unavailable},
      {E::offset_out_of_range, C::fatal},
      {E::offset_evicted, C::fatal},
      {E::record_too_large, C::too_large},
      {E::compression, C::fatal},
      {E::smartmodule, C::fatal},  // `--transform-error` has a say before it comes here
      {E::server, C::fatal},
      {E::outside_unavailable, C::unavailable},
      {E::outside_rejected, C::rejected},
      {E::already_running, C::fatal},
      {E::data_corrupt, C::fatal},
      {E::internal, C::fatal},
  });
}();

constexpr bool each_row_is_at_its_code() {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (static_cast<std::size_t>(rows[i].code) != i) return false;
  }
  return rows.back().code == Errc::internal;
}
static_assert(each_row_is_at_its_code(), "each Errc needs its row, in the order of the enum");

ErrorPolicy policy_of(const ErrorOptions& options, ErrorClass which) {
  switch (which) {
    case ErrorClass::malformed:
      return options.on_malformed;
    case ErrorClass::rejected:
      return options.on_rejected;
    case ErrorClass::too_large:
      return options.on_too_large;
    case ErrorClass::unavailable:
      return options.on_unavailable;
    case ErrorClass::fatal:
      break;
  }
  return ErrorPolicy::stop;
}

ErrorPolicy policy_of(FaultPolicy policy) {
  switch (policy) {
    case FaultPolicy::skip:
      return ErrorPolicy::skip;
    case FaultPolicy::dead_letter:
      return ErrorPolicy::dead_letter;
    case FaultPolicy::stop:
      break;
  }
  return ErrorPolicy::stop;
}

}  // namespace

ErrorClass class_of(Errc code) noexcept {
  return rows[static_cast<std::size_t>(code)].which;
}

std::string_view name_of(ErrorClass which) noexcept {
  switch (which) {
    case ErrorClass::malformed:
      return "malformed";
    case ErrorClass::rejected:
      return "rejected";
    case ErrorClass::too_large:
      return "too_large";
    case ErrorClass::unavailable:
      return "unavailable";
    case ErrorClass::fatal:
      break;
  }
  return "fatal";
}

ErrorPolicy verdict(const ErrorOptions& options, Errc code, std::uint64_t attempts) {
  const auto which = class_of(code);
  const auto policy = policy_of(options, which);
  const bool tries_again = policy == ErrorPolicy::retry ||
                           (which == ErrorClass::unavailable && policy != ErrorPolicy::stop);
  if (!tries_again) return policy;
  if (options.retry_limit == 0 || attempts < options.retry_limit) return ErrorPolicy::retry;
  return policy == ErrorPolicy::retry ? policy_of(options.on_exhausted) : policy;
}

void CircuitBreaker::good(std::uint64_t records) {
  if (limit_ == 0) return;
  seen_ += records;
  forget();
}

bool CircuitBreaker::bad(std::uint64_t records) {
  if (limit_ == 0) return true;
  // Only as many of the earlier ones count as the window still has with these in it.
  const auto first = seen_ + records > window_ ? seen_ + records - window_ : 0;
  std::uint64_t earlier = 0;
  for (auto it = bad_.rbegin(); it != bad_.rend() && *it >= first; ++it) ++earlier;
  if (earlier + std::min(records, window_) > limit_) return false;
  for (std::uint64_t i = 0; i < records; ++i) bad_.push_back(seen_++);
  forget();
  return true;
}

void CircuitBreaker::forget() {
  while (!bad_.empty() && bad_.front() + window_ <= seen_) bad_.pop_front();
}

}  // namespace sluice::connector
