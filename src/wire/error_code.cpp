// SPDX-License-Identifier: Apache-2.0
#include "wire/error_code.hpp"

#include <algorithm>
#include <array>

#include "base/assert.hpp"

namespace sluice::wire {
namespace {

using enum ErrorPart;
using Shape = std::span<const ErrorPart>;

constexpr std::array one_text{text};
constexpr std::array two_texts{text, text};
constexpr std::array two_u64{u64, u64};
constexpr std::array two_i64{i64, i64};
constexpr std::array timeout{u64, u8};
constexpr std::array replica{text, u32};
constexpr std::array text_and_name{text, optional_text};
constexpr std::array runtime_error{text, i64, u8, optional_bytes, bytes};

// `{n}` in a text is value n of the payload.
constexpr auto rows = std::to_array<ErrorRow>({
    {Code::unknown_server_error, "UnknownServerError", {}, Errc::server, "unknown server error"},
    {Code::none, "None", {}, Errc::internal, "success"},
    {Code::offset_out_of_range,
     "OffsetOutOfRange",
     {},
     Errc::offset_out_of_range,
     "offset out of range"},
    {Code::other, "Other", one_text, Errc::server, "{0}"},
    {Code::not_leader_for_partition,
     "NotLeaderForPartition",
     {},
     Errc::not_leader,
     "the SPU is not the leader of the partition"},
    {Code::request_timed_out, "RequestTimedOut", timeout, Errc::timed_out,
     "the request took longer than its timeout of {0} ms"},
    {Code::message_too_large,
     "MessageTooLarge",
     {},
     Errc::record_too_large,
     "the message is too large"},
    {Code::permission_denied, "PermissionDenied", {}, Errc::permission_denied, "permission denied"},
    {Code::storage_error, "StorageError", {}, Errc::server, "storage error"},
    {Code::invalid_create_request,
     "InvalidCreateRequest",
     {},
     Errc::server,
     "invalid create request"},
    {Code::invalid_delete_request,
     "InvalidDeleteRequest",
     {},
     Errc::server,
     "invalid delete request"},
    {Code::offset_evicted, "OffsetEvicted", two_i64, Errc::offset_evicted,
     "retention removed offset {0}; the next available one is {1}"},
    {Code::partition_full, "PartitionFull", replica, Errc::no_space,
     "no space left in partition {1} of topic `{0}`"},
    {Code::partition_short_circuited,
     "PartitionShortCircuited",
     {},
     Errc::server,
     "the partition is short-circuited"},
    {Code::spu_error, "SpuError", {}, Errc::server, "an SPU error"},
    {Code::spu_registration_failed,
     "SpuRegisterationFailed",
     {},
     Errc::server,
     "the SPU could not be registered"},
    {Code::spu_offline, "SpuOffline", {}, Errc::not_leader, "the SPU is offline"},
    {Code::spu_not_found, "SpuNotFound", {}, Errc::server, "no such SPU"},
    {Code::spu_already_exists, "SpuAlreadyExists", {}, Errc::server, "the SPU exists already"},
    {Code::topic_error, "TopicError", {}, Errc::server, "a topic error"},
    {Code::topic_not_found, "TopicNotFound", {}, Errc::topic_not_found, "no such topic"},
    {Code::topic_already_exists,
     "TopicAlreadyExists",
     {},
     Errc::topic_exists,
     "the topic exists already"},
    {Code::topic_pending_initialization,
     "TopicPendingInitialization",
     {},
     Errc::not_leader,
     "the topic is not ready yet"},
    {Code::topic_invalid_configuration,
     "TopicInvalidConfiguration",
     {},
     Errc::invalid_argument,
     "the topic configuration is invalid"},
    {Code::topic_not_provisioned,
     "TopicNotProvisioned",
     {},
     Errc::server,
     "the topic is not provisioned"},
    {Code::topic_invalid_name,
     "TopicInvalidName",
     {},
     Errc::invalid_argument,
     "the topic name is invalid"},
    {Code::topic_deleted, "TopicDeleted", {}, Errc::topic_not_found, "the topic was deleted"},
    {Code::topic_invalid_replica_type,
     "TopicInvalidReplicaType",
     {},
     Errc::invalid_argument,
     "the topic has another type of replicas"},
    {Code::partition_pending_initialization,
     "PartitionPendingInitialization",
     {},
     Errc::not_leader,
     "the partition is not ready yet"},
    {Code::partition_not_leader,
     "PartitionNotLeader",
     {},
     Errc::not_leader,
     "the SPU is not the leader of the partition"},
    {Code::fetch_session_not_found,
     "FetchSessionNotFoud",
     {},
     Errc::protocol,
     "no such stream on this connection"},
    {Code::offset_flush_request_error, "OffsetFlushRequestError", one_text, Errc::server,
     "the consumer offset could not be flushed: {0}"},
    {Code::offset_management_disabled,
     "OffsetManagementDisabled",
     {},
     Errc::invalid_argument,
     "offset management is disabled"},
    {Code::max_retry_reached, "MaxRetryReached", {}, Errc::server, "too many retries"},
    {Code::managed_connector_error,
     "ManagedConnectorError",
     {},
     Errc::server,
     "a managed connector error"},
    {Code::managed_connector_not_found,
     "ManagedConnectorNotFound",
     {},
     Errc::server,
     "no such managed connector"},
    {Code::managed_connector_already_exists,
     "ManagedConnectorAlreadyExists",
     {},
     Errc::server,
     "the managed connector exists already"},
    {Code::smartmodule_error, "SmartModuleError", {}, Errc::smartmodule, "a SmartModule error"},
    {Code::smartmodule_not_found, "SmartModuleNotFound", one_text, Errc::smartmodule,
     "SmartModule `{0}` not found"},
    {Code::smartmodule_invalid, "SmartModuleInvalid", text_and_name, Errc::smartmodule,
     "SmartModule `{1}` is invalid: {0}"},
    {Code::smartmodule_invalid_exports, "SmartModuleInvalidExports", two_texts, Errc::smartmodule,
     "the exports of the SmartModule do not fit its kind {1}: {0}"},
    {Code::smartmodule_runtime_error, "SmartModuleRuntimeError", runtime_error, Errc::smartmodule,
     "the SmartModule failed at offset {1}: {0}"},
    {Code::smartmodule_chain_init_error, "SmartModuleChainInitError", one_text, Errc::smartmodule,
     "the SmartModule chain could not be made: {0}"},
    {Code::smartmodule_init_error, "SmartModuleInitError", one_text, Errc::smartmodule,
     "the SmartModule's init failed: {0}"},
    {Code::smartmodule_lookback_error, "SmartModuleLookBackError", one_text, Errc::smartmodule,
     "the SmartModule's look_back failed: {0}"},
    {Code::smartmodule_memory_limit_exceeded, "SmartModuleMemoryLimitExceeded", two_u64,
     Errc::smartmodule, "the SmartModule asked for {0} bytes of memory; the limit is {1}"},
    {Code::table_format_error, "TableFormatError", {}, Errc::server, "a table format error"},
    {Code::table_format_not_found, "TableFormatNotFound", {}, Errc::server, "no such table format"},
    {Code::table_format_already_exists,
     "TableFormatAlreadyExists",
     {},
     Errc::server,
     "the table format exists already"},
    {Code::derived_stream_object_error,
     "DerivedStreamObjectError",
     {},
     Errc::server,
     "a derived stream error"},
    {Code::derived_stream_not_found, "DerivedStreamNotFound", one_text, Errc::server,
     "derived stream `{0}` not found"},
    {Code::derived_stream_join_fetch_error,
     "DerivedStreamJoinFetchError",
     {},
     Errc::server,
     "the derived stream could not be fetched for its join"},
    {Code::derived_stream_invalid, "DerivedStreamInvalid", one_text, Errc::server,
     "derived stream `{0}` is invalid"},
    {Code::compression_error,
     "CompressionError",
     {},
     Errc::compression,
     "the topic does not allow this codec, or the codec failed"},
    {Code::deduplication_smartmodule_not_loaded,
     "DeduplicationSmartModuleNotLoaded",
     {},
     Errc::smartmodule,
     "the deduplication SmartModule is not loaded"},
    {Code::deduplication_smartmodule_name_invalid, "DeduplicationSmartModuleNameInvalid", one_text,
     Errc::smartmodule, "the name of the deduplication SmartModule is invalid: {0}"},
    {Code::mirror_not_found, "MirrorNotFound", {}, Errc::server, "no such mirror"},
    {Code::mirror_already_exists,
     "MirrorAlreadyExists",
     {},
     Errc::server,
     "the mirror exists already"},
    {Code::mirror_produce_from_home,
     "MirrorProduceFromHome",
     {},
     Errc::server,
     "the home cluster cannot produce to this mirror"},
    {Code::mirror_delete_from_remote,
     "MirrorDeleteFromRemote",
     {},
     Errc::server,
     "the remote cluster cannot delete this mirror"},
    {Code::mirror_invalid_type,
     "MirrorInvalidType",
     {},
     Errc::server,
     "the mirror has another type"},
    {Code::mirror_produce_from_remote_not_allowed,
     "MirrorProduceFromRemoteNotAllowed",
     {},
     Errc::server,
     "the remote cluster cannot produce to this mirror"},
    {Code::system_spec_deletion_attempt, "SystemSpecDeletionAttempt", two_texts,
     Errc::permission_denied, "{0} `{1}` belongs to the system and cannot be deleted"},
    {Code::system_spec_updating_attempt, "SystemSpecUpdatingAttempt", two_texts,
     Errc::permission_denied, "{0} `{1}` belongs to the system and cannot be changed"},
});
static_assert(std::ranges::is_sorted(rows, {}, &ErrorRow::code));

const ErrorRow* find(Code code) {
  const auto* const row = std::ranges::lower_bound(rows, code, {}, &ErrorRow::code);
  return row != rows.end() && row->code == code ? row : nullptr;
}

void put_integer(WireWriter& out, ErrorPart part, std::int64_t value) {
  switch (part) {
    case u8:
      return out.big_endian(static_cast<std::uint8_t>(value));
    case u32:
      return out.big_endian(static_cast<std::uint32_t>(value));
    default:
      return out.big_endian(value);
  }
}

void put_part(WireWriter& out, ErrorPart part, const ErrorValue* value) {
  static const std::string no_text;
  const auto* const plain = value == nullptr ? &no_text : std::get_if<std::string>(value);
  const auto* const maybe =
      value == nullptr ? nullptr : std::get_if<std::optional<std::string>>(value);
  switch (part) {
    case text:
      SLUICE_ASSERT(plain != nullptr);
      return out.string(fit_string(*plain));
    case bytes:
      SLUICE_ASSERT(plain != nullptr);
      return out.var_bytes(as_bytes(*plain));
    case optional_text:
    case optional_bytes:
      SLUICE_ASSERT(value == nullptr || maybe != nullptr);
      out.boolean(maybe != nullptr && maybe->has_value());
      if (maybe == nullptr || !maybe->has_value()) return;
      return part == optional_text ? out.string(fit_string(**maybe))
                                   : out.var_bytes(as_bytes(**maybe));
    default: {
      const auto* const number = value == nullptr ? nullptr : std::get_if<std::int64_t>(value);
      SLUICE_ASSERT(value == nullptr || number != nullptr);
      return put_integer(out, part, number == nullptr ? 0 : *number);
    }
  }
}

ErrorValue get_part(WireReader& in, ErrorPart part) {
  using Maybe = std::optional<std::string>;
  switch (part) {
    case u8:
      return std::int64_t{in.big_endian<std::uint8_t>()};
    case u32:
      return std::int64_t{in.big_endian<std::uint32_t>()};
    case u64:
    case i64:
      return in.big_endian<std::int64_t>();
    case text:
      return std::string(in.string());
    case bytes:
      return std::string(as_text(in.var_bytes()));
    case optional_text:
      return in.boolean() ? Maybe(in.string()) : Maybe();
    case optional_bytes:
      return in.boolean() ? Maybe(as_text(in.var_bytes())) : Maybe();
  }
  return std::int64_t{0};
}

std::string shown(ErrorPart part, const ErrorValue& value) {
  if (const auto* const plain = std::get_if<std::string>(&value)) return *plain;
  if (const auto* const maybe = std::get_if<std::optional<std::string>>(&value)) {
    return maybe->value_or("unnamed");
  }
  const auto number = std::get<std::int64_t>(value);
  return part == u64 ? std::to_string(static_cast<std::uint64_t>(number)) : std::to_string(number);
}

}  // namespace

std::span<const ErrorRow> error_rows() noexcept {
  return rows;
}

std::string ErrorCode::text() const {
  const auto* const row = find(code);
  SLUICE_ASSERT(row != nullptr);
  std::string out;
  for (auto rest = row->text; !rest.empty();) {
    const auto open = rest.find('{');
    out += rest.substr(0, open);
    if (open == std::string_view::npos) break;
    const auto index = static_cast<std::size_t>(rest[open + 1] - '0');
    if (index < values.size()) out += shown(row->payload[index], values[index]);
    rest.remove_prefix(open + 3);
  }
  return out;
}

std::string_view name_of(Code code) {
  const auto* const row = find(code);
  return row == nullptr ? "?" : row->name;
}

Error to_error(const ErrorCode& code, std::string_view what) {
  const auto* const row = find(code.code);
  SLUICE_ASSERT(row != nullptr);
  return {row->errc, std::string(what), code.text()};
}

void put(WireWriter& out, const ErrorCode& value, Version) {
  const auto* const row = find(value.code);
  SLUICE_ASSERT(row != nullptr && value.values.size() <= row->payload.size());
  out.big_endian(static_cast<std::int16_t>(value.code));
  for (std::size_t i = 0; i < row->payload.size(); ++i) {
    put_part(out, row->payload[i], i < value.values.size() ? &value.values[i] : nullptr);
  }
}

void get(WireReader& in, ErrorCode& value, Version) {
  value = {};
  const auto* const row = find(static_cast<Code>(in.big_endian<std::int16_t>()));
  if (row == nullptr) return in.set_fault(Errc::malformed);
  value.code = row->code;
  for (const auto part : row->payload) value.values.push_back(get_part(in, part));
}

}  // namespace sluice::wire
