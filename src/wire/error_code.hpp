// SPDX-License-Identifier: Apache-2.0
#pragma once

// Fluvio's error code: an i16 tag, then a payload whose layout depends on the tag. One table
// holds tag, name, payload and text, so an unknown tag makes the rest of a frame undecodable.
// Format: shared/reference/fluvio-protocol.md §6.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "wire/codec.hpp"

namespace sluice::wire {

enum class Code : std::int16_t {
  unknown_server_error = -1,
  none = 0,
  offset_out_of_range = 1,
  other = 2,
  not_leader_for_partition = 6,
  request_timed_out = 7,
  message_too_large = 10,
  permission_denied = 13,
  storage_error = 56,
  invalid_create_request = 60,
  invalid_delete_request = 61,
  offset_evicted = 71,
  partition_full = 72,
  partition_short_circuited = 73,
  spu_error = 1000,
  spu_registration_failed = 1001,
  spu_offline = 1002,
  spu_not_found = 1003,
  spu_already_exists = 1004,
  topic_error = 2000,
  topic_not_found = 2001,
  topic_already_exists = 2002,
  topic_pending_initialization = 2003,
  topic_invalid_configuration = 2004,
  topic_not_provisioned = 2005,
  topic_invalid_name = 2006,
  topic_deleted = 2007,
  topic_invalid_replica_type = 2008,
  partition_pending_initialization = 3000,
  partition_not_leader = 3001,
  fetch_session_not_found = 3002,
  offset_flush_request_error = 3003,
  offset_management_disabled = 3004,
  max_retry_reached = 3005,
  managed_connector_error = 5000,
  managed_connector_not_found = 5001,
  managed_connector_already_exists = 5002,
  smartmodule_error = 6000,
  smartmodule_not_found = 6001,
  smartmodule_invalid = 6002,
  smartmodule_invalid_exports = 6003,
  smartmodule_runtime_error = 6004,
  smartmodule_chain_init_error = 6005,
  smartmodule_init_error = 6006,
  smartmodule_lookback_error = 6007,
  smartmodule_memory_limit_exceeded = 6008,
  table_format_error = 7000,
  table_format_not_found = 7001,
  table_format_already_exists = 7002,
  derived_stream_object_error = 8000,
  derived_stream_not_found = 8001,
  derived_stream_join_fetch_error = 8002,
  derived_stream_invalid = 8003,
  compression_error = 9000,
  deduplication_smartmodule_not_loaded = 10000,
  deduplication_smartmodule_name_invalid = 10001,
  mirror_not_found = 11001,
  mirror_already_exists = 11002,
  mirror_produce_from_home = 11003,
  mirror_delete_from_remote = 11004,
  mirror_invalid_type = 11005,
  mirror_produce_from_remote_not_allowed = 11006,
  system_spec_deletion_attempt = 12001,
  system_spec_updating_attempt = 12002,
};

// One value of a payload, in payload order: every integer as i64 (u64 keeps its bits),
// strings and byte values as strings, an optional byte value as optional.
using ErrorValue = std::variant<std::int64_t, std::string, std::optional<std::string>>;

enum class ErrorPart : std::uint8_t {
  u8,
  u32,
  u64,
  i64,
  text,
  optional_text,
  bytes,
  optional_bytes
};

// The facts about one code. In `text`, `{n}` stands for value n of the payload.
struct ErrorRow {
  Code code;
  std::string_view name;  // `SmartModuleNotFound`; the protocol's own spelling
  std::span<const ErrorPart> payload;
  Errc errc;  // what a client tells its caller
  std::string_view text;
};
// Ascending by code.
[[nodiscard]] std::span<const ErrorRow> error_rows() noexcept;

// Values that are missing at the end are written as empty or zero; texts are cut to what a
// string can hold. Requires: not more values than the payload has, each of its kind.

struct ErrorCode {
  Code code = Code::none;
  std::vector<ErrorValue> values;

  ErrorCode() = default;
  ErrorCode(Code c) : code(c) {}  // NOLINT(google-explicit-constructor): a code is an error code
  ErrorCode(Code c, std::vector<ErrorValue> v) : code(c), values(std::move(v)) {}

  [[nodiscard]] bool ok() const noexcept { return code == Code::none; }
  // The table's text with the payload, for example "SmartModule `x` not found".
  [[nodiscard]] std::string text() const;
  friend bool operator==(const ErrorCode&, const ErrorCode&) = default;
};

// `SmartModuleNotFound`; the protocol's own spelling.
[[nodiscard]] std::string_view name_of(Code code);
// What the client tells its caller: the kind, with `text()` as the server's words.
[[nodiscard]] Error to_error(const ErrorCode& code, std::string_view what);

void put(WireWriter& out, const ErrorCode& value, Version version);
void get(WireReader& in, ErrorCode& value, Version version);

}  // namespace sluice::wire
