// SPDX-License-Identifier: Apache-2.0
#pragma once

// From one list of fields per message come its encoder, its decoder, its size and its row in
// the protocol page. A message is a plain struct with
//
//   static constexpr auto fields() {
//     return std::tuple{field<&StreamFetchRequest::topic>("topic"),
//                       field<&StreamFetchRequest::consumer_id>("consumer_id").since(23)};
//   }
//
// A field outside its versions is neither written nor read and keeps its default. How a field
// looks on the wire follows from its type: integers, bool, strings, `optional` (tag byte),
// `vector` (i32 count), `map` (u16 count), `Bytes` (u32 count), `RecordSet` (i32 length),
// `variant` (u8 tag = index), enums (see `enum_table`), `nanoseconds` (u64 s + u32 ns),
// nested messages. A type with another layout has its own overloads of `put` and `get`.
//
// Pure. `decode` never throws on bytes from outside and bounds every allocation by the input.

#include <chrono>
#include <concepts>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "sluice/types.hpp"
#include "wire/reader.hpp"
#include "wire/writer.hpp"

namespace sluice::wire {

using Version = std::int16_t;
inline constexpr Version version_max = std::numeric_limits<Version>::max();

template <auto Member>
struct Field {
  std::string_view name;
  Version first = 0;
  Version last = version_max;

  [[nodiscard]] constexpr Field since(Version version) const { return {name, version, last}; }
  [[nodiscard]] constexpr Field until(Version version) const { return {name, first, version}; }
  [[nodiscard]] constexpr Field only(Version version) const { return {name, version, version}; }
  [[nodiscard]] constexpr bool in(Version version) const {
    return first <= version && version <= last;
  }
};

template <auto Member>
constexpr Field<Member> field(std::string_view name) {
  return {name};
}

// The values of an enum on the wire, and their names. Specialise with
// `static constexpr std::array rows{std::pair{E::a, "a"}, ...}`; an unknown tag is `malformed`.
template <typename E>
struct enum_table;

template <typename E>
[[nodiscard]] constexpr std::string_view name_of(E value) {
  for (const auto& [known, name] : enum_table<E>::rows) {
    if (known == value) return name;
  }
  return "?";
}

// Raw record batches inside a frame. Looks into the frame, or into the sender's buffer.
struct RecordSet {
  ByteView bytes;
};

template <typename T>
concept Message = requires { T::fields(); };

template <typename T>
inline constexpr bool is_bytes = std::same_as<T, Bytes>;

template <typename T>
struct is_optional : std::false_type {};
template <typename T>
struct is_optional<std::optional<T>> : std::true_type {};
template <typename T>
struct is_vector : std::false_type {};
template <typename T>
struct is_vector<std::vector<T>> : std::true_type {};
template <typename T>
struct is_map : std::false_type {};
template <typename K, typename V>
struct is_map<std::map<K, V>> : std::true_type {};
template <typename T>
struct is_variant : std::false_type {};
template <typename... T>
struct is_variant<std::variant<T...>> : std::true_type {};
template <typename T>
struct is_id : std::false_type {};
template <typename Tag, typename Rep>
struct is_id<Id<Tag, Rep>> : std::true_type {};

// The count of a map is 16 bits wide.
inline constexpr std::size_t map_items_max = 65'535;

template <typename T>
void put(WireWriter& out, const T& value, Version version);
template <typename T>
void get(WireReader& in, T& value, Version version);

namespace detail {

template <typename T>
void put_message(WireWriter& out, const T& value, Version version) {
  std::apply(
      [&](const auto&... fields) {
        const auto one = [&]<auto Member>(const Field<Member>& row) {
          if (row.in(version)) put(out, value.*Member, version);
        };
        (one(fields), ...);
      },
      T::fields());
}

template <typename T>
void get_message(WireReader& in, T& value, Version version) {
  std::apply(
      [&](const auto&... fields) {
        const auto one = [&]<auto Member>(const Field<Member>& row) {
          if (row.in(version)) get(in, value.*Member, version);
        };
        (one(fields), ...);
      },
      T::fields());
}

template <typename T>
void get_vector(WireReader& in, std::vector<T>& out, Version version) {
  const auto count = in.items(in.count(1));
  out.clear();
  for (std::uint32_t i = 0; i < count && in.ok(); ++i) {
    T item{};
    get(in, item, version);
    if (in.ok()) out.push_back(std::move(item));
  }
}

template <typename K, typename V>
void get_map(WireReader& in, std::map<K, V>& out, Version version) {
  const auto count = in.items(in.big_endian<std::uint16_t>());
  out.clear();
  for (std::uint32_t i = 0; i < count && in.ok(); ++i) {
    K key{};
    V value{};
    get(in, key, version);
    get(in, value, version);
    if (in.ok()) out.insert_or_assign(std::move(key), std::move(value));
  }
}

template <typename... T>
void get_variant(WireReader& in, std::variant<T...>& out, Version version) {
  const auto tag = in.big_endian<std::uint8_t>();
  if (tag >= sizeof...(T)) return in.set_fault(Errc::malformed);
  std::size_t index = 0;
  const auto try_one = [&]<typename U>(std::type_identity<U>) {
    if (index++ == tag) get(in, out.template emplace<U>(), version);
  };
  (try_one(std::type_identity<T>{}), ...);
}

template <typename E>
void get_enum(WireReader& in, E& out) {
  const auto tag = in.big_endian<std::underlying_type_t<E>>();
  for (const auto& row : enum_table<E>::rows) {
    if (static_cast<std::underlying_type_t<E>>(row.first) == tag) {
      out = row.first;
      return;
    }
  }
  in.set_fault(Errc::malformed);
}

}  // namespace detail

template <typename T>
void put(WireWriter& out, const T& value, Version version) {
  if constexpr (std::same_as<T, bool>) {
    out.boolean(value);
  } else if constexpr (std::integral<T>) {
    out.big_endian(value);
  } else if constexpr (std::is_enum_v<T>) {
    out.big_endian(static_cast<std::underlying_type_t<T>>(value));
  } else if constexpr (std::same_as<T, std::string>) {
    out.string(value);
  } else if constexpr (std::same_as<T, RecordSet>) {
    out.big_endian(static_cast<std::int32_t>(value.bytes.size()));
    out.append(value.bytes);
  } else if constexpr (std::same_as<T, std::chrono::nanoseconds>) {
    out.big_endian(static_cast<std::uint64_t>(value.count() / 1'000'000'000));
    out.big_endian(static_cast<std::uint32_t>(value.count() % 1'000'000'000));
  } else if constexpr (is_id<T>::value) {
    out.big_endian(value.value);
  } else if constexpr (is_bytes<T>) {
    out.big_endian(static_cast<std::uint32_t>(value.size()));
    out.append(value);
  } else if constexpr (is_optional<T>::value) {
    out.boolean(value.has_value());
    if (value) put(out, *value, version);
  } else if constexpr (is_vector<T>::value) {
    out.big_endian(static_cast<std::uint32_t>(value.size()));
    for (const auto& item : value) put(out, item, version);
  } else if constexpr (is_map<T>::value) {
    SLUICE_ASSERT(value.size() <= map_items_max);
    out.big_endian(static_cast<std::uint16_t>(value.size()));
    for (const auto& [key, item] : value) {
      put(out, key, version);
      put(out, item, version);
    }
  } else if constexpr (is_variant<T>::value) {
    out.big_endian(static_cast<std::uint8_t>(value.index()));
    std::visit([&](const auto& item) { put(out, item, version); }, value);
  } else {
    static_assert(Message<T>, "a field needs a wire type or an overload of put()");
    detail::put_message(out, value, version);
  }
}

template <typename T>
void get(WireReader& in, T& value, Version version) {
  if constexpr (std::same_as<T, bool>) {
    value = in.boolean();
  } else if constexpr (std::integral<T>) {
    value = in.big_endian<T>();
  } else if constexpr (std::is_enum_v<T>) {
    detail::get_enum(in, value);
  } else if constexpr (std::same_as<T, std::string>) {
    value = std::string(in.string());
  } else if constexpr (std::same_as<T, RecordSet>) {
    const auto length = in.big_endian<std::int32_t>();
    value.bytes = in.take(length < 0 ? 0 : static_cast<std::size_t>(length));
  } else if constexpr (std::same_as<T, std::chrono::nanoseconds>) {
    const auto seconds = in.big_endian<std::uint64_t>();
    const auto nanos = in.big_endian<std::uint32_t>();
    constexpr std::uint64_t seconds_max = 9'000'000'000;  // 285 years, as much as the type holds
    if (seconds > seconds_max || nanos >= 1'000'000'000) return in.set_fault(Errc::malformed);
    value = std::chrono::seconds(seconds) + std::chrono::nanoseconds(nanos);
  } else if constexpr (is_id<T>::value) {
    value.value = in.big_endian<decltype(value.value)>();
  } else if constexpr (is_bytes<T>) {
    const auto bytes = in.take(in.big_endian<std::uint32_t>());
    value.assign(bytes.begin(), bytes.end());
  } else if constexpr (is_optional<T>::value) {
    value.reset();
    if (in.boolean()) get(in, value.emplace(), version);
  } else if constexpr (is_vector<T>::value) {
    detail::get_vector(in, value, version);
  } else if constexpr (is_map<T>::value) {
    detail::get_map(in, value, version);
  } else if constexpr (is_variant<T>::value) {
    detail::get_variant(in, value, version);
  } else {
    static_assert(Message<T>, "a field needs a wire type or an overload of get()");
    detail::get_message(in, value, version);
  }
}

template <typename T>
[[nodiscard]] Bytes encode(const T& message, Version version) {
  Bytes out;
  WireWriter writer(out);
  put(writer, message, version);
  return out;
}

// Decodes the front of `bytes`; what follows is ignored, as official servers do.
template <typename T>
[[nodiscard]] Result<T> decode(ByteView bytes, Version version, std::string_view what) {
  WireReader in(bytes);
  T message{};
  get(in, message, version);
  if (!in.ok()) return tl::unexpected(in.error(what));
  return message;
}

}  // namespace sluice::wire
