// SPDX-License-Identifier: Apache-2.0
#pragma once

// Which C++ types an option may have, and how each meets its text.
//
// A connector's enum joins with `enum_names<E>`; any other type with `option_value<T>`, which
// says its kind and how it becomes a scalar and back. Everything here is a few instructions
// per type: the parsing itself is in src/options.

#include <chrono>
#include <concepts>
#include <limits>
#include <map>
#include <optional>
#include <ratio>
#include <type_traits>

#include "sluice/options/row.hpp"
#include "sluice/options/values.hpp"

namespace sluice {

template <typename E>
struct EnumName {
  E value;
  std::string_view name;  // as users write it: lower case, dashes
};

// Specialise with `static constexpr std::array rows{EnumName{Mode::fast, "fast"}, ...};`
template <typename E>
struct enum_names;

// Specialise for a type of your own:
//   static constexpr options::ValueInfo info{.kind = OptionKind::text, .check = ...};
//   static T from(options::Scalar scalar);      // called only with what `check` has accepted
//   static options::Scalar to(const T& value);
template <typename T>
struct option_value;

// Specialise with `static constexpr auto rows = std::tuple{option<&O::member>(...), ...};`
template <typename O>
struct option_table;

template <>
struct option_value<std::string> {
  static constexpr options::ValueInfo info{.kind = OptionKind::text};
  static std::string from(options::Scalar scalar) {
    return std::get<std::string>(std::move(scalar));
  }
  static options::Scalar to(const std::string& value) { return value; }
};

template <>
struct option_value<bool> {
  static constexpr options::ValueInfo info{.kind = OptionKind::boolean};
  static bool from(const options::Scalar& scalar) { return std::get<bool>(scalar); }
  static options::Scalar to(bool value) { return value; }
};

template <std::integral T>
struct option_value<T> {
  using Wide = std::conditional_t<std::is_signed_v<T>, std::int64_t, std::uint64_t>;
  static constexpr std::string_view format() {
    if constexpr (std::is_signed_v<T>) {
      return sizeof(T) == 1   ? "int8"
             : sizeof(T) == 2 ? "int16"
             : sizeof(T) == 4 ? "int32"
                              : "int64";
    } else {
      return sizeof(T) == 1   ? "uint8"
             : sizeof(T) == 2 ? "uint16"
             : sizeof(T) == 4 ? "uint32"
                              : "uint64";
    }
  }
  static constexpr options::ValueInfo info{.kind = OptionKind::integer,
                                           .format = format(),
                                           .lowest = Wide{std::numeric_limits<T>::min()},
                                           .highest = Wide{std::numeric_limits<T>::max()}};
  static T from(const options::Scalar& scalar) { return static_cast<T>(std::get<Wide>(scalar)); }
  static options::Scalar to(T value) { return Wide{value}; }
};

template <std::floating_point T>
struct option_value<T> {
  static constexpr options::ValueInfo info{.kind = OptionKind::number,
                                           .format = sizeof(T) == 4 ? "float" : "double",
                                           .lowest = double{std::numeric_limits<T>::lowest()},
                                           .highest = double{std::numeric_limits<T>::max()}};
  static T from(const options::Scalar& scalar) { return static_cast<T>(std::get<double>(scalar)); }
  static options::Scalar to(T value) { return double{value}; }
};

// At most a century, so that any duration can be added to the time of any clock, whose
// nanoseconds end after 292 years; longer defaults count as that.
template <typename Rep, typename Period>
struct option_value<std::chrono::duration<Rep, Period>> {
  using T = std::chrono::duration<Rep, Period>;
  static constexpr std::int64_t tick_ns = std::chrono::nanoseconds(T{1}).count();
  static constexpr std::int64_t most_ns =
      std::chrono::nanoseconds(std::chrono::days(36'525)).count();
  static constexpr options::ValueInfo info{.kind = OptionKind::duration,
                                           .lowest = std::int64_t{0},
                                           .highest = most_ns,
                                           .tick_ns = tick_ns};
  static T from(const options::Scalar& scalar) {
    return T{static_cast<Rep>(std::get<std::int64_t>(scalar) / tick_ns)};
  }
  static options::Scalar to(T value) {
    const auto ticks = static_cast<std::int64_t>(value.count());
    return ticks > most_ns / tick_ns ? most_ns : ticks * tick_ns;
  }
};

template <>
struct option_value<ByteSize> {
  static constexpr options::ValueInfo info{.kind = OptionKind::byte_size,
                                           .lowest = std::uint64_t{0},
                                           .highest = std::numeric_limits<std::uint64_t>::max()};
  static ByteSize from(const options::Scalar& scalar) { return {std::get<std::uint64_t>(scalar)}; }
  static options::Scalar to(ByteSize value) { return value.bytes; }
};

template <>
struct option_value<Url> {
  static constexpr options::ValueInfo info{.kind = OptionKind::url, .format = "uri"};
  static Url from(const options::Scalar& scalar);
  static options::Scalar to(const Url& value) { return value.reveal(); }
};

template <>
struct option_value<Header> {
  static constexpr options::ValueInfo info{.kind = OptionKind::header};
  static Header from(const options::Scalar& scalar);
  static options::Scalar to(const Header& value) { return value.name + ": " + value.value; }
};

template <>
struct option_value<JsonText> {
  static constexpr options::ValueInfo info{.kind = OptionKind::json};
  static JsonText from(options::Scalar scalar) {
    return {std::get<std::string>(std::move(scalar))};
  }
  static options::Scalar to(const JsonText& value) { return value.text; }
};

template <typename T>
struct option_value<Secret<T>> {
  static constexpr options::ValueInfo info = [] {
    auto inner = option_value<T>::info;
    inner.secret = true;
    return inner;
  }();
  static Secret<T> from(options::Scalar scalar) {
    return Secret<T>(option_value<T>::from(std::move(scalar)));
  }
  static options::Scalar to(const Secret<T>& value) { return option_value<T>::to(value.reveal()); }
};

template <typename E>
  requires std::is_enum_v<E>
struct option_value<E> {
  static constexpr options::ValueInfo info = [] {
    options::ValueInfo out{.kind = OptionKind::choice};
    for (const auto& row : enum_names<E>::rows) out.choices.push(row.name);
    return out;
  }();
  static E from(const options::Scalar& scalar) {
    for (const auto& row : enum_names<E>::rows) {
      if (row.name == std::get<std::string>(scalar)) return row.value;
    }
    return E{};
  }
  static options::Scalar to(E value) {
    for (const auto& row : enum_names<E>::rows) {
      if (row.value == value) return std::string(row.name);
    }
    return std::string();
  }
};

namespace options {

template <typename T>
concept HasValue = requires { option_value<T>::info; };
template <typename T>
concept HasTable = requires { option_table<T>::rows; };

template <typename T>
struct Shape {
  static constexpr auto shape = HasTable<T> ? OptionShape::table : OptionShape::single;
  using Value = T;
};
template <typename T>
struct Shape<std::optional<T>> {
  static constexpr auto shape = OptionShape::optional;
  using Value = T;
};
template <typename T>
struct Shape<std::vector<T>> {
  static constexpr auto shape = HasTable<T> ? OptionShape::tables : OptionShape::list;
  using Value = T;
};
template <typename T>
struct Shape<std::map<std::string, T>> {
  static constexpr auto shape = OptionShape::map;
  using Value = T;
};

// Between the entries of an option and its member, by shape.
template <typename M>
std::vector<Entry> load_member(const M& member) {
  using Value = typename Shape<M>::Value;
  constexpr auto shape = Shape<M>::shape;
  std::vector<Entry> out;
  if constexpr (shape == OptionShape::single) {
    out.push_back({{}, option_value<Value>::to(member)});
  } else if constexpr (shape == OptionShape::optional) {
    if (member) out.push_back({{}, option_value<Value>::to(*member)});
  } else if constexpr (shape == OptionShape::map) {
    for (const auto& [key, value] : member) out.push_back({key, option_value<Value>::to(value)});
  } else {
    for (const auto& value : member) out.push_back({{}, option_value<Value>::to(value)});
  }
  return out;
}

template <typename M>
void store_member(M& member, std::vector<Entry> entries) {
  using Value = typename Shape<M>::Value;
  constexpr auto shape = Shape<M>::shape;
  if constexpr (shape != OptionShape::single) member = {};
  for (auto& [key, scalar] : entries) {
    auto value = option_value<Value>::from(std::move(scalar));
    if constexpr (shape == OptionShape::map) {
      member.insert_or_assign(std::move(key), std::move(value));
    } else if constexpr (shape == OptionShape::list) {
      member.push_back(std::move(value));
    } else {
      member = std::move(value);
    }
  }
}

}  // namespace options
}  // namespace sluice
