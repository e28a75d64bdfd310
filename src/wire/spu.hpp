// SPDX-License-Identifier: Apache-2.0
#pragma once

// The data node's requests: produce, fetch, stream fetch, offsets, consumer offsets, and the
// SmartModule invocations inside them.
// Format: shared/reference/fluvio-protocol.md §8 to §12.

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "wire/api.hpp"

namespace sluice::wire {

// ---- SmartModule invocation (§11) --------------------------------------------------------

struct PredefinedWasm {
  std::string name;
  static constexpr auto fields() { return std::tuple{field<&PredefinedWasm::name>("name")}; }
};
struct AdHocWasm {
  Bytes wasm;  // gzip
  static constexpr auto fields() { return std::tuple{field<&AdHocWasm::wasm>("wasm")}; }
};
using InvocationWasm = std::variant<PredefinedWasm, AdHocWasm>;

template <std::uint8_t Tag>
struct PlainKind {  // the tag says it all
  static constexpr auto fields() { return std::tuple{}; }
};
struct AggregateKind {
  Bytes accumulator;
  static constexpr auto fields() {
    return std::tuple{field<&AggregateKind::accumulator>("accumulator")};
  }
};
struct JoinKind {
  std::string topic;
  static constexpr auto fields() { return std::tuple{field<&JoinKind::topic>("topic")}; }
};
struct JoinStreamKind {
  std::string topic;
  std::string derived_stream;
  static constexpr auto fields() {
    return std::tuple{field<&JoinStreamKind::topic>("topic"),
                      field<&JoinStreamKind::derived_stream>("derivedstream")};
  }
};
using GenericContext = std::variant<PlainKind<0>, AggregateKind, JoinKind, JoinStreamKind>;
using FilterKind = PlainKind<0>;
using MapKind = PlainKind<1>;
using ArrayMapKind = PlainKind<2>;
using FilterMapKind = PlainKind<4>;
using InvocationKind = std::variant<FilterKind, MapKind, ArrayMapKind, AggregateKind, FilterMapKind,
                                    JoinKind, JoinStreamKind, GenericContext>;

struct Lookback {
  std::uint64_t last = 0;
  std::optional<std::chrono::nanoseconds> age;
  static constexpr auto fields() {
    return std::tuple{field<&Lookback::last>("last"), field<&Lookback::age>("age").since(21)};
  }
};
struct SmartModuleInvocation {
  InvocationWasm wasm;
  InvocationKind kind = GenericContext{};
  std::map<std::string, std::string> params;
  std::optional<Lookback> lookback;
  std::optional<std::string> name;
  static constexpr auto fields() {
    using S = SmartModuleInvocation;
    return std::tuple{field<&S::wasm>("wasm"), field<&S::kind>("kind"), field<&S::params>("params"),
                      field<&S::lookback>("lookback").since(20), field<&S::name>("name").since(25)};
  }
};

// ---- produce (§8) ------------------------------------------------------------------------

struct ProducePartition {
  std::uint32_t partition = 0;
  RecordSet records;
  static constexpr auto fields() {
    return std::tuple{field<&ProducePartition::partition>("partition"),
                      field<&ProducePartition::records>("records")};
  }
};
struct ProduceTopic {
  std::string name;
  std::vector<ProducePartition> partitions;
  static constexpr auto fields() {
    return std::tuple{field<&ProduceTopic::name>("name"),
                      field<&ProduceTopic::partitions>("partitions")};
  }
};
struct ProducePartitionResult {
  std::uint32_t partition = 0;
  ErrorCode error_code;
  std::int64_t base_offset = 0;
  std::int64_t log_append_time_ms = 0;
  std::int64_t log_start_offset = 0;
  static constexpr auto fields() {
    using P = ProducePartitionResult;
    return std::tuple{field<&P::partition>("partition"), field<&P::error_code>("error_code"),
                      field<&P::base_offset>("base_offset"),
                      field<&P::log_append_time_ms>("log_append_time_ms").since(2),
                      field<&P::log_start_offset>("log_start_offset").since(5)};
  }
};
struct ProduceTopicResult {
  std::string name;
  std::vector<ProducePartitionResult> partitions;
  static constexpr auto fields() {
    return std::tuple{field<&ProduceTopicResult::name>("name"),
                      field<&ProduceTopicResult::partitions>("partitions")};
  }
};
struct ProduceResponse {
  std::vector<ProduceTopicResult> topics;
  std::int32_t throttle_time_ms = 0;
  static constexpr auto fields() {
    return std::tuple{field<&ProduceResponse::topics>("responses"),
                      field<&ProduceResponse::throttle_time_ms>("throttle_time_ms").since(1)};
  }
};
struct ProduceRequest {
  using Response = ProduceResponse;
  static constexpr SpuApi key = SpuApi::produce;
  std::optional<std::string> transactional_id;
  std::int16_t acks = 1;  // any negative number: wait until committed
  std::int32_t timeout_ms = 1'500;
  std::vector<ProduceTopic> topics;
  std::vector<SmartModuleInvocation> smartmodules;
  static constexpr auto fields() {
    using P = ProduceRequest;
    return std::tuple{field<&P::transactional_id>("transactional_id"), field<&P::acks>("acks"),
                      field<&P::timeout_ms>("timeout_ms"), field<&P::topics>("topics"),
                      field<&P::smartmodules>("smartmodules")};
  }
};

// ---- what both kinds of fetch share (fetch.hpp, and below) ----------------------------------

enum class WireIsolation : std::uint8_t { read_uncommitted, read_committed };
template <>
struct enum_table<WireIsolation> {
  using E = WireIsolation;
  static constexpr std::array rows{
      std::pair{E::read_uncommitted, std::string_view("read_uncommitted")},
      std::pair{E::read_committed, std::string_view("read_committed")}};
};
struct AbortedTransaction {
  std::int64_t producer_id = 0;
  std::int64_t first_offset = 0;
  static constexpr auto fields() {
    return std::tuple{field<&AbortedTransaction::producer_id>("producer_id"),
                      field<&AbortedTransaction::first_offset>("first_offset")};
  }
};

// ---- stream fetch (§10) ------------------------------------------------------------------

struct StreamFetchResponse {
  std::string topic;
  std::uint32_t stream_id = 0;
  std::uint32_t partition = 0;
  ErrorCode error_code;
  std::int64_t high_watermark = 0;
  std::int64_t next_filter_offset = 0;
  std::int64_t log_start_offset = 0;
  std::optional<std::vector<AbortedTransaction>> aborted;
  RecordSet records;
  static constexpr auto fields() {
    using S = StreamFetchResponse;
    return std::tuple{field<&S::topic>("topic"),
                      field<&S::stream_id>("stream_id"),
                      field<&S::partition>("partition"),
                      field<&S::error_code>("error_code"),
                      field<&S::high_watermark>("high_watermark"),
                      field<&S::next_filter_offset>("next_filter_offset").since(11),
                      field<&S::log_start_offset>("log_start_offset"),
                      field<&S::aborted>("aborted"),
                      field<&S::records>("records")};
  }
};
struct DerivedStream {
  std::string name;
  std::map<std::string, std::string> params;
  static constexpr auto fields() {
    return std::tuple{field<&DerivedStream::name>("stream"),
                      field<&DerivedStream::params>("params")};
  }
};
struct StreamFetchRequest {
  using Response = StreamFetchResponse;
  static constexpr SpuApi key = SpuApi::stream_fetch;
  std::string topic;
  std::uint32_t partition = 0;
  std::int64_t fetch_offset = 0;
  std::int32_t max_bytes = 1'048'890;
  WireIsolation isolation = WireIsolation::read_uncommitted;
  Bytes wasm_module;                                 // versions 11 to 18
  std::optional<SmartModuleInvocation> smartmodule;  // versions 16 to 18
  std::optional<DerivedStream> derived_stream;       // versions 16 to 18
  std::vector<SmartModuleInvocation> smartmodules;
  std::optional<std::string> consumer_id;
  static constexpr auto fields() {
    using S = StreamFetchRequest;
    return std::tuple{field<&S::topic>("topic"),
                      field<&S::partition>("partition"),
                      field<&S::fetch_offset>("fetch_offset"),
                      field<&S::max_bytes>("max_bytes"),
                      field<&S::isolation>("isolation"),
                      field<&S::wasm_module>("wasm_module").since(11).until(18),
                      field<&S::smartmodule>("smartmodule").since(16).until(18),
                      field<&S::derived_stream>("derivedstream").since(16).until(18),
                      field<&S::smartmodules>("smartmodules").since(18),
                      field<&S::consumer_id>("consumer_id").since(23)};
  }
};

// ---- offsets (§9) ------------------------------------------------------------------------

struct OffsetsOfPartition {
  ErrorCode error_code;
  std::uint32_t partition = 0;
  std::int64_t start_offset = 0;
  std::int64_t last_stable_offset = 0;
  static constexpr auto fields() {
    using O = OffsetsOfPartition;
    return std::tuple{field<&O::error_code>("error_code"), field<&O::partition>("partition"),
                      field<&O::start_offset>("start_offset"),
                      field<&O::last_stable_offset>("last_stable_offset")};
  }
};
struct OffsetsOfTopic {
  std::string topic;
  std::vector<OffsetsOfPartition> partitions;
  static constexpr auto fields() {
    return std::tuple{field<&OffsetsOfTopic::topic>("topic"),
                      field<&OffsetsOfTopic::partitions>("partitions")};
  }
};
struct FetchOffsetsResponse {
  std::vector<OffsetsOfTopic> topics;
  static constexpr auto fields() {
    return std::tuple{field<&FetchOffsetsResponse::topics>("topics")};
  }
};
struct FetchOffsetsTopic {
  std::string topic;
  std::vector<std::uint32_t> partitions;
  static constexpr auto fields() {
    return std::tuple{field<&FetchOffsetsTopic::topic>("topic"),
                      field<&FetchOffsetsTopic::partitions>("partitions")};
  }
};
struct FetchOffsetsRequest {
  using Response = FetchOffsetsResponse;
  static constexpr SpuApi key = SpuApi::fetch_offsets;
  std::vector<FetchOffsetsTopic> topics;
  std::optional<std::string> consumer_id;
  static constexpr auto fields() {
    return std::tuple{field<&FetchOffsetsRequest::topics>("topics"),
                      field<&FetchOffsetsRequest::consumer_id>("consumer_id").only(23)};
  }
};

struct UpdateOffset {
  std::int64_t offset = 0;
  std::uint32_t session_id = 0;
  static constexpr auto fields() {
    return std::tuple{field<&UpdateOffset::offset>("offset"),
                      field<&UpdateOffset::session_id>("session_id")};
  }
};
struct UpdateOffsetResult {
  std::uint32_t session_id = 0;
  ErrorCode error_code;
  static constexpr auto fields() {
    return std::tuple{field<&UpdateOffsetResult::session_id>("session_id"),
                      field<&UpdateOffsetResult::error_code>("error_code")};
  }
};
struct UpdateOffsetsResponse {
  std::vector<UpdateOffsetResult> offsets;
  static constexpr auto fields() {
    return std::tuple{field<&UpdateOffsetsResponse::offsets>("offsets")};
  }
};
// Flow control of a stream, not the state of a consumer.
struct UpdateOffsetsRequest {
  using Response = UpdateOffsetsResponse;
  static constexpr SpuApi key = SpuApi::update_offsets;
  std::vector<UpdateOffset> offsets;
  static constexpr auto fields() {
    return std::tuple{field<&UpdateOffsetsRequest::offsets>("offsets")};
  }
};

// ---- managed consumer offsets (§12) ------------------------------------------------------

struct UpdateConsumerOffsetResponse {
  std::int64_t offset = 0;
  ErrorCode error_code;
  static constexpr auto fields() {
    return std::tuple{field<&UpdateConsumerOffsetResponse::offset>("offset"),
                      field<&UpdateConsumerOffsetResponse::error_code>("error_code")};
  }
};
struct UpdateConsumerOffsetRequest {
  using Response = UpdateConsumerOffsetResponse;
  static constexpr SpuApi key = SpuApi::update_consumer_offset;
  std::int64_t offset = 0;  // the last seen one; a consumer resumes at the next
  std::uint32_t session_id = 0;
  static constexpr auto fields() {
    return std::tuple{field<&UpdateConsumerOffsetRequest::offset>("offset"),
                      field<&UpdateConsumerOffsetRequest::session_id>("session_id")};
  }
};
struct DeleteConsumerOffsetResponse {
  ErrorCode error_code;
  static constexpr auto fields() {
    return std::tuple{field<&DeleteConsumerOffsetResponse::error_code>("error_code")};
  }
};
struct DeleteConsumerOffsetRequest {
  using Response = DeleteConsumerOffsetResponse;
  static constexpr SpuApi key = SpuApi::delete_consumer_offset;
  std::string topic;
  std::uint32_t partition = 0;
  std::string consumer_id;
  static constexpr auto fields() {
    return std::tuple{field<&DeleteConsumerOffsetRequest::topic>("topic"),
                      field<&DeleteConsumerOffsetRequest::partition>("partition"),
                      field<&DeleteConsumerOffsetRequest::consumer_id>("consumer_id")};
  }
};
struct ConsumerOffset {
  std::string consumer_id;
  std::string topic;
  std::uint32_t partition = 0;
  std::int64_t offset = 0;
  std::uint64_t modified_time_s = 0;
  static constexpr auto fields() {
    using C = ConsumerOffset;
    return std::tuple{field<&C::consumer_id>("consumer_id"), field<&C::topic>("topic"),
                      field<&C::partition>("partition"), field<&C::offset>("offset"),
                      field<&C::modified_time_s>("modified_time")};
  }
};
struct FetchConsumerOffsetsResponse {
  ErrorCode error_code;
  std::vector<ConsumerOffset> consumers;
  static constexpr auto fields() {
    return std::tuple{field<&FetchConsumerOffsetsResponse::error_code>("error_code"),
                      field<&FetchConsumerOffsetsResponse::consumers>("consumers")};
  }
};
struct ReplicaKey {
  std::string topic;
  std::uint32_t partition = 0;
  static constexpr auto fields() {
    return std::tuple{field<&ReplicaKey::topic>("topic"),
                      field<&ReplicaKey::partition>("partition")};
  }
};
struct ConsumerOffsetFilter {
  std::optional<ReplicaKey> replica;
  std::optional<std::string> consumer_id;
  static constexpr auto fields() {
    return std::tuple{field<&ConsumerOffsetFilter::replica>("replica"),
                      field<&ConsumerOffsetFilter::consumer_id>("consumer_id")};
  }
};
struct FetchConsumerOffsetsRequest {
  using Response = FetchConsumerOffsetsResponse;
  static constexpr SpuApi key = SpuApi::fetch_consumer_offsets;
  std::optional<ConsumerOffsetFilter> filter;
  static constexpr auto fields() {
    return std::tuple{field<&FetchConsumerOffsetsRequest::filter>("filter").since(24)};
  }
};

}  // namespace sluice::wire
