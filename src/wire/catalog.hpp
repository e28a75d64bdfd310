// SPDX-License-Identifier: Apache-2.0
#pragma once

// Every message in one list, for what treats them all alike: the recorder's tools, the tests,
// the fuzzers and the protocol page. A broker or client names the messages it means instead.

#include <cstdint>
#include <string_view>
#include <type_traits>

#include "wire/admin.hpp"
#include "wire/fetch.hpp"
#include "wire/spu.hpp"

namespace sluice::wire {

template <typename... T>
struct TypeList {
  static constexpr std::size_t size = sizeof...(T);
  // Calls `f(std::type_identity<T>)` for each, until one says true.
  template <typename F>
  static constexpr bool any(F&& f) {
    return (f(std::type_identity<T>{}) || ...);
  }
  template <typename F>
  static constexpr void each(F&& f) {
    (f(std::type_identity<T>{}), ...);
  }
};

using SpuRequests = TypeList<ProduceRequest, FetchRequest, FetchOffsetsRequest, StreamFetchRequest,
                             UpdateOffsetsRequest, UpdateConsumerOffsetRequest,
                             DeleteConsumerOffsetRequest, FetchConsumerOffsetsRequest>;

// What can be done with which object of the control plane.
using ListSpecs = TypeList<TopicSpec, PartitionSpec, SpuSpec, CustomSpuSpec, SmartModuleSpec,
                           SpuGroupSpec, TableFormatSpec, MirrorSpec>;
using CreateSpecs =
    TypeList<TopicSpec, CustomSpuSpec, SmartModuleSpec, SpuGroupSpec, TableFormatSpec, MirrorSpec>;
using DeleteSpecs = CreateSpecs;
using WatchSpecs =
    TypeList<TopicSpec, PartitionSpec, SpuSpec, SmartModuleSpec, SpuGroupSpec, TableFormatSpec>;
using UpdateSpecs = TypeList<TopicSpec>;

template <typename Spec>
using DeleteBodyOf =
    DeleteBody<std::conditional_t<std::is_same_v<Spec, CustomSpuSpec>, CustomSpuKey, std::string>>;

namespace detail {

template <template <typename> typename Body, typename Specs, typename F>
bool with_body(Specs, std::string_view label, F& f) {
  return Specs::any([&]<typename Spec>(std::type_identity<Spec>) {
    if (Spec::label != label) return false;
    f(std::type_identity<Body<Spec>>{});
    return true;
  });
}
template <typename Spec>
using AnyListBody = std::enable_if_t<true || Message<Spec>, ListBody>;
template <typename Spec>
using AnyWatchBody = std::enable_if_t<true || Message<Spec>, WatchBody>;
template <typename Spec>
using AnyUpdateBody = std::enable_if_t<true || Message<Spec>, UpdateTopicBody>;

}  // namespace detail

// Calls `f(std::type_identity<Body>)` with the type of the body that a request with this
// label has. False when the label does not go with the request.
template <typename F>
bool with_request_body(ScApi api, std::string_view label, F f) {
  switch (api) {
    case ScApi::create:
      return detail::with_body<CreateBody>(CreateSpecs{}, label, f);
    case ScApi::remove:
      return detail::with_body<DeleteBodyOf>(DeleteSpecs{}, label, f);
    case ScApi::list:
      return detail::with_body<detail::AnyListBody>(ListSpecs{}, label, f);
    case ScApi::watch:
      return detail::with_body<detail::AnyWatchBody>(WatchSpecs{}, label, f);
    case ScApi::update:
      return detail::with_body<detail::AnyUpdateBody>(UpdateSpecs{}, label, f);
    case ScApi::api_versions:
    case ScApi::mirroring:
      break;
  }
  return false;
}

// The same for the answers that have a type buffer: those to list and watch.
template <typename F>
bool with_response_body(ScApi api, std::string_view label, F f) {
  if (api == ScApi::list) return detail::with_body<ListResponseBody>(ListSpecs{}, label, f);
  if (api == ScApi::watch) return detail::with_body<WatchResponseBody>(WatchSpecs{}, label, f);
  return false;
}

}  // namespace sluice::wire
