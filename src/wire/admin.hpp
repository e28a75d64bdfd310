// SPDX-License-Identifier: Apache-2.0
#pragma once

// The control plane's requests: create, delete, list, watch, update. Their bodies describe
// themselves: a type label, a length, and a body encoded with the header's version. Only
// version 11 and later, as every client of interest sends.
// Format: shared/reference/fluvio-protocol.md §5.1 to §5.3.

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "wire/api.hpp"
#include "wire/objects.hpp"

namespace sluice::wire {

//  +-------------+---------+-----------------+
//  | i16 + label | u32 len | len bytes: body |
//  +-------------+---------+-----------------+
struct TypeBuffer {
  std::string label;
  Bytes body;
  static constexpr auto fields() {
    return std::tuple{field<&TypeBuffer::label>("type"), field<&TypeBuffer::body>("body")};
  }
};

template <typename Body>
[[nodiscard]] TypeBuffer pack(std::string_view label, const Body& body, Version version) {
  return {std::string(label), encode(body, version)};
}
template <typename Body>
[[nodiscard]] Result<Body> unpack(const TypeBuffer& buffer, Version version) {
  return decode<Body>(buffer.body, version, buffer.label);
}

template <typename Spec>
struct CreateBody {
  std::string name;
  bool dry_run = false;
  std::optional<std::uint32_t> timeout_ms;
  Spec spec;
  static constexpr auto fields() {
    return std::tuple{field<&CreateBody::name>("name"), field<&CreateBody::dry_run>("dry_run"),
                      field<&CreateBody::timeout_ms>("timeout").since(7),
                      field<&CreateBody::spec>("spec")};
  }
};

template <typename Key>  // std::string, or CustomSpuKey
struct DeleteBody {
  Key key;
  bool force = false;
  static constexpr auto fields() {
    return std::tuple{field<&DeleteBody::key>("key"), field<&DeleteBody::force>("force").since(13)};
  }
};

struct AddPartition {
  std::uint32_t count = 0;
  static constexpr auto fields() { return std::tuple{field<&AddPartition::count>("count")}; }
};
struct AddMirror {
  std::string remote_cluster;
  bool home_to_mirror = false;
  static constexpr auto fields() {
    return std::tuple{field<&AddMirror::remote_cluster>("remote_cluster"),
                      field<&AddMirror::home_to_mirror>("home_to_mirror")};
  }
};
struct UpdateTopicBody {
  std::string key;
  std::variant<AddPartition, AddMirror> action;
  static constexpr auto fields() {
    return std::tuple{field<&UpdateTopicBody::key>("key"),
                      field<&UpdateTopicBody::action>("action")};
  }
};

struct ListBody {
  std::vector<std::string> name_filters;
  bool summary = false;
  bool system = false;
  static constexpr auto fields() {
    return std::tuple{field<&ListBody::name_filters>("name_filters"),
                      field<&ListBody::summary>("summary").since(10),
                      field<&ListBody::system>("system").since(13)};
  }
};

// One object with its name; partitions are named `<topic>-<index>`.
template <typename Spec>
struct Metadata {
  std::string name;
  Spec spec;
  typename status_of<Spec>::type status{};
  static constexpr auto fields() {
    return std::tuple{field<&Metadata::name>("name"), field<&Metadata::spec>("spec"),
                      field<&Metadata::status>("status")};
  }
};
template <typename Spec>
struct ListResponseBody {
  std::vector<Metadata<Spec>> items;
  static constexpr auto fields() { return std::tuple{field<&ListResponseBody::items>("items")}; }
};

struct WatchBody {
  std::int64_t epoch = 0;
  bool summary = false;
  static constexpr auto fields() {
    return std::tuple{field<&WatchBody::epoch>("epoch"),
                      field<&WatchBody::summary>("summary").since(10)};
  }
};
enum class ChangeKind : std::uint8_t { update, remove };
template <>
struct enum_table<ChangeKind> {
  using E = ChangeKind;
  static constexpr std::array rows{std::pair{E::update, std::string_view("update")},
                                   std::pair{E::remove, std::string_view("delete")}};
};
template <typename Spec>
struct Change {
  ChangeKind kind = ChangeKind::update;
  Metadata<Spec> object;
  static constexpr auto fields() {
    return std::tuple{field<&Change::kind>("op"), field<&Change::object>("object")};
  }
};
// A client replaces its cache when `all` is not empty, else applies `changes`; it ignores a
// frame with neither. So the loss of the last object must come as a change.
template <typename Spec>
struct WatchResponseBody {
  std::int64_t epoch = 0;
  std::vector<Change<Spec>> changes;
  std::vector<Metadata<Spec>> all;
  static constexpr auto fields() {
    return std::tuple{field<&WatchResponseBody::epoch>("epoch"),
                      field<&WatchResponseBody::changes>("changes"),
                      field<&WatchResponseBody::all>("all")};
  }
};

// The answer to create, delete and update; not in a type buffer.
struct StatusResponse {
  std::string name;
  ErrorCode error_code;
  std::optional<std::string> error_message;
  static constexpr auto fields() {
    return std::tuple{field<&StatusResponse::name>("name"),
                      field<&StatusResponse::error_code>("error_code"),
                      field<&StatusResponse::error_message>("error_message")};
  }
};

}  // namespace sluice::wire
