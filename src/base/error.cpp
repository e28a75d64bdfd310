// SPDX-License-Identifier: Apache-2.0
#include "sluice/error.hpp"

#include <array>
#include <cstddef>

#include "base/assert.hpp"

namespace sluice {
namespace {

constexpr auto rows = std::to_array<ErrcInfo>({
    {Errc::truncated, "truncated", false, 1, "the input ends too early"},
    {Errc::malformed, "malformed", false, 1, "the input breaks its format"},
    {Errc::too_large, "too_large", false, 1, "a length is over its limit"},
    {Errc::crc_mismatch, "crc_mismatch", false, 1, "the checksum does not match"},
    {Errc::unsupported, "unsupported", false, 1, "this is not supported"},
    {Errc::usage, "usage", false, 2, "wrong command line"},
    {Errc::invalid_config, "invalid_config", false, 2, "wrong configuration"},
    {Errc::invalid_argument, "invalid_argument", false, 2, "invalid value"},
    {Errc::io, "io", true, 3, "input or output failed"},
    {Errc::no_space, "no_space", true, 3, "the disk is full"},
    {Errc::permission_denied, "permission_denied", false, 3, "access is denied"},
    {Errc::address_in_use, "address_in_use", false, 3, "the port is taken"},
    {Errc::connection_refused, "connection_refused", true, 3, "nobody listens there"},
    {Errc::connection_lost, "connection_lost", true, 1, "the connection ended"},
    {Errc::unresolved_host, "unresolved_host", true, 3, "the host name has no address"},
    {Errc::tls, "tls", false, 3, "TLS failed"},
    {Errc::timed_out, "timed_out", true, 1, "the deadline passed"},
    {Errc::cancelled, "cancelled", false, 1, "cancelled"},
    {Errc::incompatible_server, "incompatible_server", false, 3, "no common protocol version"},
    {Errc::protocol, "protocol", false, 1, "the server broke the protocol"},
    {Errc::topic_not_found, "topic_not_found", false, 3, "no such topic"},
    {Errc::topic_exists, "topic_exists", false, 1, "the topic exists already"},
    {Errc::partition_not_found, "partition_not_found", false, 3, "no such partition"},
    {Errc::not_leader, "not_leader", true, 1, "the SPU does not lead the partition"},
    {Errc::offset_out_of_range, "offset_out_of_range", false, 1, "no such offset"},
    {Errc::offset_evicted, "offset_evicted", false, 1, "retention removed the offset"},
    {Errc::record_too_large, "record_too_large", false, 1, "the record is too large"},
    {Errc::compression, "compression", false, 1, "compression failed"},
    {Errc::smartmodule, "smartmodule", false, 1, "a SmartModule failed"},
    {Errc::server, "server", false, 1, "the server reports an error"},
    {Errc::outside_unavailable, "outside_unavailable", true, 1, "the outside system is away"},
    {Errc::outside_rejected, "outside_rejected", false, 1, "the outside system refuses this"},
    {Errc::already_running, "already_running", false, 3, "another instance is running"},
    {Errc::data_corrupt, "data_corrupt", false, 1, "stored data is corrupt"},
    {Errc::internal, "internal", false, 1, "internal error"},
});

constexpr bool each_row_is_at_its_code() {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (static_cast<std::size_t>(rows[i].code) != i) return false;
  }
  return rows.back().code == Errc::internal;
}
static_assert(each_row_is_at_its_code());

}  // namespace

const ErrcInfo& describe(Errc code) noexcept {
  const auto index = static_cast<std::size_t>(code);
  SLUICE_ASSERT(index < rows.size());
  return rows[index];
}

std::string Error::message() const {
  std::string text = context.empty() ? std::string(describe(code).text) : context;
  if (!server_text.empty()) {
    text += ": ";
    text += server_text;
  }
  return text;
}

Error in_context(std::string_view what, Error error) {
  std::string context(what);
  context += ": ";
  context += error.context.empty() ? describe(error.code).text : error.context;
  error.context = std::move(context);
  return error;
}

}  // namespace sluice
