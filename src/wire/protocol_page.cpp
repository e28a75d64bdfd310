// SPDX-License-Identifier: Apache-2.0
#include "wire/protocol_page.hpp"

#include <set>
#include <span>

#include "wire/catalog.hpp"
#include "wire/golden_exceptions.hpp"

namespace sluice::wire {
namespace {

// What stands for the object in the bodies that all objects share.
struct Spec {
  static constexpr auto fields() { return std::tuple{}; }
};
struct Status {
  static constexpr auto fields() { return std::tuple{}; }
};

}  // namespace
template <>
struct status_of<Spec> {
  using type = Status;
};
namespace {

// The name of a message as the code has it, without namespaces.
template <typename T>
std::string name_of_type() {
  std::string_view name = __PRETTY_FUNCTION__;
  name.remove_prefix(name.find("T = ") + 4);
  name.remove_suffix(1);
  std::string out(name);
  for (const std::string_view space : {"sluice::wire::", "(anonymous namespace)::"}) {
    for (auto at = out.find(space); at != std::string::npos; at = out.find(space)) {
      out.erase(at, space.size());
    }
  }
  return out.substr(0, out.find('<'));
}

// Where the tags have better names than the types behind them.
template <typename V>
constexpr std::array<std::string_view, std::variant_size_v<V>> tag_names{};
template <>
constexpr std::array<std::string_view, 8> tag_names<InvocationKind>{
    "filter", "map", "array_map", "aggregate", "filter_map", "join", "join_stream", "generic"};
template <>
constexpr std::array<std::string_view, 4> tag_names<GenericContext>{"none", "aggregate", "join",
                                                                    "join_stream"};
template <>
constexpr std::array<std::string_view, 6> tag_names<MirrorPairStatus>{
    "waiting", "successful", "failed", "disabled", "unauthorized", "detail"};

template <typename T>
std::string layout_of();

template <typename T>
std::string integer_name() {
  return (std::is_signed_v<T> ? "i" : "u") + std::to_string(sizeof(T) * 8);
}

template <typename V>
std::string variant_layout() {
  std::string out = "(u8 tag:";
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    const auto one = [&]<typename T>(std::type_identity<T>, std::size_t tag) {
      out += (tag == 0 ? " " : ", ") + std::to_string(tag);
      if (!tag_names<V>[tag].empty()) out += " " + std::string(tag_names<V>[tag]);
      bool empty = false;
      if constexpr (Message<T>) empty = std::tuple_size_v<decltype(T::fields())> == 0;
      if (!empty) out += " " + layout_of<T>();
    };
    (one(std::type_identity<std::variant_alternative_t<I, V>>{}, I), ...);
  }(std::make_index_sequence<std::variant_size_v<V>>{});
  return out + ")";
}

template <typename T>
std::string layout_of() {
  if constexpr (std::same_as<T, bool>) {
    return "bool";
  } else if constexpr (std::integral<T>) {
    return integer_name<T>();
  } else if constexpr (std::is_enum_v<T>) {
    return integer_name<std::underlying_type_t<T>>() + " `" + name_of_type<T>() + "`";
  } else if constexpr (std::same_as<T, std::string>) {
    return "string";
  } else if constexpr (std::same_as<T, RecordSet>) {
    return "i32 length + record batches";
  } else if constexpr (std::same_as<T, std::chrono::nanoseconds>) {
    return "u64 s + u32 ns";
  } else if constexpr (is_bytes<T>) {
    return "u32 length + bytes";
  } else if constexpr (is_optional<T>::value) {
    return "?" + layout_of<typename T::value_type>();
  } else if constexpr (is_vector<T>::value) {
    return "[" + layout_of<typename T::value_type>() + "]";
  } else if constexpr (is_map<T>::value) {
    return "{" + layout_of<typename T::key_type>() + ": " + layout_of<typename T::mapped_type>() +
           "}";
  } else if constexpr (std::same_as<T, CustomSpuKey>) {
    return "string `Name` + string, or string `Id` + i32";
  } else if constexpr (is_variant<T>::value) {
    return variant_layout<T>();
  } else {
    return "`" + name_of_type<T>() + "`";
  }
}

template <auto Member>
std::string versions_of(const Field<Member>& row) {
  if (row.first == row.last) return std::to_string(row.first);
  if (row.last != version_max) return std::to_string(row.first) + " to " + std::to_string(row.last);
  return row.first == 0 ? "all" : "from " + std::to_string(row.first);
}

std::string number(auto value) {
  return std::to_string(static_cast<std::int64_t>(value));
}

class Page {
 public:
  void line(std::string_view text = {}) { out_.append(text) += '\n'; }
  void heading(std::string_view text) {
    line();
    line("## " + std::string(text));
    line();
  }

  // The table of a message, and then those of the messages inside it that were not there yet.
  template <typename T>
  void message(std::string_view about = {}) {
    if (!seen_.insert(name_of_type<T>()).second) return;
    line();
    line("### `" + name_of_type<T>() + "`");
    line();
    if (!about.empty()) {
      line(about);
      line();
    }
    if constexpr (std::tuple_size_v<decltype(T::fields())> == 0) {
      line("Takes no bytes.");
    } else {
      line("| field | layout | versions |");
      line("| --- | --- | --- |");
    }
    std::apply([&](const auto&... rows) { (row<T>(rows), ...); }, T::fields());
    std::apply([&](const auto&... rows) { (inside<T>(rows), ...); }, T::fields());
  }
  // What a field of this type needs: the messages and enums in it.
  template <typename T>
  void describe() {
    if constexpr (std::is_enum_v<T>) {
      enumeration<T>();
    } else if constexpr (is_optional<T>::value || is_vector<T>::value) {
      if constexpr (!is_bytes<T>) describe<typename T::value_type>();
    } else if constexpr (is_map<T>::value) {
      describe<typename T::mapped_type>();
    } else if constexpr (is_variant<T>::value) {
      alternatives(std::type_identity<T>{});
    } else if constexpr (Message<T> && !std::same_as<T, Spec> && !std::same_as<T, Status>) {
      if constexpr (std::tuple_size_v<decltype(T::fields())> != 0) message<T>();
    }
  }

  void enums() {
    heading("Enums");
    line("| enum | values |");
    line("| --- | --- |");
    out_ += enums_;
  }
  [[nodiscard]] std::string finish() { return std::move(out_); }

 private:
  template <typename T, auto Member>
  void row(const Field<Member>& field) {
    using Type = std::remove_cvref_t<decltype(std::declval<T&>().*Member)>;
    line("| " + std::string(field.name) + " | " + layout_of<Type>() + " | " + versions_of(field) +
         " |");
  }
  template <typename T, auto Member>
  void inside(const Field<Member>&) {
    describe<std::remove_cvref_t<decltype(std::declval<T&>().*Member)>>();
  }

  template <typename... T>
  void alternatives(std::type_identity<std::variant<T...>>) {
    (describe<T>(), ...);
  }
  template <typename E>
  void enumeration() {
    if (!seen_.insert(name_of_type<E>()).second) return;
    enums_ += "| `" + name_of_type<E>() + "` | ";
    std::string_view separator;
    for (const auto& [value, name] : enum_table<E>::rows) {
      enums_.append(separator) += number(value) + " " + std::string(name);
      separator = ", ";
    }
    enums_ += " |\n";
  }

  std::string out_;
  std::string enums_;
  std::set<std::string> seen_;
};

void introduction(Page& page) {
  page.line("# The Fluvio protocol, as Sluice speaks it");
  page.line();
  page.line("Made by `protocol_page` from the field lists in `src/wire`; a test fails when it is");
  page.line("out of date. To change it, change the code and run `make docs`.");
  page.heading("Notation");
  page.line("Fields stand in the order of the tables, big endian, without padding. `?T` is a byte");
  page.line("0, or 1 and T. `[T]` is an i32 count and the items; a count below 1 reads as none.");
  page.line("`{K: V}` is a u16 count and the pairs, in the order of the keys. A string is an i16");
  page.line(
      "length and UTF-8 bytes. A bool is a byte, 0 or 1. A frame is an i32 length, which does");
  page.line("not count itself, and a request or a response. A field outside its versions is not");
  page.line("there; the version of a response is that of its request.");
}

template <std::size_t N>
void version_table(Page& page, std::string_view server,
                   const std::array<ApiVersionRange, N>& ranges) {
  page.line();
  page.line("| " + std::string(server) + " key | versions advertised |");
  page.line("| --- | --- |");
  for (const auto& range : ranges) {
    page.line("| " + std::to_string(range.api_key) + " | " + std::to_string(range.min) + " to " +
              std::to_string(range.max) + " |");
  }
}

template <typename Specs>
std::string labels() {
  std::string out;
  Specs::each([&]<typename T>(std::type_identity<T>) {
    out += (out.empty() ? "`" : ", `") + std::string(T::label) + "`";
  });
  return out;
}

void headers(Page& page) {
  page.heading("Headers and handshake");
  page.line("The header is in version 0 always. ApiVersions (key 18) goes first on a connection.");
  version_table(page, "SC", sc_versions);
  version_table(page, "SPU", spu_versions);
  page.message<RequestHeader>();
  page.message<ResponseHeader>();
  page.message<ApiVersionsRequest>();
  page.message<ApiVersionsResponse>();
}

void control_plane(Page& page) {
  page.heading("Control plane (SC)");
  page.line("Each body stands in a type buffer: a label, a length and the body.");
  page.line();
  page.line("| key | request body | answer | labels |");
  page.line("| --- | --- | --- | --- |");
  page.line("| 1001 | `CreateBody` | `StatusResponse` | " + labels<CreateSpecs>() + " |");
  page.line("| 1002 | `DeleteBody` | `StatusResponse` | " + labels<DeleteSpecs>() + " |");
  page.line("| 1003 | `ListBody` | `ListResponseBody` | " + labels<ListSpecs>() + " |");
  page.line("| 1004 | `WatchBody` | `WatchResponseBody`, repeated | " + labels<WatchSpecs>() +
            " |");
  page.line("| 1006 | `UpdateTopicBody` | `StatusResponse` | " + labels<UpdateSpecs>() + " |");
  page.message<TypeBuffer>();
  page.message<CreateBody<Spec>>();
  page.message<DeleteBody<CustomSpuKey>>("This is that of `CustomSpu`; all others have a string.");
  page.message<ListBody>();
  page.message<ListResponseBody<Spec>>();
  page.message<WatchBody>();
  page.message<WatchResponseBody<Spec>>();
  page.message<UpdateTopicBody>();
  page.message<StatusResponse>();
  page.heading("Objects");
  page.line("The status of `SmartModule` takes no bytes; that of `SPU` and `CustomSpu` is");
  page.line("`SpuStatus`.");
  ListSpecs::each([&]<typename T>(std::type_identity<T>) {
    page.message<T>();
    page.describe<typename status_of<T>::type>();
  });
}

void data_node(Page& page) {
  page.heading("Data node (SPU)");
  page.line("| key | request | answer |");
  page.line("| --- | --- | --- |");
  SpuRequests::each([&]<typename T>(std::type_identity<T>) {
    page.line("| " + number(T::key) + " | `" + name_of_type<T>() + "` | `" +
              name_of_type<typename T::Response>() + "` |");
  });
  SpuRequests::each([&]<typename T>(std::type_identity<T>) {
    page.message<T>();
    page.message<typename T::Response>();
  });
}

std::string payload_of(const ErrorRow& row) {
  constexpr std::array<std::string_view, 8> names{"u8",
                                                  "u32",
                                                  "u64",
                                                  "i64",
                                                  "string",
                                                  "?string",
                                                  "varint length + bytes",
                                                  "?(varint length + bytes)"};
  std::string out;
  for (const auto part : row.payload) {
    out += (out.empty() ? "" : ", ") + std::string(names.at(static_cast<std::size_t>(part)));
  }
  return out;
}

void errors(Page& page) {
  page.heading("Error codes");
  page.line("An i16 code, then its payload. The rest of a frame with an unknown code cannot be");
  page.line("read. `{n}` in a text is value n of the payload.");
  page.line();
  page.line("| code | name | payload | kind for callers | text |");
  page.line("| --- | --- | --- | --- | --- |");
  for (const auto& row : error_rows()) {
    page.line("| " + number(row.code) + " | " + std::string(row.name) + " | " + payload_of(row) +
              " | " + (row.code == Code::none ? "" : std::string(describe(row.errc).name)) + " | " +
              std::string(row.text) + " |");
  }
}

void exception_rows(Page& page, std::string_view title, std::span<const GoldenException> rows) {
  page.line();
  page.line(title);
  page.line();
  page.line("| frame | why |");
  page.line("| --- | --- |");
  for (const auto& row : rows) {
    page.line("| " + std::string(row.frame) + " | " + std::string(row.why) + " |");
  }
}

void exceptions(Page& page) {
  page.heading("What does not come out as it went in");
  page.line("Every recorded frame in `tests/data/wire` is decoded to its last byte and encoded");
  page.line(
      "again, to the same bytes. Record batches inside a frame are carried as they are; apart");
  page.line(
      "from that, each is checked, inflated, walked and built again from its records: to the");
  page.line("same bytes without a codec and with snappy; with gzip, lz4 and zstd, whose output is");
  page.line("free, to the same in all but the compressed bytes, their length and the checksum.");
  exception_rows(page, "Frames that are encoded differently:", frame_exceptions);
  exception_rows(page, "Frames whose body is kept as bytes:", opaque_frames);
  exception_rows(page, "Batches that are not built again:", batch_exceptions);
  exception_rows(page, "Record sets that the server cut inside a batch:", cut_frames);
}

}  // namespace

std::string protocol_page() {
  Page page;
  introduction(page);
  headers(page);
  control_plane(page);
  data_node(page);
  page.enums();
  errors(page);
  exceptions(page);
  return page.finish();
}

}  // namespace sluice::wire
