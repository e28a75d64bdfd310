// SPDX-License-Identifier: Apache-2.0
#pragma once

// Random messages of any type, and whether two are equal, both from the field lists. For
// tests only. `SLUICE_TEST_SEED` repeats a run that failed.

#include <algorithm>
#include <array>
#include <cstdlib>
#include <deque>
#include <random>
#include <string>

#include "wire/codec.hpp"
#include "wire/error_code.hpp"

namespace sluice::wire {

class RandomMessage {
 public:
  explicit RandomMessage(std::uint64_t seed) : bits_(seed) {}

  [[nodiscard]] static std::uint64_t seed() {
    const auto* const given = std::getenv("SLUICE_TEST_SEED");
    static const std::uint64_t seed =
        given != nullptr ? std::stoull(given) : std::random_device{}();
    return seed;
  }

  template <typename T>
  [[nodiscard]] T make(Version version) {
    T value{};
    fill(value, version);
    return value;
  }
  // Record sets look into buffers that live as long as this.
  [[nodiscard]] const Bytes& bytes(std::size_t size_max) {
    auto& out = buffers_.emplace_back(below(size_max + 1));
    for (auto& byte : out) byte = static_cast<std::byte>(bits_());
    return out;
  }
  [[nodiscard]] std::size_t below(std::size_t bound) { return bits_() % bound; }
  // Small ones, large ones, and the edges.
  template <std::integral T>
  [[nodiscard]] T integer() {
    const auto raw = static_cast<T>(bits_());
    switch (below(4)) {
      case 0:
        return static_cast<T>(raw & 0x7f);
      case 1:
        return std::numeric_limits<T>::max();
      case 2:
        return std::numeric_limits<T>::min();
      default:
        return raw;
    }
  }

 private:
  std::string text() {
    static constexpr std::array<std::string_view, 5> pieces{"a", "topic-0", "\xc3\xa4",
                                                            "\xf0\x9f\x98\x80", "\n"};
    std::string out;
    const auto count = below(8) == 0 ? 500 : below(5);
    for (std::size_t i = 0; i < count; ++i) out += pieces[below(pieces.size())];
    return out;
  }

  void fill(ErrorCode& value, Version version) {
    const auto& row = error_rows()[below(error_rows().size())];
    value = row.code;
    for (const auto part : row.payload) value.values.push_back(error_value(part, version));
  }
  ErrorValue error_value(ErrorPart part, Version version) {
    switch (part) {
      case ErrorPart::u8:
        return std::int64_t{integer<std::uint8_t>()};
      case ErrorPart::u32:
        return std::int64_t{integer<std::uint32_t>()};
      case ErrorPart::u64:
      case ErrorPart::i64:
        return integer<std::int64_t>();
      case ErrorPart::text:
        return text();
      case ErrorPart::bytes:
        return std::string(as_text(bytes(40)));
      case ErrorPart::optional_text:
      case ErrorPart::optional_bytes:
        return make<std::optional<std::string>>(version);
    }
    return {};
  }

  template <typename... T>
  void fill(std::variant<T...>& value, Version version) {
    std::size_t left = below(sizeof...(T)) + 1;
    const auto one = [&]<typename U>(std::type_identity<U>, auto place) {
      if (--left == 0) fill(value.template emplace<decltype(place)::value>(), version);
    };
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      (one(std::type_identity<T>{}, std::integral_constant<std::size_t, I>{}), ...);
    }(std::index_sequence_for<T...>{});
  }

  template <typename T>
  void fill(T& value, Version version) {
    if constexpr (std::same_as<T, bool>) {
      value = below(2) == 1;
    } else if constexpr (std::integral<T>) {
      value = integer<T>();
    } else if constexpr (std::is_enum_v<T>) {
      value = enum_table<T>::rows[below(enum_table<T>::rows.size())].first;
    } else if constexpr (std::same_as<T, std::string>) {
      value = text();
    } else if constexpr (std::same_as<T, RecordSet>) {
      value.bytes = bytes(200);
    } else if constexpr (std::same_as<T, std::chrono::nanoseconds>) {
      value = std::chrono::nanoseconds(bits_() % 9'000'000'000'000'000'000U);
    } else if constexpr (is_id<T>::value) {
      fill(value.value, version);
    } else if constexpr (is_bytes<T>) {
      value = bytes(60);
    } else if constexpr (is_optional<T>::value) {
      if (below(2) == 1) fill(value.emplace(), version);
    } else if constexpr (is_vector<T>::value) {
      value.resize(below(4));
      for (auto& item : value) fill(item, version);
    } else if constexpr (is_map<T>::value) {
      for (auto left = below(4); left > 0; --left) {
        auto key = make<typename T::key_type>(version);
        fill(value[key], version);
      }
    } else {
      fill_fields(value, version);
    }
  }
  template <typename T>
  void fill_fields(T& value, Version version) {
    std::apply(
        [&](const auto&... fields) {
          const auto one = [&]<auto Member>(const Field<Member>& row) {
            if (row.in(version)) fill(value.*Member, version);
          };
          (one(fields), ...);
        },
        T::fields());
  }

  std::mt19937_64 bits_;
  std::deque<Bytes> buffers_;
};

// Equal in every field, also in those that the version leaves out: both have the default there.
template <typename T>
[[nodiscard]] bool same(const T& a, const T& b) {
  if constexpr (std::same_as<T, RecordSet>) {
    return std::ranges::equal(a.bytes, b.bytes);
  } else if constexpr (is_optional<T>::value) {
    return a.has_value() == b.has_value() && (!a || same(*a, *b));
  } else if constexpr (is_vector<T>::value) {
    return std::ranges::equal(a, b, [](const auto& x, const auto& y) { return same(x, y); });
  } else if constexpr (is_map<T>::value) {
    return std::ranges::equal(a, b, [](const auto& x, const auto& y) {
      return same(x.first, y.first) && same(x.second, y.second);
    });
  } else if constexpr (is_variant<T>::value) {
    return a.index() == b.index() && std::visit(
                                         [&]<typename U>(const U& item) {
                                           const auto* const other = std::get_if<U>(&b);
                                           return other != nullptr && same(item, *other);
                                         },
                                         a);
  } else if constexpr (Message<T>) {
    return std::apply(
        [&](const auto&... fields) {
          const auto one = [&]<auto Member>(const Field<Member>&) {
            return same(a.*Member, b.*Member);
          };
          return (one(fields) && ...);
        },
        T::fields());
  } else {
    return a == b;
  }
}

}  // namespace sluice::wire
